"""The table behind the jobs: how the last run of each ended.

`metadata` is that of all tables so far: whoever takes it from here has them.
"""

from sqlalchemy import Boolean, Column, String, Table, Text

from mailer.store.instant import Instant
from mailer.store.picture_tables import metadata

__all__ = ["job_run", "metadata"]

job_run = Table(
    "job_run",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", Text),  # a line for people
    Column("failed", Boolean, nullable=False),
)
