"""A few sentences that stand for an article."""

import re
from collections.abc import Iterator, Sequence

from mailer.feeds.captions import CREDIT
from mailer.feeds.dates import is_month
from mailer.feeds.furniture import NAME, UPPER, is_furniture
from mailer.feeds.text import UNSPACED, count_words

MOST_WORDS = 60
NEARBY = 20  # characters
LABEL_WORDS = 4  # so few words without a full stop are a label, not a sentence
ENOUGH = 40  # sentences: more are never asked for
OPENING = "\"'\u2018\u201c\u201e\xab(["  # what may stand before a sentence
CLOSING = r"\"'\u2019\u201c\u201d\xbb\u300d\u300f\uff09)\]"  # what may stand behind its last mark
MARKS = r".!?…\u061f\u0964"  # and the Arabic and Hindi ones
WIDE_MARKS = r"\u3002\uff01\uff1f"  # Chinese and Japanese: no space follows
DASHES = "\u2013\u2014-"
END = re.compile(rf"[{MARKS}]+[{CLOSING}]*(?=\s)|[{WIDE_MARKS}]+[{CLOSING}]*")
FINISHED = re.compile(rf"[{MARKS}{WIDE_MARKS}][{CLOSING}]*$")
CUT = re.compile(r"\s*(?:[\[(]\s*(?:…|\.{3})\s*[\])]|…|\.{3})\s*$")
# NORTHHAVEN, Nov. 23 (Wire) -- the place, day and agency before an agency's first sentence.
CAPITALS = rf"[{UPPER}][{UPPER}.'\u2019-]+"
DATELINE = re.compile(
    rf"(?:{CAPITALS}(?:[ /]{CAPITALS}){{0,3}}"
    rf"(?:,\s*{NAME})?(?:,?\s*{NAME}\s+\d{{1,2}}(?:,\s*\d{{4}})?)?(?:\s*\([^()]{{2,40}}\))?"
    rf"|{NAME}(?:[\s/]{NAME}){{0,3}}\s*\([^\W\d_][^()]{{1,39}}\)"
    r"|[\u0590-\u08ff][\u0590-\u08ff\s/]{1,40}\([^()]{2,40}\)"
    r"|\([A-Z][^()]{1,30}\))"
    rf"\s*[{DASHES}]{{1,2}}\s+"
    rf"|{CAPITALS}(?: {CAPITALS}){{0,3}}:\s+"
    r"|【[^】]{1,30}】\s*|［[^］]{1,30}］\s*[－-]\s*|\([^()]{1,20}=[^()]{1,20}\)[^=]{1,20}=\s*"
    r"|新华社\S{1,20}电\s*(?:（记者[^）]{1,20}）)?\s*"
    rf"|{NAME}\.? \d{{1,2}}[{DASHES}]{{1,2}}(?=[{UPPER}])"
)
ABBREVIATION = re.compile(
    r"mrs?|ms|dr|prof|st|sen|rep|gov|gen|col|lt|sgt|capt|rev|hon|nos?|vol|vs|etc|al|approx|inc|ltd"
    r"|co|corp|[js]r|dept|est|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mt|ft|e\.g|i\.e|u\.[skn]"
    r"|[ap]\.m|bzw|z\.b|u\.a|d\.h|ca|nr|str|abs|evtl|ggf|inkl|mio|mrd|tel|usw|vgl|sr|sra|ud|núm|p\.ej"
    r"|mm?e|mlle|cf|env|av|tl|dott|sig|dhr|mevr|blz|[^\W\d_]",
    re.IGNORECASE,
)
STATE = re.compile(  # as agencies write them, behind a town
    r",\s*(?:ala|ariz|ark|calif|colo|conn|del|fla|ga|ill|ind|kan|ky|la|md|mass|mich|minn|miss|mo"
    r"|mont|neb|nev|okla|ore|pa|tenn|tex|va|vt|wash|wis|wyo|n\.[hjmycd]|s\.[cd]|r\.i|d\.c)$",
    re.IGNORECASE,
)


