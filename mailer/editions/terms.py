"""Text as a search compares it: folded words in any script, and which of them were asked for.

Both databases are given the same terms, so both find the same. A script without spaces has no words
to look up without a dictionary: there each pair of neighbouring characters is a term, and what was
asked for is found where its pairs follow each other.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_TERMS = 15_000  # of a text: PostgreSQL keeps 16,383 positions
MOST_WORDS = 8  # of a question
LONGEST_QUESTION = 200  # characters
LONGEST_TERM = 64

# Han, kana, Thai, Lao, Burmese, Khmer. Korean has spaces; its endings are met by beginnings.
RUN = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa"
    "\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
# Accents, points and vowel signs belong to the letter before them; \w has none of them.
SIGNS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0963\u0971-\u0dff"
)
LETTER = rf"(?:(?![{RUN}_])\w|[{SIGNS}])"
# Hebrew abbreviations have their quotation mark inside: צה"ל.
WORD = re.compile(rf"[{RUN}]+|{LETTER}+(?:(?<=[א-ת])[\"'׳״](?=[א-ת]){LETTER}+)*")
IN_RUN = re.compile(f"[{RUN}]")
DROPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\"'׳״]"
)
ONE_LETTER = str.maketrans(
    "\u0142\u00f8\u0111\u0131\u05da\u05dd\u05df\u05e3\u05e5\u0649\u0629",
    "lodi\u05db\u05de\u05e0\u05e4\u05e6\u064a\u0647",  # final letters, alef maqsura, ta marbuta
) | str.maketrans({"æ": "ae", "œ": "oe"})
# What stands before a noun as part of its word: and, the, in, to, from; in Arabic with its article.
BEFORE_NOUN = re.compile(r"(?:ו?[הבכלמש]|ו)(?=[א-ת]{3})|(?:[وفبك]?ال|لل|و)(?=[\u0621-\u064a]{3})")


@dataclass(frozen=True, slots=True)
class Word:
    """What one typed word asks for: any of these, each a beginning, or pairs that follow on."""

    beginnings: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()


Question = tuple[Word, ...]  # a text must have all of them; none: nothing was asked


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a text, and whether it was asked for."""

    text: str
    found: bool = False


def terms(text: str) -> list[str]:
    """Return the terms of a text in its order, as an index keeps them."""
    found: list[str] = []
    for match in WORD.finditer(text):
        found += _kept(match[0])
        if len(found) >= MOST_TERMS:
            break
    return found[:MOST_TERMS]


def question(typed: str) -> Question:
    """Return what somebody asks for. There is no syntax: any text is a question."""
    words = WORD.findall(typed[:LONGEST_QUESTION])
    asked = [_asked(part) for word in words for part in _parts(word)]
    return tuple(dict.fromkeys(asked))[:MOST_WORDS]


def marked(text: str, asked: Question) -> list[Mark]:
    """Return a text in parts; those that were asked for are marked."""
    made: list[Mark] = []
    at = 0
    for match in WORD.finditer(text):
        for begin, end in _places(match[0], asked):
            if match.start() + begin > at:
                made.append(Mark(text[at : match.start() + begin]))
            at = match.start() + end
            made.append(Mark(text[match.start() + begin : at], found=True))
    return [*made, Mark(text[at:])] if at < len(text) else made


def fold(text: str) -> str:
    """Return a text without what people leave out when they type: case, accents, points, width."""
    if text.isascii():  # most words are, and cost a tenth
        return text.lower().replace('"', "").replace("'", "")
    plain = unicodedata.normalize("NFKC", text).casefold().translate(ONE_LETTER)
    return unicodedata.normalize("NFC", DROPPED.sub("", unicodedata.normalize("NFD", plain)))


def _parts(word: str) -> list[str]:
    """Return a word folded; it may come apart: `½` is one letter, and three spelt out."""
    return WORD.findall(fold(word))


def _kept(word: str) -> Iterator[str]:
    for part in _parts(word):
        if IN_RUN.match(part):
            yield from _pairs(part)
            yield part[-1]  # so that its last character is found as a beginning, too
        else:
            yield from _forms(part)


def _asked(part: str) -> Word:
    if IN_RUN.match(part) and len(part) > 1:
        return Word(pairs=tuple(_pairs(part)))
    return Word(beginnings=tuple(_forms(part)))


def _forms(term: str) -> list[str]:
    """Return a term, and the noun in it without what is written in front of it."""
    term = term[:LONGEST_TERM]
    before = BEFORE_NOUN.match(term)
    return [term] if before is None else [term, term[before.end() :]]


def _pairs(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)]


def _places(word: str, asked: Question) -> Sequence[tuple[int, int]]:
    """Return the parts of a word that were asked for: all of it, or where the pairs stand."""
    beginnings = tuple(form for one in asked for form in one.beginnings)
    if not IN_RUN.match(word):
        return [(0, len(word))] if any(t.startswith(beginnings) for t in _kept(word)) else []
    folded = fold(word)
    if len(folded) != len(word):  # characters of half width
        return [(0, len(word))] if _is_in(folded, asked) else []
    hit = [False] * len(word)
    for one in asked:
        for sought in _sought(one):
            for match in re.finditer(f"(?={re.escape(sought)})", folded):
                for place in range(match.start(), match.start() + len(sought)):
                    hit[place] = True
    edges = [i for i in range(len(hit) + 1) if (i and hit[i - 1]) != (i < len(hit) and hit[i])]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _is_in(folded: str, asked: Question) -> bool:
    return any(sought in folded for one in asked for sought in _sought(one))


def _sought(one: Word) -> Sequence[str]:
    """Return what a word asks for in a script without spaces."""
    if one.pairs:
        return [one.pairs[0] + "".join(pair[1] for pair in one.pairs[1:])]
    return [form for form in one.beginnings if IN_RUN.match(form)]
