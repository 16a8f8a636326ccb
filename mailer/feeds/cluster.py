"""Which articles tell the same story: near-duplicates, found in linear time.

Each telling is a set of word triples. MinHash (Broder, "On the resemblance and containment of
documents", 1997): of the triples' hashes the smallest few stand for the whole, and two texts that
share much share some of these. Each of them is a band; those who meet in enough bands are compared.
A band remembers a fixed number of tellings, so that a phrase which everybody uses costs no more.
"""

import re
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from mailer.feeds.text import UNSPACED

WORD = re.compile(r"\w+")
NAME = re.compile(
    r"(?<=[^.!?:] )[^\W\d_]\w+"
)  # and written large; the first of a sentence always is
MOST_CHARACTERS = 900  # about as many
MOST_WORDS = 150  # of a text; agencies put what matters first
TEXT_BANDS = 16
TITLE_BANDS = 4
REMEMBERED = 48  # tellings a band
TIDY_EVERY = 5_000  # tellings; what is too long ago to matter is forgotten then
APART = timedelta(days=4)  # what lies further apart is another story, whatever its words
MOST_COMPARED = 24  # tellings that one is compared with, those it met most often first
MEETINGS = 2  # bands in which two must meet to be compared
OTHER_NAMES = {"nb": "no", "iw": "he", "in": "id", "und": "", "mul": ""}  # of one language
LITTLE = 12  # triples; of a shorter text the title decides

SAME_TEXT = 0.42  # of the shorter one's triples are in the longer one
# Newsrooms fill the same sentences with other events: a quake, a match, a crash of every week. Such
# texts share their words, and neither their numbers nor their names. Copies share most of both.
FIGURES = 3  # that each has, to compare them
SAME_FIGURES = 0.4  # of the fewer ones
MARKS = 4  # figures and names
SAME_MARKS = 0.45
SAME_TITLE = 0.8  # of the shorter one's words
TITLE_WORDS = 4  # fewer say too little
SPREAD = 0x9E3779B1  # 2**32 divided by the golden ratio: neighbours in CRC land far apart


class Telling(NamedTuple):
    """What of an article is compared: plain text."""

    id: int
    title: str
    text: str
    language: str | None
    published_at: datetime


class Traits(NamedTuple):
    """A telling as numbers."""

    telling: int
    published_at: datetime
    title: frozenset[str]  # its words
    title_bands: list[int]
    text: "array[int]"  # hashes of triples of words, each once, the smallest first
    figures: "array[int]"  # hashes of words of the text that have digits
    names: "array[int]"  # and of those that are written large
    numbers: frozenset[str]  # in the title
    language: str  # without its region; "": it does not say


def stories(tellings: Iterable[Telling]) -> dict[int, int]:
    """Return for each telling the id of the first one, by time, of the same story.

    A telling that is like no other is a story of its own. What was published more than four days
    apart, or says that it is in two languages, is never the same; one that says nothing of its
    language may be in any.
    """
    told = sorted(tellings, key=lambda one: (one.published_at, one.id))
    parent: dict[int, int] = {}  # the earlier telling of the same story; the first has itself
    place: dict[int, int] = {}  # by time
    bands = _Bands()
    for telling in told:
        traits = _traits(telling)
        triples = set(traits.text)
        like = [other for other in bands.met(traits) if _same(traits, triples, other)]
        parent[telling.id] = telling.id
        place[telling.id] = len(place)
        # A telling may join two stories: the one that was told first goes on.
        roots = sorted({_root(parent, other.telling) for other in like}, key=place.__getitem__)
        for root in (*roots[1:], telling.id):
            parent[root] = roots[0] if roots else telling.id
        bands.remember(traits)
    return {key: _root(parent, key) for key in parent}


def _root(parent: dict[int, int], key: int) -> int:
    while parent[key] != key:
        parent[key] = parent[parent[key]]  # half the way for whoever asks next
        key = parent[key]
    return key


