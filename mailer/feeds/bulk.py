"""Entries that would cost the others, taken out of a document before anybody parses it.

feedparser takes quadratic time on attributes and on signs that are no markup: one entry may keep it
busy for minutes. Everything here takes linear time.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from mailer.errors import FormatError

ENTRY = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)
ENDS = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s*>", re.IGNORECASE)
# From where a tag begins, as markup or as text of markup, to where it or the next one ends.
TAG = re.compile(r"(?:<(?!!\[CDATA\[)|&lt;)[^<>&]*+(?:&(?!gt;)[^<>&]*+)*+")
LONG_TAG = 4_000  # characters; shorter ones have no thousand attributes
MOST_ATTRIBUTES = 1_000
INLINE = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,40};base64,[\w+/=%-]{200,}+")
CDATA, CDATA_ENDS = "<![CDATA[", "]]>"
LONGEST_ENTRY = 300_000  # characters: a book of them
LONGEST_TEXT = 120_000
LONGEST_HEAD = 500_000  # before the first entry
TOO_BUSY = f"a tag in it has more than {MOST_ATTRIBUTES:,} attributes"
TOO_LONG = f"an entry in it is longer than {LONGEST_ENTRY:,} characters"
REFERENCE = 12  # characters, at most, of what stands for one


def without_bulk(document: str, url: str, most: int) -> str:
    """Return the document with at most so many entries, none of them made to keep us busy.

    A picture inside an entry is taken out of it, a text that is very long is cut. Raises
    FormatError when nothing else is there.
    """
    begins = [found.start() for found in ENTRY.finditer(document)]
    head = INLINE.sub("data:,", document[: begins[0] if begins else len(document)])
    if len(head) > LONGEST_HEAD:
        raise FormatError(url, f"no feed has {LONGEST_HEAD:,} characters before its first entry")
    if _is_busy(head):
        raise FormatError(url, TOO_BUSY)
    kept: list[str] = []
    rest, why = "", None
    for begin, end in pairwise([*begins, len(document)]):
        entry, rest = _divided(document[begin:end])
        short = _shortened(entry)
        trouble = _trouble(short)
        why = why or trouble
        if trouble is None and len(kept) < most:
            kept.append(short)
    if why is not None and not kept:
        raise FormatError(url, why)
    return "".join([head, *kept, rest])


def _trouble(entry: str) -> str | None:
    if len(entry) > LONGEST_ENTRY:
        return TOO_LONG
    return TOO_BUSY if _is_busy(entry) else None


def _is_busy(text: str) -> bool:
    return any(
        len(tag[0]) > LONG_TAG and tag[0].count("=") > MOST_ATTRIBUTES for tag in TAG.finditer(text)
    )


def _divided(text: str) -> tuple[str, str]:
    """Divide an entry from what follows it in the document."""
    ends = 0
    for found in ENDS.finditer(text):
        ends = found.end()
    return (text[:ends], text[ends:]) if ends else (text, "")


def _shortened(entry: str) -> str:
    if len(entry) <= LONGEST_TEXT:
        return entry
    return "".join(_short_parts(INLINE.sub("data:,", entry)))


def _short_parts(entry: str) -> Iterator[str]:
    while entry:
        begin = entry.find(CDATA)
        markup = entry if begin < 0 else entry[:begin]
        yield "<".join(map(_cut, markup.split("<")))
        if begin < 0:
            return
        end = entry.find(CDATA_ENDS, begin)
        inside = entry[begin + len(CDATA) : end if end >= 0 else len(entry)]
        yield f"{CDATA}{inside[:LONGEST_TEXT]}{CDATA_ENDS}"
        entry = entry[end + len(CDATA_ENDS) :] if end >= 0 else ""


def _cut(text: str) -> str:
    """Return the beginning of a text, without half a character reference at its end."""
    if len(text) <= LONGEST_TEXT:
        return text
    short = text[:LONGEST_TEXT]
    before, sign, after = short.rpartition("&")
    return before if sign and len(after) < REFERENCE and ";" not in after else short
