"""What runs by itself, as data. Read by the scheduler, by `mailer jobs` and by the docs."""

from collections.abc import Callable
from dataclasses import dataclass

from mailer.wiring import Mailer

Step = Callable[[Mailer], str]  # does what is due, and says what that was in a few words


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do again and again."""

    name: str
    what: str  # for people
    steps: tuple[Step, ...]  # in this order; each finds what the one before left in the store
    by_scheduler: bool = True  # False: `mailer work` does it all the time


def _gather(mailer: Mailer) -> str:
    report = mailer.gather.due()
    return f"{len(report.looks)} feeds looked at, {report.new} new articles"


def _leave(mailer: Mailer) -> str:
    return f"{mailer.leave_later.due()} leavings made up for"


def _resume(mailer: Mailer) -> str:
    return f"{mailer.preferences.due()} pauses over"


def _compose(mailer: Mailer) -> str:
    return f"{len(mailer.compose.due())} editions composed"


def _look_again(mailer: Mailer) -> str:
    report = mailer.recheck.due()
    return f"{report.looked_at} pages looked at again, {report.dropped} articles dropped"


def _illustrate(mailer: Mailer) -> str:
    report = mailer.illustrate.due()
    return f"{report.made} of {report.asked} pictures made"


def _urgent(mailer: Mailer) -> str:
    return f"{len(mailer.urgent.due())} urgent editions composed"


def _alert(mailer: Mailer) -> str:
    return f"{mailer.alert.due()} urgent mails planned"


def _approve(mailer: Mailer) -> str:
    return f"{len(mailer.approve.due())} approved"


def _plan(mailer: Mailer) -> str:
    return f"{mailer.plan.due().planned} mails planned"


def _go_first(mailer: Mailer) -> str:
    return f"{len(mailer.canary.due())} canary waves over"


def _render(mailer: Mailer) -> str:
    return f"{mailer.render.due()} pages rendered"


def _send(mailer: Mailer) -> str:
    return f"{mailer.send.until_done().sent} mails sent"


def _watch(mailer: Mailer) -> str:
    return f"{len(mailer.watch.due())} floods of signups seen"


def _inform(mailer: Mailer) -> str:
    return f"{mailer.inform.due()} mails to the operator"


def _tidy(mailer: Mailer) -> str:
    rows = mailer.signup.tidy() + mailer.moving.tidy()
    return f"{rows} rows and {mailer.illustrate.tidy()} pictures forgotten"


JOBS = (
    Job("gather", "looks at the feeds whose time has come", (_gather,)),
    Job(
        "digests",
        "ends pauses, and what was left while the database was away; composes, checks, illustrates,"
        " approves, plans and renders what is due; sees to those who go first",
        (_leave, _resume, _compose, _look_again, _illustrate, _approve, _plan, _go_first, _render),
    ),
    Job(
        "urgent",
        "sends urgent articles to those who want them at once",
        (_urgent, _look_again, _illustrate, _approve, _alert, _render),
    ),
    Job(
        "watch",
        "looks whether signups are people's, and tells the operator what there is to tell",
        (_watch, _inform),
    ),
    Job("tidy", "forgets what was kept for a time and is over", (_tidy,)),
    Job("send", "sends what is due", (_send,), by_scheduler=False),
)
BY_NAME = {job.name: job for job in JOBS}
