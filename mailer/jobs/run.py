"""One run of one job, with a note of how it ended."""

import logging

from mailer.errors import NotFound
from mailer.jobs.catalogue import BY_NAME, Job
from mailer.wiring import Mailer

log = logging.getLogger(__name__)


def run_job(mailer: Mailer, name: str) -> str:
    """Do what is due for the job and return what that was; raise NotFound for an unknown one."""
    job = BY_NAME.get(name)
    if job is None:
        raise NotFound("job", name, help=f"there are {', '.join(BY_NAME)}")
    with mailer.store.write() as tx:
        tx.job_runs.started(name, mailer.clock.now())
    try:
        outcome = "; ".join(step(mailer) for step in job.steps)
    except Exception as why:  # whatever it is, it is noted, and goes on
        _note(mailer, job, f"{type(why).__name__}: {why}", failed=True)
        raise
    _note(mailer, job, outcome, failed=False)
    return outcome


def _note(mailer: Mailer, job: Job, outcome: str, *, failed: bool) -> None:
    log.debug("job.ended", extra={"job": job.name, "outcome": outcome, "failed": failed})
    with mailer.store.write() as tx:
        tx.job_runs.finished(job.name, mailer.clock.now(), outcome, failed=failed)
