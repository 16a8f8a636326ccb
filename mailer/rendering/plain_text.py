"""Text for mail: wrapped for eyes, flowed for small screens (RFC 3676), addresses never broken."""

import re
from collections.abc import Iterator
from unicodedata import east_asian_width

from mailer.rendering.model import MARKER, Slot

WIDTH = 72
# What a value will take, at most. Those not named here may fill a line, and get one of their own.
SLOT_WIDTHS = {Slot.SIGNED_UP_ON.value: len("30 de septiembre de 2026")}
# Nothing that closes may begin a line (JIS X 4051, "kinsoku").
WIDE_UNIT = re.compile(
    r"[「『（［｛〈《【]*[\u2e80-\u9fff\uac00-\ud7a3\uf900-\uffdc][、。，．・：；？！」』）］｝〉》】ー々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ]*"
    r"|[^\s\u2e80-\u9fff\uac00-\ud7a3\uf900-\uffdc]+"
)
ASIDE = re.compile(r"(?<!\S)--(?!\S)")


def wrap(text: str) -> str:
    """Return one paragraph in lines of at most 72 columns, each but the last ending in a space.

    That space tells a mail program to join the lines again (RFC 3676 section 4.1). A word that is
    longer than a line, an address for instance, gets a line of its own and is never broken. Where
    a script has no spaces a line ends without one, since joining would put it there.
    """
    lines, breaks = [""], [""]
    # A line of two hyphens would begin a signature, which is greyed out (RFC 3676 section 4.3).
    for space, word in _units(ASIDE.sub("–", text)):
        longer = f"{lines[-1]}{space}{word}" if lines[-1] else word
        if lines[-1] and _width(longer) > WIDTH:
            breaks[-1] = f"{space}\n"
            lines.append(word)
            breaks.append("")
        else:
            lines[-1] = longer
    return "".join(f"{_stuffed(line)}{end}" for line, end in zip(lines, breaks, strict=True))


def underlined(heading: str) -> str:
    """Return a heading with a line of `=` below it."""
    name = " ".join(heading.split())
    return f"{_stuffed(name)}\n{'=' * min(_width(name), WIDTH)}"


def _units(text: str) -> Iterator[tuple[str, str]]:
    """Yield what no line end may part, each with the space before it, or none."""
    for word in text.split():
        if _columns(word) == len(word):
            yield " ", word
            continue
        for place, unit in enumerate(WIDE_UNIT.findall(word)):
            yield "" if place else " ", unit


def _width(line: str) -> int:
    values = sum(SLOT_WIDTHS.get(slot, WIDTH) for slot in MARKER.findall(line))
    return _columns(MARKER.sub("", line)) + values


def _columns(text: str) -> int:
    """Return how many columns the text fills; a Chinese character fills two (UAX 11)."""
    if text.isascii():
        return len(text)
    return len(text) + sum(east_asian_width(letter) in "WF" for letter in text)


def _stuffed(line: str) -> str:
    """Put a space before what a mail program would take for something else (section 4.4)."""
    return f" {line}" if line.startswith((">", "From ")) else line
