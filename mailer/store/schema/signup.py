"""What was asked for through the forms, and which were sent."""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from mailer.store.instant import Instant
from mailer.store.schema.base import Id, metadata, word
from mailer.subscribers.limits import Scope
from mailer.subscribers.model import AlarmKind

# What was asked for through the form, in parts of each limit's time. No address, only its hash.
signup_use = Table(
    "signup_use",
    metadata,
    *word(Scope, "signup_scope", "scope", primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("period", Integer, primary_key=True),  # seconds
    Column("start", Instant, primary_key=True),
    Column("uses", Integer, nullable=False),
    Index("ix_signup_use_start", "start"),
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

# Floods of signups that were seen: until when forms want a proof of work, or a newsletter rests.
signup_alarm = Table(
    "signup_alarm",
    metadata,
    *word(AlarmKind, "signup_alarm_kind", "kind", primary_key=True),
    Column("newsletter_id", Id, primary_key=True, autoincrement=False),  # 0: none in particular
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("reason", Text, nullable=False),
)
