"""One run of one job, with a note of how it ended."""

import logging

from mailer.errors import JobBroken, MailerError, NotFound, StoreError
from mailer.jobs.catalogue import BY_NAME, Job, Step
from mailer.logs import only_logged
from mailer.wiring import Mailer

log = logging.getLogger(__name__)


def run_job(mailer: Mailer, name: str) -> str:
    """Do what is due for the job and return what that was; raise NotFound for an unknown one.

    A step that fails keeps none of the others from their work; what the first one met is raised
    when they are done. Without the database nobody can do any.
    """
    job = BY_NAME.get(name)
    if job is None:
        raise NotFound("job", name, help=f"there are {', '.join(BY_NAME)}")
    with mailer.store.write() as tx:
        tx.job_runs.started(name, mailer.clock.now())
    told: list[str] = []
    troubles: list[MailerError] = []
    for step in job.steps:
        outcome = _done(mailer, job, step)
        if isinstance(outcome, MailerError):
            troubles.append(outcome)
            told.append(f"{type(outcome).__name__}: {outcome}")
        else:
            told.append(outcome)
        if isinstance(outcome, StoreError) and outcome.temporary:
            break
    _note(mailer, job, "; ".join(told), failed=bool(troubles))
    if troubles:
        raise troubles[0]
    return "; ".join(told)


def _done(mailer: Mailer, job: Job, step: Step) -> str | MailerError:
    """Do one step; return what it came to, or what it met."""
    name = step.__name__.strip("_")
    outcome: str | MailerError = JobBroken(job.name, name)
    with only_logged(log, "job.broken", job=job.name, step=name):
        try:
            outcome = step(mailer)
        except MailerError as why:
            outcome = why
    return outcome


def _note(mailer: Mailer, job: Job, outcome: str, *, failed: bool) -> None:
    log.debug("job.ended", extra={"job": job.name, "outcome": outcome, "failed": failed})
    with mailer.store.write() as tx:
        tx.job_runs.finished(job.name, mailer.clock.now(), outcome, failed=failed)
