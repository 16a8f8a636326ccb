"""The line in the inbox and the line behind it, made from headlines."""

import unicodedata
from collections.abc import Sequence

SUBJECT_LENGTH = (15, 70)  # characters; longer ones are cut off by mail programs
PREHEADER_LENGTH = (40, 140)  # phones show about 40 to 80, webmail about 90
ELLIPSIS = "…"
BETWEEN = " · "
DANGLING = " ,;:·–—-/(["  # looks broken in front of an ellipsis

ENOUGH = 3  # a cut leaves at least a third of the length

# Which marks may close a quotation that begins with this one; languages turn them about.
QUOTES = {
    '"': '"',
    "“": "”",
    "„": "“”",
    "”": "”",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "‘": "’",
    "‚": "‘’",
    "'": "'",
    "「": "」",
    "『": "』",
}


def subject(headlines: Sequence[str], newsletter: str) -> str:
    """Return the subject: the lead's headline, cut when long, helped by the name when short."""
    least, most = SUBJECT_LENGTH
    line = shorten(_calm(headlines[0]) if headlines else newsletter, most)
    if len(line) >= least or not headlines:
        return line
    return shorten(f"{line}{BETWEEN}{_one_line(newsletter)}", most)


def preheader(headlines: Sequence[str], otherwise: Sequence[str]) -> str:
    """Return the line after the subject: the second to fourth headline.

    While they are too few to fill it, texts from `otherwise` follow: the lead's summary, what the
    newsletter is. The first headline, which is the subject, is never repeated.
    """
    said = {_one_line(text).casefold() for text in headlines[:1]}
    line = ""
    for text in headlines[1:4]:
        line = _joined(line, _one_line(text), said)
    for text in otherwise:
        if len(line) < PREHEADER_LENGTH[0]:
            line = _joined(line, _one_line(text), said)
    return line


def shorten(text: str, length: int) -> str:
    """Return the text in one line of at most `length` characters, cut at a word with an ellipsis.

    The cut is never inside a quotation, unless too little would be left: then the quotation is
    closed behind the ellipsis.
    """
    text = _one_line(text)
    if len(text) <= length:
        return text
    cut = _word_end(text, length - 1)
    around = [(start, end) for start, end in _quotations(text) if start < cut <= end]
    if not around:
        return _with_ellipsis(text[:cut])
    start, end = min(around)
    if start >= length // ENOUGH:
        return _with_ellipsis(text[:start])
    return _with_ellipsis(text[: _word_end(text, length - 2)]) + text[end]


def _joined(line: str, more: str, said: set[str]) -> str:
    """Return the line with one more text, if that is new and there is room; note it as said."""
    if not more or more.casefold() in said:
        return line
    least, most = PREHEADER_LENGTH
    longer = f"{line}{BETWEEN}{more}" if line else more
    if len(longer) > most and len(line) >= least:
        return line
    said.add(more.casefold())
    return shorten(longer, most)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _calm(text: str) -> str:
    """Leave one exclamation mark at most: several make a mail look like an advertisement."""
    first, mark, rest = text.partition("!")
    return first + mark + rest.replace("!", "")


def _with_ellipsis(text: str) -> str:
    return (text.rstrip(DANGLING) or text.rstrip()) + ELLIPSIS


def _word_end(text: str, most: int) -> int:
    """Return the last place up to `most` where a word ends, or near `most` if none does."""
    space = text.rfind(" ", 0, most + 1)
    if space >= most // ENOUGH:
        return space
    cut = most
    while cut > 1 and unicodedata.category(text[cut]).startswith("M"):
        cut -= 1  # an accent stays with its letter
    return cut


def _quotations(text: str) -> list[tuple[int, int]]:
    """Return where each quotation begins and ends; a mark without its other half is none."""
    found: list[tuple[int, int]] = []
    opened: list[tuple[int, str]] = []
    for place, mark in enumerate(text):
        after_letter = text[place - 1 : place].isalnum()
        if after_letter and text[place + 1 : place + 2].isalnum():
            continue  # an apostrophe
        closes = [depth for depth, (_, first) in enumerate(opened) if mark in QUOTES[first]]
        if closes:
            found.append((opened[closes[-1]][0], place))
            del opened[closes[-1] :]
        elif mark in QUOTES and not after_letter:
            opened.append((place, mark))
    return found
