"""How the last run of each job ended."""

from sqlalchemy import (
    Boolean,
    Column,
    String,
    Table,
    Text,
)

from mailer.store.instant import Instant
from mailer.store.schema.base import metadata

job_run = Table(
    "job_run",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", Text),  # a line for people
    Column("failed", Boolean, nullable=False),
)
