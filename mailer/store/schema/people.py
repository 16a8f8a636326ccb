"""Who subscribed, in which words, who wants another address, and who is never written to again."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from mailer.editions.model import Rhythm
from mailer.store.instant import Instant
from mailer.store.schema.base import (
    Id,
    key,
    metadata,
    numbered,
    on_postgres,
    partial_index,
    ref,
    word,
)
from mailer.subscribers.model import Act, State, Way

subscriber = numbered(
    "subscriber",
    key(),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False, unique=True),
    Column("address_hash", String(64), nullable=False),  # compared with suppression, in SQL
    Column("language", String(35)),
    Column("created_at", Instant, nullable=False),
)

# PostgreSQL keeps samples of what a column holds, and would keep those of whoever was erased.
on_postgres(
    subscriber,
    "ALTER TABLE subscriber"
    " ALTER COLUMN address SET STATISTICS 0, ALTER COLUMN address_key SET STATISTICS 0",
)

READS_AT_ONCE = f"rhythm = '{Rhythm.AT_ONCE}' AND state = '{State.ACTIVE}'"
IS_ACTIVE = f"state = '{State.ACTIVE}'"

# rhythm, minute_of_day, weekday and zone are the reader's own; they began as the newsletter's.
# No index has what planning changes, next_due_at, next_slot and watermark (decision 47).
subscription = numbered(
    "subscription",
    key(),
    ref("subscriber"),
    ref("newsletter"),
    *word(State, "subscription_state", "state"),
    *word(Rhythm, "rhythm", "rhythm"),
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
    # The watermark of who reads at once, and nothing for all others.
    Column(
        "seen_at_once",
        BigInteger,
        Computed(f"CASE WHEN {READS_AT_ONCE} THEN watermark END", persisted=True),
    ),
    UniqueConstraint("subscriber_id", "newsletter_id"),
    CheckConstraint("minute_of_day BETWEEN 0 AND 1439", name="minute_of_day_range"),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_range"),
    CheckConstraint(
        "(state = 'active' AND rhythm <> 'at-once') = (next_due_at IS NOT NULL)"
        " AND (next_due_at IS NULL) = (next_slot IS NULL)",
        name="due_when_active",
    ),
    CheckConstraint("state <> 'active' OR confirmed_at IS NOT NULL", name="active_is_confirmed"),
    CheckConstraint("(state = 'paused') = (paused_until IS NOT NULL)", name="paused_until_a_day"),
    # The readers of an appointment.
    partial_index(
        "ix_subscription_appointment",
        *("newsletter_id", "rhythm", "minute_of_day", "weekday", "zone", "also_on", "id"),
        where=IS_ACTIVE,
    ),
    partial_index("ix_subscription_paused_until", "paused_until", where="paused_until IS NOT NULL"),
    # Who reads at once has no hour: what is new is compared with the one who has seen least.
    partial_index(
        "ix_subscription_at_once",
        *("newsletter_id", "seen_at_once"),
        where="seen_at_once IS NOT NULL",
    ),
    # Whether anybody chose headings is asked of each batch of planning.
    partial_index("ix_subscription_sections", "newsletter_id", where="sections <> ''"),
    # Few are, and they are asked for at each tick; the words are those that a query has.
    Index(
        "ix_subscription_urgent",
        *("newsletter_id", "id"),
        postgresql_where=text("urgent IS true"),
        sqlite_where=text("urgent IS 1"),
    ),
)

# Room for a second version of each row: PostgreSQL puts it beside the first, and touches no index.
on_postgres(subscription, "ALTER TABLE subscription SET (fillfactor = 50)")

# One for each schedule that an active reader has: nobody who has it is due before `next_due_at`.
# Who is due is asked every few seconds, and these are few.
appointment = Table(
    "appointment",
    metadata,
    Column("newsletter_id", Id, ForeignKey("newsletter.id"), primary_key=True),
    *word(Rhythm, "rhythm", "rhythm", primary_key=True),
    Column("minute_of_day", Integer, primary_key=True),
    Column("weekday", Integer, primary_key=True),
    Column("zone", String(64), primary_key=True),
    Column("also_on", String(6), primary_key=True),
    Column("next_due_at", Instant, nullable=False),
)

consent_wording = numbered(
    "consent_wording",
    key(),
    ref("newsletter"),
    Column("digest", String(64), nullable=False),  # SHA-256 of the words, hex
    Column("words", Text, nullable=False),
    Column("first_shown_at", Instant, nullable=False),
    UniqueConstraint("newsletter_id", "digest"),
)

consent_event = numbered(
    "consent_event",
    key(),
    ref("subscription"),
    Column("at", Instant, nullable=False),
    *word(Act, "act", "act"),
    *word(Way, "way", "way"),
    ref("consent_wording", nullable=True),
    Column("page", Text),
    Column("network", String(64)),
    Column("user_agent", Text),
    Column("reason", String(16)),
    Index("ix_consent_event_subscription_id", "subscription_id"),
)

# A keyed hash, not an address: it must be able to outlive the person's erasure.
suppression = numbered(
    "suppression",
    key(),
    Column("address_hash", String(64), nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# Readers who want another address. Two people stand at the two ends: the reader, and who holds the
# new address until it is confirmed, and the old one from then on until nobody goes back to it.
address_change = Table(
    "address_change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reader_id", Id, ForeignKey("subscription.id"), nullable=False),
    Column("other_id", Id, ForeignKey("subscription.id"), nullable=False),
    Column("made", Boolean, nullable=False),  # whether the other is there for this alone
    Column("asked_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("undone_at", Instant),
    CheckConstraint("reader_id <> other_id", name="two_ends"),
    Index("ix_address_change_reader_id", "reader_id"),
    Index("ix_address_change_other_id", "other_id"),
    sqlite_autoincrement=True,
)