class _Bands:
    """Where tellings meet."""

    def __init__(self) -> None:
        self._met: dict[int, list[Traits]] = {}
        self._remembered = 0

    def met(self, traits: Traits) -> Iterator[Traits]:
        """Yield those that share enough bands with this one, and may be of its time."""
        meetings = Counter[int]()
        known: dict[int, Traits] = {}
        for band in _bands(traits):
            for other in self._met.get(band, ()):
                meetings[other.telling] += 1
                known[other.telling] = other
        for key, count in meetings.most_common(MOST_COMPARED):
            other = known[key]
            if count < MEETINGS:
                return
            if traits.published_at - other.published_at <= APART:
                yield other

    def remember(self, traits: Traits) -> None:
        """Put a telling into its bands; the oldest one of a full band is forgotten."""
        for band in _bands(traits):
            there = self._met.setdefault(band, [])
            there.append(traits)
            if len(there) > REMEMBERED:
                del there[0]
        self._remembered += 1
        if self._remembered % TIDY_EVERY == 0:
            since = traits.published_at - APART
            self._met = {
                band: there for band, there in self._met.items() if there[-1].published_at >= since
            }


def _bands(traits: Traits) -> list[int]:
    return [*traits.text[:TEXT_BANDS], *traits.title_bands]


def _same(one: Traits, triples: Set[int], other: Traits) -> bool:
    if one.language != other.language and one.language and other.language:
        return False
    if min(len(triples), len(other.text)) < LITTLE:
        shorter = min(len(one.title), len(other.title))
        alike = len(one.title & other.title) >= SAME_TITLE * shorter
        return shorter >= TITLE_WORDS and alike and one.numbers == other.numbers
    common = len(triples & set(other.text))
    alike = common >= SAME_TEXT * min(len(triples), len(other.text))
    return alike and not _is_template(one, other)


def _is_template(one: Traits, other: Traits) -> bool:
    """Whether two texts are the same sentences about other things."""
    ours, theirs = {*one.figures}, {*other.figures}
    if _differ(ours, theirs, FIGURES, SAME_FIGURES):
        return True
    return _differ({*one.names} | ours, {*other.names} | theirs, MARKS, SAME_MARKS)


def _differ(ours: Set[int], theirs: Set[int], least: int, same: float) -> bool:
    fewer = min(len(ours), len(theirs))
    return fewer >= least and len(ours & theirs) < same * fewer


def _traits(telling: Telling) -> Traits:
    words, title = _words(telling.text)[:MOST_WORDS], _words(telling.title)
    triples = zip(words, words[1:], words[2:], strict=False)
    return Traits(
        telling.id,
        telling.published_at,
        frozenset(title),
        [_hash(f"title {word}") for word in _rarest(title)],
        array("I", sorted({_hash(f"{a} {b} {c}") for a, b, c in triples})),
        array("I", {_hash(word) for word in words if not word.isalpha()}),
        array("I", {_hash(word.casefold()) for word in _names(telling.text)}),
        frozenset(word for word in title if word.isdecimal()),
        _language(telling.language),
    )


def _names(text: str) -> list[str]:
    return [word for word in NAME.findall(text[:MOST_CHARACTERS]) if word[0].isupper()]


def _language(tag: str | None) -> str:
    primary = sys.intern((tag or "").partition("-")[0].lower())
    return OTHER_NAMES.get(primary, primary)


def _rarest(title: Sequence[str]) -> list[str]:
    """Return the words that may tell a title from others: the longest ones."""
    return sorted(set(title), key=lambda word: (-len(word), word))[:TITLE_BANDS]


def _words(text: str) -> Sequence[str]:
    """Return the words in small letters; where a script has no spaces, its characters."""
    return WORD.findall(UNSPACED.sub(r" \g<0> ", text.casefold()))


def _hash(text: str) -> int:
    """Return 32 bits that are the same in every process, unlike Python's own."""
    return crc32(text.encode()) * SPREAD & 0xFFFFFFFF
