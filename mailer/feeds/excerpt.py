"""A few sentences that stand for an article."""

import re
from collections.abc import Sequence

from mailer.feeds.furniture import CREDIT, is_furniture
from mailer.feeds.text import count_words

MOST_WORDS = 60
NEARBY = 20  # characters
LABEL_WORDS = 4  # so few words without a full stop are a label, not a sentence
OPENING = "\"'\u2018\u201c\xab(["  # what may stand before a sentence
CLOSING = r"\"'\u2019\u201d\xbb\u300d\u300f\uff09)\]"  # what may stand behind its last mark
MARKS = r".!?…\u061f\u0964"  # and the Arabic and Hindi ones
WIDE_MARKS = r"\u3002\uff01\uff1f"  # Chinese and Japanese: no space follows
DASHES = "\u2013\u2014-"
END = re.compile(rf"[{MARKS}]+[{CLOSING}]*(?=\s)|[{WIDE_MARKS}]+[{CLOSING}]*")
FINISHED = re.compile(rf".*[{MARKS}{WIDE_MARKS}][{CLOSING}]*", re.DOTALL)
CUT = re.compile(r"\s*(?:[\[(]\s*(?:…|\.{3})\s*[\])]|…|\.{3})\s*$")
# NORTHHAVEN, Nov. 23 (Wire) -- the place, day and agency before an agency's first sentence.
NAME = r"[A-Z][\w.'\u2019-]*"
DATELINE = re.compile(
    r"(?:[A-Z][A-Z.'\u2019-]+(?:[ /][A-Z][A-Z.'\u2019-]+){0,3}"
    rf"(?:,\s*{NAME}(?:\s+\d{{1,2}})?)?(?:\s*\([^()]{{2,40}}\))?"
    rf"|{NAME}(?:\s{NAME}){{0,3}}\s*\([A-Z][^()]{{1,39}}\))"
    rf"\s*[{DASHES}]{{1,2}}\s+"
)
ABBREVIATION = re.compile(
    r"mrs?|ms|dr|prof|st|sen|rep|gov|gen|col|lt|sgt|capt|rev|hon|nos?|vol|vs|etc|al|approx|inc|ltd"
    r"|co|corp|[js]r|dept|est|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mt|ft|e\.g|i\.e|u\.[skn]"
    r"|[ap]\.m|bzw|z\.b|ca|nr|str|[^\W\d_]",
    re.IGNORECASE,
)


def excerpt(paragraphs: Sequence[str], most: int = MOST_WORDS) -> str:
    """Return whole sentences from the beginning, at most so many words; "" when there are none.

    A first sentence that is too long by itself is cut between words, and shows that it was.
    """
    told = _sentences_of(paragraphs)
    taken: list[str] = []
    for sentence in told:
        if count_words(" ".join([*taken, sentence])) > most or (taken and CUT.search(sentence)):
            break
        taken.append(sentence)
    if taken:
        return _marked(" ".join(taken))
    return _cut(told[0], most) if told else ""


def was_cut(paragraphs: Sequence[str]) -> bool:
    """Tell whether the feed itself gave only a beginning."""
    return bool(paragraphs) and CUT.search(paragraphs[-1]) is not None


def sentences(text: str) -> list[str]:
    """Divide a paragraph at the ends of its sentences."""
    parts: list[str] = []
    begin = 0
    for mark in END.finditer(text):
        if _goes_on(text, begin, mark):
            continue
        parts.append(text[begin : mark.end()].strip())
        begin = mark.end()
    parts.append(text[begin:].strip())
    return [part for part in parts if part]


def _goes_on(text: str, begin: int, mark: re.Match[str]) -> bool:
    """Tell whether the sentence goes on after this mark: an abbreviation, or a small letter.

    Looks at a few characters around the mark alone: a text may be nothing but marks.
    """
    rest = text[mark.end() : mark.end() + NEARBY].lstrip().lstrip(OPENING)
    if rest[:1].islower():
        return True
    if mark[0] != ".":
        return False
    before = text[max(begin, mark.start() - NEARBY) : mark.start()]
    return ABBREVIATION.fullmatch(before.rpartition(" ")[2].lstrip(OPENING)) is not None


def _sentences_of(paragraphs: Sequence[str]) -> list[str]:
    told = [
        sentence
        for paragraph in paragraphs
        for part in _without_captions(paragraph)
        for sentence in sentences(part)
        if not is_furniture(sentence)
    ]
    if told:
        told[0] = DATELINE.sub("", told[0], count=1) or told[0]
    finished = [one for one in told if FINISHED.fullmatch(one) or count_words(one) > LABEL_WORDS]
    return finished or told


def _without_captions(paragraph: str) -> list[str]:
    """Drop each photo credit with the caption before it, and keep what stands around."""
    parts: list[str] = []
    begin = 0
    for credit in CREDIT.finditer(paragraph):
        before = sentences(paragraph[begin : credit.start()])
        parts += before[:-1]
        begin = credit.end()
    rest = paragraph[begin:]
    return [*parts, rest.lstrip(" .") if begin else rest]


def _marked(text: str) -> str:
    """Write every kind of "cut off here" in one way."""
    return CUT.sub("…", text)


def _cut(sentence: str, most: int) -> str:
    words = CUT.sub("", sentence).split()
    while words and count_words(" ".join(words)) > most:
        surplus = count_words(" ".join(words)) - most
        words = words[: -min(surplus, len(words))]
    return f"{' '.join(words).rstrip(f' ,;:{DASHES}')}…" if words else f"{sentence[: most * 2]}…"
