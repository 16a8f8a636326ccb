"""When each job last ran, and how it ended: for people who look, never for deciding anything."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from mailer.store.aggregate import Aggregate
from mailer.store.tables import job_run


@dataclass(frozen=True, slots=True)
class JobRun:
    """The last run of one job."""

    name: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    failed: bool


class JobRuns(Aggregate):
    """One row a job."""

    def started(self, name: str, at: datetime) -> None:
        statement = self._insert(job_run).values(name=name, started_at=at, failed=False)
        self._run(
            statement.on_conflict_do_update(
                index_elements=["name"],
                set_={"started_at": at, "finished_at": None, "outcome": None, "failed": False},
            )
        )

    def finished(self, name: str, at: datetime, outcome: str, *, failed: bool) -> None:
        self._run(
            update(job_run)
            .where(job_run.c.name == name)
            .values(finished_at=at, outcome=outcome, failed=failed)
        )

    def all(self) -> list[JobRun]:
        rows = self._all(select(job_run).order_by(job_run.c.name))
        return [JobRun(**row) for row in rows]
