"""The tables behind the forms: what was asked for, which were sent, and addresses that change.

`metadata` is that of all tables: whoever takes it from here has every one of them.
"""

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
)

from mailer.store.instant import Instant
from mailer.store.job_tables import metadata
from mailer.store.tables import Id
from mailer.subscribers.limits import Scope
from mailer.subscribers.model import AlarmKind

__all__ = ["address_change", "form_use", "metadata", "signup_alarm", "signup_use"]

# What was asked for through the form, in parts of each limit's time. No address, only its hash.
signup_use = Table(
    "signup_use",
    metadata,
    Column("scope", String(16), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("period", Integer, primary_key=True),  # seconds
    Column("start", Instant, primary_key=True),
    Column("uses", Integer, nullable=False),
    CheckConstraint(f"scope IN ({', '.join(repr(s.value) for s in Scope)})", name="scope_known"),
    Index("ix_signup_use_start", "start"),
)

# Floods of signups that were seen: until when forms want a proof of work, or a newsletter rests.
signup_alarm = Table(
    "signup_alarm",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("newsletter_id", Id, primary_key=True, autoincrement=False),  # 0: none in particular
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint(f"kind IN ({', '.join(repr(k.value) for k in AlarmKind)})", name="kind_known"),
)

# Forms that were sent: each counts once. Its number is random; kept for as long as a form lives.
form_use = Table(
    "form_use",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("address_hash", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_form_use_at", "at"),
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
