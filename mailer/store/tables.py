"""The schema, as this program wants it. `migrations/` says how a database gets there.

Times are stored in UTC. States are words, checked by the database. Every promise that must hold
with two programs running at once is a constraint here, not a lock somewhere else.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

from mailer.delivery.model import DeliveryState, Kind, Lane, Notice
from mailer.editions.model import Approval, CorrectionKind, EditionState, Rhythm
from mailer.feeds.model import ArticleState, FeedState
from mailer.store.instant import Instant
from mailer.subscribers.model import Act, State, Way

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by INTEGER alone


def _key() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _ref(table: str, *, nullable: bool = False) -> Column[int]:
    return Column(f"{table}_id", Id, ForeignKey(f"{table}.id"), nullable=nullable)


def _is_one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _partial_index(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


def _table(name: str, *parts: SchemaItem) -> Table:
    # AUTOINCREMENT: an id that once stood in a Message-ID is never given to another row.
    return Table(name, metadata, *parts, sqlite_autoincrement=True)


newsletter = _table(
    "newsletter",
    _key(),
    Column("slug", String(63), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("reply_to", Text),
    Column("postal_address", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("rhythm", String(16), nullable=False),
    Column("minute_of_day", Integer, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("approval", String(16), nullable=False),
    Column("max_stories", Integer, nullable=False),
    Column("min_stories", Integer, nullable=False),
    Column("rules", Text, nullable=False),  # JSON object of what differs from no rules
    Column("public", Boolean, nullable=False),
    Column("pictures", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Instant, nullable=False),
    _is_one_of("rhythm", Rhythm),
    _is_one_of("approval", Approval),
    CheckConstraint("minute_of_day BETWEEN 0 AND 1439", name="minute_of_day_range"),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_range"),
    CheckConstraint("max_stories BETWEEN 1 AND 100", name="max_stories_range"),
)

subscriber = _table(
    "subscriber",
    _key(),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False, unique=True),
    Column("address_hash", String(64), nullable=False),  # compared with suppression, in SQL
    Column("language", String(35)),
    Column("created_at", Instant, nullable=False),
)

READS_AT_ONCE = f"rhythm = '{Rhythm.AT_ONCE}' AND state = '{State.ACTIVE}'"

# rhythm, minute_of_day, weekday and zone are the reader's own; they began as the newsletter's.
subscription = _table(
    "subscription",
    _key(),
    _ref("subscriber"),
    _ref("newsletter"),
    Column("state", String(16), nullable=False),
    Column("rhythm", String(16), nullable=False),
    Column("minute_of_day", Integer, nullable=False),
    Column("weekday", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("left_at", Instant),
    Column("watermark", BigInteger, nullable=False, server_default=text("0")),
    Column("next_due_at", Instant),
    Column("next_slot", String(32)),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("also_on", String(6), nullable=False, server_default=text("''")),  # days, as digits
    Column("language", String(35)),
    Column("paused_until", Instant),
    Column("feed_since", Instant),  # NULL: no feed of their own
    Column("sections", Text, nullable=False, server_default=text("''")),  # as a page apart has it
    Column("text_only", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("subscriber_id", "newsletter_id"),
    _is_one_of("state", State),
    _is_one_of("rhythm", Rhythm),
    CheckConstraint("minute_of_day BETWEEN 0 AND 1439", name="minute_of_day_range"),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_range"),
    CheckConstraint(
        "(state = 'active' AND rhythm <> 'at-once') = (next_due_at IS NOT NULL)"
        " AND (next_due_at IS NULL) = (next_slot IS NULL)",
        name="due_when_active",
    ),
    CheckConstraint("state <> 'active' OR confirmed_at IS NOT NULL", name="active_is_confirmed"),
    CheckConstraint("(state = 'paused') = (paused_until IS NOT NULL)", name="paused_until_a_day"),
    # Who is due is asked every few seconds: it must cost what is due, not what there is.
    _partial_index(
        "ix_subscription_due",
        *("newsletter_id", "next_due_at", "id"),
        where="next_due_at IS NOT NULL",
    ),
    _partial_index(
        "ix_subscription_paused_until", "paused_until", where="paused_until IS NOT NULL"
    ),
    # Who reads at once has no hour: what is new is compared with the one who has seen least.
    _partial_index("ix_subscription_at_once", *("newsletter_id", "watermark"), where=READS_AT_ONCE),
    # Whether anybody chose headings is asked of each batch of planning.
    _partial_index("ix_subscription_sections", "newsletter_id", where="sections <> ''"),
    # Few are, and they are asked for at each tick; the words are those that a query has.
    Index(
        "ix_subscription_urgent",
        *("newsletter_id", "id"),
        postgresql_where=text("urgent IS true"),
        sqlite_where=text("urgent IS 1"),
    ),
)

consent_wording = _table(
    "consent_wording",
    _key(),
    _ref("newsletter"),
    Column("digest", String(64), nullable=False),  # SHA-256 of the words, hex
    Column("words", Text, nullable=False),
    Column("first_shown_at", Instant, nullable=False),
    UniqueConstraint("newsletter_id", "digest"),
)

consent_event = _table(
    "consent_event",
    _key(),
    _ref("subscription"),
    Column("at", Instant, nullable=False),
    Column("act", String(16), nullable=False),
    Column("way", String(16), nullable=False),
    _ref("consent_wording", nullable=True),
    Column("page", Text),
    Column("network", String(64)),
    Column("user_agent", Text),
    Column("reason", String(16)),
    _is_one_of("act", Act),
    _is_one_of("way", Way),
    Index("ix_consent_event_subscription_id", "subscription_id"),
)

# A keyed hash, not an address: it must be able to outlive the person's erasure.
suppression = _table(
    "suppression",
    _key(),
    Column("address_hash", String(64), nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

feed = _table(
    "feed",
    _key(),
    Column("url", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("site_url", Text),
    Column("state", String(16), nullable=False),
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
    _is_one_of("state", FeedState),
    Index("ix_feed_next_look_at", "next_look_at"),
)

source = _table(
    "source",
    _key(),
    _ref("newsletter"),
    _ref("feed"),
    Column("section", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("weight", Float, nullable=False),
    Column("rules", Text, nullable=False),  # JSON object of what differs from no rules
    UniqueConstraint("newsletter_id", "feed_id"),
)

# The owner's headings: an article of one of these topics stands below it, whatever feed it is from.
section = _table(
    "section",
    _key(),
    _ref("newsletter"),
    Column("name", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("points", Float, nullable=False),
    Column("topics", Text, nullable=False),  # JSON list of strings
    Column("urgent_since", Instant),  # NULL: what stands below it waits for the digest
    UniqueConstraint("newsletter_id", "name"),
)

# The newest arrival number given out. Taking one locks this row until the commit, so articles
# become visible in the order of their numbers, and a watermark never passes one it has not seen.
arrival = Table(
    "arrival",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("newest", BigInteger, nullable=False),
    CheckConstraint('"only" = 1', name="one_row"),
)

article = _table(
    "article",
    _key(),
    Column("arrival", BigInteger, nullable=False, unique=True),
    _ref("feed"),
    Column("identity", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("author", Text),
    Column("published_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("image_url", Text),
    Column("image_alt", Text),
    Column("image_caption", Text),
    Column("image_credit", Text),
    Column("original_url", Text),
    Column("original_publisher", Text),
    Column("language", String(35)),
    Column("words", Integer, nullable=False),
    Column("topics", Text, nullable=False),  # JSON list of strings
    Column("state", String(16), nullable=False),
    Column(
        "address_key", Text, nullable=False, server_default=text("''")
    ),  # the address without what may change of it
    Column(
        "content_hash", String(64), nullable=False, server_default=text("''")
    ),  # "": too little to tell
    Column("changed_at", Instant),  # when its feed or page last told it otherwise
    Column("gone_because", Text),
    Column("urgent_at", Instant),
    _is_one_of("state", ArticleState),
    UniqueConstraint("feed_id", "identity"),
    Index("ix_article_feed_id_arrival", "feed_id", "arrival"),
    Index("ix_article_feed_id_address_key", "feed_id", "address_key"),
    Index("ix_article_feed_id_content_hash", "feed_id", "content_hash"),
    _partial_index("ix_article_urgent_at", "urgent_at", where="urgent_at IS NOT NULL"),
)

edition = _table(
    "edition",
    _key(),
    _ref("newsletter"),
    Column("rhythm", String(16), nullable=False),
    Column("slot", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("key", String(32), nullable=False, unique=True),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("opens", BigInteger, nullable=False),
    Column("closes", BigInteger, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("at_once", Boolean, nullable=False),
    Column("composed_at", Instant, nullable=False),
    Column("approved_at", Instant),
    Column("checking_until", Instant),  # somebody looks at its articles' pages until then
    Column("checked_at", Instant),
    Column("illustrated_at", Instant),  # when its stories' pictures were asked for
    Column("wave", Integer, nullable=False, server_default=text("0")),
    Column("until", Instant),  # whose hour comes before it gets this wave; NULL: everybody
    Column("cancelled_because", Text),  # for everybody who opens its page
    Column("canary_since", Instant),  # its other readers wait for those who go first; NULL: nobody
    Column("held_because", Text),  # NULL: a person held it
    UniqueConstraint("newsletter_id", "rhythm", "slot", "wave"),
    _is_one_of("rhythm", Rhythm),
    _is_one_of("state", EditionState),
    CheckConstraint("opens <= closes", name="window"),
    Index("ix_edition_state", "state"),
    Index("ix_edition_newsletter_id_number", "newsletter_id", "number"),
)

piece = _table(
    "piece",
    _key(),
    _ref("edition"),
    _ref("article"),
    Column("story", BigInteger, nullable=False),
    Column("section", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("included", Boolean, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON list of [rule, points, note]
    UniqueConstraint("edition_id", "article_id"),
)

page = _table(
    "page",
    _key(),
    _ref("edition"),
    Column("since", BigInteger, nullable=False),
    Column("language", String(35), nullable=False),
    Column("apart", Text, nullable=False, server_default=text("''")),
    Column("digest", String(64), nullable=False),  # SHA-256 of the three parts, hex
    Column("subject", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("rendered_at", Instant, nullable=False),
    Column("stale", Boolean, nullable=False, server_default=text("false")),  # to be made anew
    UniqueConstraint("edition_id", "since", "language", "apart"),
)

# What the pages of an edition told, and from when until when: who got an article is asked of it.
told = _table(
    "told",
    _key(),
    _ref("edition"),
    Column("since", BigInteger, nullable=False),
    Column("apart", Text, nullable=False),
    _ref("article"),
    Column("told_from", Instant, nullable=False),
    Column("told_until", Instant),
    UniqueConstraint("edition_id", "since", "apart", "article_id"),
    Index("ix_told_article_id", "article_id"),
)

correction = _table(
    "correction",
    _key(),
    _ref("article"),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),  # as it was mailed
    Column("note", Text, nullable=False),
    Column("at", Instant, nullable=False),
    _is_one_of("kind", CorrectionKind),
)

# One running program that sends. Its lease is renewed while it lives; what it had claimed when the
# lease ran out is anybody's. Its id is the fencing number: a sender that was declared dead may not
# write, however alive it feels.
sender = _table(
    "sender",
    _key(),
    Column("name", Text, nullable=False),  # host:pid, for people
    Column("machine", Text),  # one boot and its process numbers; NULL where nobody can tell
    Column("process", Text, nullable=False),  # a number is used again: it and when it began
    Column("started_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("ended", Boolean, nullable=False),
)

pause = _table(
    "pause",
    _key(),
    _ref("newsletter", nullable=True),  # NULL: every newsletter
    Column("reason", Text, nullable=False),
    Column("since", Instant, nullable=False),
)

# Mails given to relays that have limits, in parts of each limit's time.
relay = Table(
    "relay",
    metadata,
    Column("name", Text, primary_key=True),
    Column("first_used_at", Instant, nullable=False),
)

relay_use = Table(
    "relay_use",
    metadata,
    Column("relay", Text, ForeignKey("relay.name"), primary_key=True),
    Column("period", Integer, primary_key=True),  # seconds
    Column("start", Instant, primary_key=True),
    Column("mails", Integer, nullable=False),
)

# Receivers that had enough of us; a row is removed when mail goes to one as to any other.
receiver = Table(
    "receiver",
    metadata,
    Column("name", Text, primary_key=True),
    Column("silent_until", Instant, nullable=False),
    Column("at_once", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("since", Instant, nullable=False),
)

delivery = _table(
    "delivery",
    _key(),
    Column("kind", String(16), nullable=False),
    Column("lane", Integer, nullable=False),
    # No foreign keys to what a row is made from: they cost more than the row (decision 24).
    Column("newsletter_id", Id, nullable=False),
    Column("subscription_id", Id, nullable=False),
    Column("slot", String(64), nullable=False),
    Column("edition_id", Id),
    Column("since", BigInteger, nullable=False, server_default=text("0")),
    Column("language", String(35), nullable=False),
    Column("apart", Text, nullable=False, server_default=text("''")),  # what its page has otherwise
    Column("notice", String(32)),
    Column("state", String(16), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    _ref("sender", nullable=True),
    Column("relay", Text),
    Column("reply_code", Integer),
    Column("reply_status", String(16)),
    Column("reply_text", Text),
    Column("planned_at", Instant, nullable=False),
    Column("settled_at", Instant),
    # The whole guarantee against doubles: what a slot names is owed to a subscription once.
    UniqueConstraint("subscription_id", "slot"),
    _is_one_of("kind", Kind),
    _is_one_of("state", DeliveryState),
    _is_one_of("notice", Notice),
    CheckConstraint(
        "(kind = 'digest') = (edition_id IS NOT NULL) AND (kind = 'notice') = (notice IS NOT NULL)",
        name="kind_has_content",
    ),
    CheckConstraint(
        "state NOT IN ('claimed', 'sending') OR sender_id IS NOT NULL", name="held_by_sender"
    ),
    # What is open is found by these; what has ended costs them nothing, and is most of it.
    _partial_index("ix_delivery_due", "lane", "edition_id", "due_at", where="state = 'due'"),
    _partial_index("ix_delivery_held", "sender_id", where="sender_id IS NOT NULL"),
    _partial_index("ix_delivery_canary", "edition_id", where=f"lane = {int(Lane.CANARY)}"),
    Index("ix_delivery_edition_id", "edition_id"),
)

# Who is owed a correction: exactly those who got the article. `shown_id` is the mail that tells it.
correction_owed = _table(
    "correction_owed",
    _key(),
    _ref("correction"),
    _ref("subscription"),
    Column("got_id", Id, ForeignKey("delivery.id"), nullable=False),
    Column("shown_id", Id, ForeignKey("delivery.id")),
    UniqueConstraint("correction_id", "subscription_id"),
    Index("ix_correction_owed_subscription_id", "subscription_id"),
)
