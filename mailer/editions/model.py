"""A newsletter, its editions, and the pieces they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from mailer.address import Address
from mailer.feeds.model import NO_RULES, Rules


class Rhythm(StrEnum):
    """How often a reader gets a digest."""

    AT_ONCE = "at-once"  # as soon as something is new, what came within minutes together
    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    MINUTELY = "minutely"  # for the demo and for trying things out; no page offers it


class Approval(StrEnum):
    """Who lets an edition out."""

    AUTOMATIC = "automatic"  # at its hour
    MANUAL = "manual"  # when a person says so


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a digest is due, in somebody's own zone."""

    rhythm: Rhythm
    minute_of_day: int  # 0 to 1439, local
    weekday: int  # 0 Monday to 6 Sunday; read by WEEKLY only
    zone: str  # IANA name
    also_on: tuple[int, ...] = ()  # more days of each week; read by WEEKLY only

    @property
    def days(self) -> tuple[int, ...]:
        """The days of the week on which a WEEKLY digest comes, Monday is 0."""
        return tuple(sorted({self.weekday, *self.also_on}))


@dataclass(frozen=True, slots=True)
class Due:
    """One appointment: the instant, and the name of what may be sent once for it."""

    at: datetime
    slot: str  # 2026-11-23, or 2026-11-23T07:31 where there are many a day


@dataclass(frozen=True, slots=True)
class Newsletter:
    """What people subscribe to."""

    id: int
    slug: str
    name: str
    description: str  # one sentence for the form and the pages
    sender: Address
    reply_to: Address | None
    postal_address: str
    language: str  # BCP 47
    schedule: Schedule
    approval: Approval
    max_stories: int
    public: bool
    created_at: datetime
    min_stories: int = 1  # with fewer nobody is mailed, and they wait for the next slot
    rules: Rules = NO_RULES
    pictures: bool = True  # whether stories are illustrated
    feedback: bool = False  # whether an edition asks its readers how it was
    accent: str | None = None  # #RRGGBB of what one can press; None: our own blue


class EditionState(StrEnum):
    """Where an edition stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    HELD = "held"  # a person stopped it, and may let it go on
    CANCELLED = "cancelled"
    EMPTY = "empty"  # nothing was new: nobody is mailed
    MISSED = "missed"  # found too late; its articles flow into the next edition


EDITION_MOVES: Mapping[EditionState, frozenset[EditionState]] = {
    EditionState.DRAFT: frozenset(
        {EditionState.APPROVED, EditionState.HELD, EditionState.CANCELLED}
    ),
    EditionState.HELD: frozenset({EditionState.APPROVED, EditionState.CANCELLED}),
    EditionState.APPROVED: frozenset({EditionState.HELD, EditionState.CANCELLED}),
    EditionState.CANCELLED: frozenset(),
    EditionState.EMPTY: frozenset(),
    EditionState.MISSED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class DueGroup:
    """The readers of one newsletter who are owed the same slot, and have no edition for it yet."""

    rhythm: Rhythm
    slot: str
    due_at: datetime  # of the latest among them
    oldest_watermark: int
    newest_watermark: int
    readers: int


@dataclass(frozen=True, slots=True)
class Edition:
    """One newsletter's digest for one slot."""

    id: int
    newsletter_id: int
    rhythm: Rhythm
    slot: str
    number: int  # counts from 1 in each newsletter; empty and missed ones have no reader to count
    state: EditionState
    key: str  # random, fixed at birth: makes Message-IDs unique for ever
    subject: str
    preheader: str
    opens: int  # articles with opens < arrival <= closes belong to it
    closes: int
    due_at: datetime
    at_once: bool  # by hand, or for those who read at once: for all of them, whatever the hour
    composed_at: datetime
    approved_at: datetime | None
    checking_until: datetime | None = None  # somebody looks at its articles' pages until then
    checked_at: datetime | None = None  # when that was done last
    illustrated_at: datetime | None = None  # when its stories' pictures were asked for
    wave: int = 0  # of its slot; a later one brings later readers what is newer
    until: datetime | None = None  # whose hour comes before it gets this; None: all of the slot
    cancelled_because: str | None = None  # for everybody who opens its page
    canary_since: datetime | None = None  # the others wait for those who go first; None: nobody
    held_because: str | None = None  # None: it is not held, or a person held it
    hidden: bool = False  # no list and no feed names it; who has its address may read it

    @property
    def is_withdrawn(self) -> bool:
        """Whether it went out, or was about to, and was stopped for good."""
        return self.state is EditionState.CANCELLED and self.approved_at is not None

    @property
    def is_urgent(self) -> bool:
        """Whether it is one article that did not wait for a digest."""
        return self.slot.startswith(URGENT_SLOT)


URGENT_SLOT = "article:"  # and the article's id


class Tally(NamedTuple):
    """How many readers said what of an edition."""

    good: int
    poor: int


class CorrectionKind(StrEnum):
    """What became of an article after it was mailed."""

    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Correction:
    """A line for those who got an article that was wrong."""

    id: int
    article_id: int
    kind: CorrectionKind
    title: str  # as it was mailed
    note: str  # in the owner's words; may be empty
    at: datetime


@dataclass(frozen=True, slots=True)
class TopicSection:
    """One of the owner's headings, and what stands below it whatever feed it is from."""

    name: str
    topics: tuple[str, ...]  # none: only what feeds put there
    points: float = 0.0  # for each story below it
    urgent_since: datetime | None = None  # what came later below it goes at once


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a piece's score, or the rule that left it out, for a person to read."""

    rule: str  # freshness, picture, position, age, duplicate, length, …
    points: float
    note: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One article as a candidate of one edition."""

    article_id: int
    arrival: int
    story: int  # the arrival of the first article, in this window, that tells the same
    section: str
    score: float
    included: bool
    reasons: tuple[Reason, ...]

    @property
    def is_copy(self) -> bool:
        """Whether it was left out for another piece of the same story."""
        return not self.included and self.reasons[0].rule == "duplicate"

    @property
    def is_told(self) -> bool:
        """Whether its story is, by itself or by another piece."""
        return self.included or self.is_copy

    def earned(self, rule: str) -> bool:
        """Whether this rule gave the piece points."""
        return any(reason.rule == rule and reason.points > 0 for reason in self.reasons)
