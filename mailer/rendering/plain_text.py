"""Text for mail: wrapped for eyes, flowed for small screens (RFC 3676), addresses never broken."""

import re
from collections.abc import Iterator

from mailer.rendering.model import CLOSES, MARKER, OPENS, Slot

WIDTH = 72
# What a value will take, at most. Those not named here may fill a line, and get one of their own.
SLOT_WIDTHS = {Slot.SIGNED_UP_ON.value: len("30 de septiembre de 2026")}
# Letters that fill two columns (UAX 11), in the blocks people write with.
WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6"
    "\U0001f300-\U0001faff\U00020000-\U0003fffd]"
)
# Nothing that closes may begin a line (JIS X 4051, "kinsoku").
WIDE_UNIT = re.compile(
    r"[「『（［｛〈《【]*[\u2e80-\u9fff\uac00-\ud7a3\uf900-\uffdc][、。，．・：；？！」』）］｝〉》】ー々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ]*"
    r"|[^\s\u2e80-\u9fff\uac00-\ud7a3\uf900-\uffdc]+"
)
ADDRESS_TO_COME = re.compile(f"{OPENS}[a-z]+_url{CLOSES}")
ASIDE = re.compile(r"(?<!\S)--(?!\S)")


def wrap(text: str, *, delsp: bool = False) -> str:
    """Return one paragraph in lines of at most 72 columns, each but the last ending in a space.

    That space tells a mail program to join the lines again (RFC 3676 section 4.1). A word that is
    longer than a line, an address for instance, gets a line of its own and is never broken. Where
    a script has no spaces a line ends without one, since joining would put it there; in a text
    whose part says `delsp` it ends in one that goes when lines are joined, as each line does.
    """
    flows = " " if delsp else ""
    done: list[str] = []
    line, width = "", 0
    # A line of two hyphens would begin a signature, which is greyed out (RFC 3676 section 4.3).
    for space, word in _units(ASIDE.sub("–", text) if "--" in text else text):
        more = columns(word)
        if not line:
            line, width = word, more
        elif width + len(space) + more > WIDTH:
            done += (_stuffed(line), space, flows, "\n")
            line, width = word, more
        else:
            line = f"{line}{space}{word}"
            width += len(space) + more
    return "".join((*done, _stuffed(line)))


def underlined(heading: str) -> str:
    """Return a heading with a line of `=` below it."""
    name = " ".join(heading.split())
    return f"{_stuffed(name)}\n{'=' * min(columns(name), WIDTH)}"


def web_addresses(part: str) -> int:
    """Return how many web addresses a part of a mail has, in its text and in its markup."""
    slots = ADDRESS_TO_COME.findall(part)
    return part.count("http://") + part.count("https://") + len(slots)


def _units(text: str) -> Iterator[tuple[str, str]]:
    """Yield what no line end may part, each with the space before it, or none."""
    if WIDE.search(text) is None:
        yield from ((" ", word) for word in text.split())
        return
    for word in text.split():
        for place, unit in enumerate(WIDE_UNIT.findall(word)):
            yield "" if place else " ", unit


def columns(line: str) -> int:
    """Return how many columns a line fills, values in its slots; a wide letter fills two."""
    if OPENS in line:
        values = sum(SLOT_WIDTHS.get(slot, WIDTH) for slot in MARKER.findall(line))
        line = MARKER.sub("", line)
    else:
        values = 0
    if line.isascii():
        return values + len(line)
    return values + len(line) + len(WIDE.findall(line))


def _stuffed(line: str) -> str:
    """Put a space before what a mail program would take for something else (section 4.4)."""
    return f" {line}" if line.startswith((">", "From ")) else line