def excerpt(paragraphs: Sequence[str], most: int = MOST_WORDS) -> str:
    """Return whole sentences from the beginning, at most so many words; "" when there are none.

    A first sentence that is too long by itself is cut between words, and shows that it was.
    """
    told = _sentences_of(paragraphs)
    taken = ""
    for sentence in told:
        longer = _joined(taken, sentence)
        if count_words(longer) > most or (taken and CUT.search(sentence)):
            break
        taken = longer
    if taken:
        return _marked(taken)
    return _cut(told[0], most) if told else ""


def was_cut(paragraphs: Sequence[str]) -> bool:
    """Tell whether the feed itself gave only a beginning."""
    return bool(paragraphs) and CUT.search(paragraphs[-1]) is not None


def is_finished(paragraphs: Sequence[str]) -> bool:
    """Tell whether there is a whole sentence in it."""
    return any(is_whole(one) for one in _sentences_of(paragraphs))


def is_whole(sentence: str) -> bool:
    """Tell whether a sentence ends as sentences do, and was not cut off."""
    return FINISHED.search(sentence[-NEARBY:]) is not None and CUT.search(sentence) is None


def sentences(text: str) -> list[str]:
    """Divide a paragraph at the ends of its sentences."""
    return list(_sentences(text))


def _sentences(text: str) -> Iterator[str]:
    begin = 0
    for mark in END.finditer(text):
        if _goes_on(text, begin, mark):
            continue
        sentence = text[begin : mark.end()].strip()
        begin = mark.end()
        if sentence:
            yield sentence
    if text[begin:].strip():
        yield text[begin:].strip()


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
    word = before.rpartition(" ")[2].lstrip(OPENING)
    if word.isdecimal() and len(word) < 3:  # German counts days so: am 1. Dezember
        return is_month(rest.partition(" ")[0].rstrip(".,"))
    return ABBREVIATION.fullmatch(word) is not None or STATE.search(before) is not None


def _sentences_of(paragraphs: Sequence[str]) -> list[str]:
    """Return the first sentences that say something; whole ones alone, when there is one."""
    told: list[str] = []
    whole = 0
    for sentence in _told(paragraphs):
        told.append(sentence)
        whole += is_whole(sentence)
        if whole >= ENOUGH or len(told) >= 10 * ENOUGH:
            break
    if whole:
        # What has no full stop between sentences is a heading, a label, or was cut off.
        return [one for one in told if is_whole(one)]
    return [one for one in told if count_words(one) > LABEL_WORDS] or told


def _told(paragraphs: Sequence[str]) -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs):
        dateline = DATELINE.match(paragraph) if number < 2 else None
        text = paragraph if dateline is None else paragraph[dateline.end() :]
        for part in _without_captions(text or paragraph):
            for sentence in _sentences(part):
                if not is_furniture(sentence):
                    yield sentence


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


def _joined(text: str, sentence: str) -> str:
    """Put a sentence behind a text; where words stand without spaces, sentences do too."""
    if not text:
        return sentence
    last = text[-3:].rstrip("\u3002\uff01\uff1f\u300d\u300f\uff09")
    together = len(last) < len(text[-3:]) and bool(UNSPACED.match(sentence.lstrip("\u300c\u300e")))
    return f"{text}{sentence}" if together else f"{text} {sentence}"


def _marked(text: str) -> str:
    """Write every kind of "cut off here" in one way."""
    return CUT.sub("…", text)


def _cut(sentence: str, most: int) -> str:
    words = CUT.sub("", sentence).split()
    while words and count_words(" ".join(words)) > most:
        surplus = count_words(" ".join(words)) - most
        words = words[: -min(surplus, len(words))]
    return f"{' '.join(words).rstrip(f' ,;:{DASHES}')}…" if words else f"{sentence[: most * 2]}…"
