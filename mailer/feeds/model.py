"""A feed, what it said, and the articles kept from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FeedState(StrEnum):
    """Whether a feed is still looked at."""

    ACTIVE = "active"
    GONE = "gone"  # the server said 410: it is not asked again


class Label(StrEnum):
    """What a reader is to know of an article before its headline, in the order it is shown in."""

    SPONSORED = "sponsored"  # somebody pays for it
    OPINION = "opinion"
    SUBSCRIBERS = "subscribers"  # its outlet shows the whole of it to its subscribers alone


@dataclass(frozen=True, slots=True)
class Feed:
    """One address that is looked at again and again."""

    id: int
    url: str
    title: str
    site_url: str | None
    state: FeedState
    etag: str | None  # as it was sent, quotes and W/ included (RFC 9110 section 8.8.3)
    last_modified: str | None  # as it was sent
    next_look_at: datetime
    last_looked_at: datetime | None
    last_changed_at: datetime | None
    failures: int  # in a row
    trouble: str | None  # why the last look failed, for a person; None when it did not
    moved_to: str | None = None  # where it was sent on to for good, not believed yet
    moved_seen: int = 0  # in a row
    silent_since: datetime | None = None  # its last news, when it is silent for unusually long
    read_pages: bool = False  # where it gives no text, the article's page is read
    excerpt_words: int | None = None  # the most of its words that are told; None: as many as fit
    pictures: bool = True  # whether its pictures may be shown
    labels: tuple[Label, ...] = ()  # of each of its articles


@dataclass(frozen=True, slots=True)
class Draft:
    """One article as a feed tells it, cleaned, before it has a place in the store."""

    identity: str  # stable id inside its feed
    url: str
    title: str  # one line of plain text
    summary: str  # plain text, furniture removed; may be empty
    html: str  # safe HTML
    author: str | None
    published_at: datetime | None
    image_url: str | None
    image_alt: str | None
    image_credit: str | None
    original_url: str | None  # of a republished piece
    original_publisher: str | None
    language: str | None
    words: int  # of the text the feed gave; 0: unknown
    topics: tuple[str, ...]
    image_caption: str | None = None  # without the credit
    labels: tuple[Label, ...] = ()  # as the feed marks it


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one document said."""

    title: str
    site_url: str | None
    language: str | None
    drafts: tuple[Draft, ...]


class ArticleState(StrEnum):
    """Whether an article may go into a digest."""

    KEPT = "kept"
    BACKLOG = "backlog"  # was there already when the feed was added
    HELD = "held"  # by an operator, or because suspiciously many came at once
    WITHDRAWN = "withdrawn"
    GONE = "gone"  # its page is gone, or its feed took it back


@dataclass(frozen=True, slots=True)
class Article:
    """One article in the store."""

    id: int
    arrival: int  # the order in which articles became visible here, without ties
    feed_id: int
    identity: str
    url: str
    title: str
    summary: str
    html: str
    author: str | None
    published_at: datetime
    seen_at: datetime
    image_url: str | None
    image_alt: str | None
    image_credit: str | None
    original_url: str | None
    original_publisher: str | None
    language: str | None
    words: int
    topics: tuple[str, ...]
    image_caption: str | None = None
    state: ArticleState = ArticleState.KEPT
    changed_at: datetime | None = None  # when it was last told otherwise
    gone_because: str | None = None  # for a person; None unless GONE
    urgent_at: datetime | None = None  # when somebody marked it as urgent
    labels: tuple[Label, ...] = ()  # what an editor says, else what it and its feed are
    labelled: bool = False  # whether an editor said it


@dataclass(frozen=True, slots=True)
class Rules:
    """What an article must be like to be let in; what is empty or 0 asks for nothing."""

    include: tuple[str, ...] = ()  # words: one of them is in the title or summary
    exclude: tuple[str, ...] = ()  # words: none of them is
    topics: tuple[str, ...] = ()  # one of them is among the article's
    without_topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()  # en lets en-GB in; an article that names none is let in
    least_words: int = 0  # of the text; an unknown length is let in
    oldest_hours: int = 0  # from publication to the digest
    first: int = 0  # the newest so many of a feed


NO_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Source:
    """A feed in its place in one newsletter."""

    feed_id: int
    section: str
    position: int  # the owner's order, 0 first
    weight: float = 1.0
    rules: Rules = NO_RULES


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered to one look at a feed."""

    status: int
    url: str  # after redirects
    body: bytes  # decoded; empty unless status is 200
    content_type: str | None
    etag: str | None
    last_modified: str | None
    retry_after: int | None  # seconds
    max_age: int | None  # seconds
    moved_to: str | None = None  # where permanent redirects lead (RFC 9110 section 15.4.2)
    robots: str | None = None  # what X-Robots-Tag tells search engines


class LookStatus(StrEnum):
    """How one look at a feed ended."""

    READ = "read"  # a document came
    UNCHANGED = "unchanged"  # 304
    FAILED = "failed"
    GONE = "gone"  # 410


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at one feed came to."""

    feed_id: int
    url: str
    title: str
    status: LookStatus
    new: int  # articles that were not known before
    trouble: str | None  # for a person; None unless it failed


@dataclass(frozen=True, slots=True)
class GatherReport:
    """What a round of looks came to, in the order of the feeds."""

    looks: tuple[Look, ...]

    @property
    def new(self) -> int:
        """How many articles were new."""
        return sum(look.new for look in self.looks)

    @property
    def failed(self) -> int:
        """How many feeds gave nothing that can be used."""
        return sum(look.trouble is not None for look in self.looks)
