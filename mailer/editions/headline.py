"""The line in the inbox and the line behind it, made from headlines."""

import unicodedata
from collections.abc import Sequence

SUBJECT_LENGTH = (15, 70)  # characters; longer ones are cut off by mail programs
PREHEADER_LENGTH = (40, 140)  # phones show about 40 to 80, webmail about 90
ELLIPSIS = "…"
BETWEEN = " · "
DANGLING = " ,;:–—-/(["  # looks broken in front of an ellipsis

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

    When they are too few to fill it, texts from `otherwise` follow: the lead's summary, what the
    newsletter is. The first headline, which is the subject, is never repeated.
    """
    least, most = PREHEADER_LENGTH
    said = {_one_line(headlines[0]).casefold()} if headlines else set()
    line = ""
    for text in (*headlines[1:4], *otherwise):
        more = _one_line(text)
        if not more or more.casefold() in said or (text in otherwise and len(line) >= least):
            continue
        said.add(more.casefold())
        longer = f"{line}{BETWEEN}{more}" if line else more
        if len(longer) > most and len(line) >= least:
            break
        line = shorten(longer, most)
    return line


def shorten(text: str, length: int) -> str:
    """Return the text in one line of at most `length` characters, cut at a word with an ellipsis.

    The cut is never inside a quotation, unless the line would have to begin with it: then the
    quotation is closed behind the ellipsis.
    """
    text = _one_line(text)
    if len(text) <= length:
        return text
    cut = _word_end(text, length - 1)
    opened = _open_quotation(text[:cut])
    if opened is None:
        return _with_ellipsis(text[:cut])
    start, mark = opened
    before = text[:start].rstrip(DANGLING)
    if before:
        return before + ELLIPSIS
    return _with_ellipsis(text[: _word_end(text, length - 2)]) + QUOTES[mark][0]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _calm(text: str) -> str:
    """Leave one exclamation mark at most: several make a mail look like an advertisement."""
    first, mark, rest = text.partition("!")
    return first + mark + rest.replace("!", "")


def _with_ellipsis(text: str) -> str:
    return (text.rstrip(DANGLING) or text.rstrip()) + ELLIPSIS


def _word_end(text: str, most: int) -> int:
    """Return the last place up to `most` where a word is over, or `most` when there is none."""
    space = text.rfind(" ", 0, most + 1)
    if space > 0:
        return space
    while most > 1 and unicodedata.category(text[most]).startswith("M"):
        most -= 1  # an accent stays with its letter
    return most


def _open_quotation(text: str) -> tuple[int, str] | None:
    """Return where the outermost quotation that is still open at the end began, and its mark."""
    opened: list[tuple[int, str]] = []
    for place, mark in enumerate(text):
        # An apostrophe stands between letters; a quotation mark has a letter on one side only.
        inside_word = text[place - 1 : place].isalnum() and text[place + 1 : place + 2].isalnum()
        if inside_word and mark in "'’‘":
            continue
        if opened and mark in QUOTES[opened[-1][1]]:
            opened.pop()
        elif mark in QUOTES and not text[place - 1 : place].isalnum():
            opened.append((place, mark))
    return opened[0] if opened else None
