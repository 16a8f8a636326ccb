"""The tables behind the signup form: what was asked for, and which forms were sent.

`metadata` is that of all tables: whoever takes it from here has every one of them.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, String, Table, Text

from mailer.store.instant import Instant
from mailer.store.picture_tables import metadata
from mailer.subscribers.limits import Scope

__all__ = ["form_use", "metadata", "signup_use"]

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

# Forms that were sent: each counts once. Its number is random; kept for as long as a form lives.
form_use = Table(
    "form_use",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("address_hash", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_form_use_at", "at"),
)
