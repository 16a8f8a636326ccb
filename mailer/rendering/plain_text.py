"""Text for mail: wrapped for eyes, flowed for small screens (RFC 3676), addresses never broken."""

import re

from mailer.rendering.model import MARKER, Slot

WIDTH = 72
# What a value will take, at most. Those not named here may fill a line, and get one of their own.
SLOT_WIDTHS = {Slot.SIGNED_UP_ON.value: len("30 de septiembre de 2026")}
ASIDE = re.compile(r"(?<!\S)--(?!\S)")


def wrap(text: str) -> str:
    """Return one paragraph in lines of at most 72 characters, each but the last ending in a space.

    That space tells a mail program to join the lines again (RFC 3676 section 4.1). A word that is
    longer than a line, an address for instance, gets a line of its own and is never broken.
    """
    lines = [""]
    # A line of two hyphens would begin a signature, which is greyed out (RFC 3676 section 4.3).
    for word in ASIDE.sub("–", text).split():
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and _width(longer) > WIDTH:
            lines.append(word)
        else:
            lines[-1] = longer
    return " \n".join(_stuffed(line) for line in lines)


def underlined(heading: str) -> str:
    """Return a heading with a line of `=` below it."""
    name = " ".join(heading.split())
    return f"{_stuffed(name)}\n{'=' * min(len(name), WIDTH)}"


def _width(line: str) -> int:
    values = sum(SLOT_WIDTHS.get(slot, WIDTH) for slot in MARKER.findall(line))
    return len(MARKER.sub("", line)) + values


def _stuffed(line: str) -> str:
    """Put a space before what a mail program would take for something else (section 4.4)."""
    return f" {line}" if line.startswith((">", "From ")) else line
