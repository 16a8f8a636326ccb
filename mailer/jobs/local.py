"""APScheduler as the clock of one process. It holds no truth: losing it loses nothing."""

import logging
from datetime import UTC, datetime
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from mailer.errors import MailerError
from mailer.jobs.catalogue import JOBS
from mailer.jobs.run import run_job
from mailer.logs import only_logged
from mailer.wiring import Mailer

log = logging.getLogger(__name__)


def run_scheduler(mailer: Mailer, stop: Event) -> None:
    """Run every scheduled job each tick until `stop` is set, then let running ones finish.

    Before the first tick every feed that is due is looked at.
    """
    # That a look at the feeds outlasts a tick is no news; APScheduler would warn of it each time.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone=UTC)
    for job in JOBS:
        if job.by_scheduler:
            scheduler.add_job(
                _step,
                IntervalTrigger(seconds=mailer.settings.jobs.tick.total_seconds()),
                args=(mailer, job.name),
                id=job.name,
                next_run_time=datetime.now(UTC),
                max_instances=1,  # a slow look at the feeds is not joined by a second one
                coalesce=True,
                misfire_grace_time=None,  # late is better than not: the verbs see what is due
            )
    # The first look comes before the first digest: what was missed while nothing ran is made up for
    # with the news of now, and not as an edition that found nothing.
    _step(mailer, "gather")
    scheduler.start()
    log.info("scheduler.started", extra={"jobs": len(scheduler.get_jobs())})
    try:
        stop.wait()
    finally:
        scheduler.shutdown(wait=True)
        log.info("scheduler.stopped")


def _step(mailer: Mailer, name: str) -> None:
    """Run one job; whatever goes wrong is logged, and the next tick tries again."""
    with only_logged(log, "job.broken", job=name):
        try:
            run_job(mailer, name)
        except MailerError as why:
            log.warning("job.failed", extra={"job": name, "reason": str(why)})
