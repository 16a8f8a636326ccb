"""What is owed to whom, how far it is, and what holds it back."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from mailer.delivery.model import DeliveryState, Lane, Notice
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

# One running program that sends. Its lease is renewed while it lives; what it had claimed when the
# lease ran out is anybody's. Its id is the fencing number: a sender that was declared dead may not
# write, however alive it feels.
sender = numbered(
    "sender",
    key(),
    Column("name", Text, nullable=False),  # host:pid, for people
    Column("machine", Text),  # one boot and its process numbers; NULL where nobody can tell
    Column("process", Text, nullable=False),  # a number is used again: it and when it began
    Column("started_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    Column("ended", Boolean, nullable=False),
)

pause = numbered(
    "pause",
    key(),
    ref("newsletter", nullable=True),  # NULL: every newsletter
    Column("reason", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("by_itself", Boolean, nullable=False),  # too much was refused; false: a person did it
)

# What the operator was told, or is about to be: once for each occasion, whatever the mail comes to.
memo = numbered(
    "memo",
    key(),
    *word(Notice, "notice", "notice"),
    ref("newsletter"),
    Column("occasion", Text, nullable=False),
    Column("figures", Text, nullable=False),  # JSON object of the other fields of a Memo
    Column("told_at", Instant, nullable=False),
    UniqueConstraint("notice", "newsletter_id", "occasion"),
    Index("ix_memo_told_at", "told_at"),
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

delivery = numbered(
    "delivery",
    key(),
    Column("lane", Integer, nullable=False),
    # No foreign keys: they cost more than the row (decision 24).
    Column("newsletter_id", Id, nullable=False),
    Column("subscription_id", Id, nullable=False),
    Column("slot", String(64), nullable=False),
    Column("edition_id", Id),
    Column("since", BigInteger, nullable=False, server_default=text("0")),
    Column("language", String(35), nullable=False),
    Column("apart", Text, nullable=False, server_default=text("''")),  # what its page has otherwise
    *word(Notice, "notice", "notice", nullable=True),  # of a digest NULL, and its edition is not
    *word(DeliveryState, "delivery_state", "state"),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("sender_id", Id),
    Column("relay", Text),
    Column("reply_code", Integer),
    Column("reply_status", String(16)),
    Column("reply_text", Text),
    Column("planned_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("owed_again_at", Instant),  # when an operator wanted it sent once more
    # The whole guarantee against doubles: what a slot names is owed to a subscription once.
    UniqueConstraint("subscription_id", "slot"),
    CheckConstraint("(edition_id IS NULL) <> (notice IS NULL)", name="digest_or_notice"),
    CheckConstraint(
        "state NOT IN ('claimed', 'sending') OR sender_id IS NOT NULL", name="held_by_sender"
    ),
    # What is open is found by these; what has ended costs them nothing, and is most of it.
    partial_index("ix_delivery_due", "lane", "edition_id", "due_at", where="state = 'due'"),
    partial_index("ix_delivery_held", "sender_id", where="sender_id IS NOT NULL"),
    partial_index("ix_delivery_in_doubt", "edition_id", where="state = 'in_doubt'"),
    partial_index("ix_delivery_canary", "edition_id", where=f"lane = {int(Lane.CANARY)}"),
    Index("ix_delivery_edition_id", "edition_id"),
)

# A server's answer often names the address: no samples of it (as of a subscriber's address).
on_postgres(delivery, "ALTER TABLE delivery ALTER COLUMN reply_text SET STATISTICS 0")

# Who is owed a correction: exactly those who got the article. `shown_id` is the mail that tells it.
correction_owed = numbered(
    "correction_owed",
    key(),
    ref("correction"),
    ref("subscription"),
    Column("got_id", Id, ForeignKey("delivery.id"), nullable=False),
    Column("shown_id", Id, ForeignKey("delivery.id")),
    UniqueConstraint("correction_id", "subscription_id"),
    Index("ix_correction_owed_subscription_id", "subscription_id"),
    # Asked by the database itself for each row of the ledger that goes.
    Index("ix_correction_owed_got_id", "got_id"),
    Index("ix_correction_owed_shown_id", "shown_id"),
)

# How readers found an edition. Whose an answer is stands nowhere: `mark` is a keyed hash of the row
# that brought the edition, so that each counts once.
answer = Table(
    "answer",
    metadata,
    Column("edition_id", Id, ForeignKey("edition.id"), primary_key=True),
    Column("mark", String(64), primary_key=True),
    Column("good", Boolean, nullable=False),
)
