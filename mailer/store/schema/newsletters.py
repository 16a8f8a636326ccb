"""What people can subscribe to, and where its articles come from."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)

from mailer.editions.model import Approval, Rhythm
from mailer.feeds.model import FeedState
from mailer.store.instant import Instant
from mailer.store.schema.base import key, numbered, ref, word

newsletter = numbered(
    "newsletter",
    key(),
    Column("slug", String(63), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("reply_to", Text),
    Column("postal_address", Text, nullable=False),
    Column("language", String(35), nullable=False),
    *word(Rhythm, "rhythm", "rhythm"),
    Column("minute_of_day", Integer, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    *word(Approval, "approval", "approval"),
    Column("max_stories", Integer, nullable=False),
    Column("min_stories", Integer, nullable=False),
    Column("rules", Text, nullable=False),  # JSON object of what differs from no rules
    Column("public", Boolean, nullable=False),
    Column("pictures", Boolean, nullable=False, server_default=text("true")),
    Column("accent", String(7)),  # NULL: our own blue
    Column("feedback", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("minute_of_day BETWEEN 0 AND 1439", name="minute_of_day_range"),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_range"),
    CheckConstraint("max_stories BETWEEN 1 AND 100", name="max_stories_range"),
)

feed = numbered(
    "feed",
    key(),
    Column("url", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("site_url", Text),
    *word(FeedState, "feed_state", "state"),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("next_look_at", Instant, nullable=False),
    Column("last_looked_at", Instant),
    Column("last_changed_at", Instant),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("trouble", Text),
    Column("moved_to", Text),
    Column("moved_seen", Integer, nullable=False, server_default=text("0")),
    Column("silent_since", Instant),
    Column("read_pages", Boolean, nullable=False, server_default=text("false")),
    Column("excerpt_words", Integer),  # NULL: as many as fit
    Column("pictures", Boolean, nullable=False, server_default=text("true")),
    Column("labels", Text, nullable=False, server_default=text("'[]'")),  # JSON, of each article
    Index("ix_feed_next_look_at", "next_look_at"),
)

source = numbered(
    "source",
    key(),
    ref("newsletter"),
    ref("feed"),
    Column("section", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("weight", Float, nullable=False),
    Column("rules", Text, nullable=False),  # JSON object of what differs from no rules
    UniqueConstraint("newsletter_id", "feed_id"),
)

# The owner's headings: an article of one of these topics stands below it, whatever feed it is from.
section = numbered(
    "section",
    key(),
    ref("newsletter"),
    Column("name", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("points", Float, nullable=False),
    Column("topics", Text, nullable=False),  # JSON list of strings
    Column("urgent_since", Instant),  # NULL: what stands below it waits for the digest
    UniqueConstraint("newsletter_id", "name"),
)
