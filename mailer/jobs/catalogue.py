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


def _count(number: int, what: str, then: str) -> str:
    """Return `1 flood of signups seen`, `2 floods of signups seen`."""
    return f"{number} {what}{'' if number == 1 else 's'}{then}"


def _gather(mailer: Mailer) -> str:
    report = mailer.gather.due()
    looks = _count(len(report.looks), "feed", " looked at")
    return f"{looks}, {_count(report.new, 'new article', '')}"


def _leave(mailer: Mailer) -> str:
    return _count(mailer.leave_later.due(), "leaving", " made up for")


def _resume(mailer: Mailer) -> str:
    return _count(mailer.preferences.due(), "pause", " over")


def _compose(mailer: Mailer) -> str:
    return _count(len(mailer.compose.due()), "edition", " composed")


def _look_again(mailer: Mailer) -> str:
    report = mailer.recheck.due()
    looks = _count(report.looked_at, "page", " looked at again")
    return f"{looks}, {_count(report.dropped, 'article', ' dropped')}"


def _illustrate(mailer: Mailer) -> str:
    report = mailer.illustrate.due()
    return f"{report.made} of {_count(report.asked, 'picture', ' made')}"


def _urgent(mailer: Mailer) -> str:
    return _count(len(mailer.urgent.due()), "urgent edition", " composed")


def _alert(mailer: Mailer) -> str:
    return _count(mailer.alert.due(), "urgent mail", " planned")


def _approve(mailer: Mailer) -> str:
    return f"{len(mailer.approve.due())} approved"


def _plan(mailer: Mailer) -> str:
    return _count(mailer.plan.due().planned, "mail", " planned")


def _go_first(mailer: Mailer) -> str:
    return _count(len(mailer.canary.due()), "canary wave", " over")


def _render(mailer: Mailer) -> str:
    return _count(mailer.render.due(), "page", " rendered")


def _send(mailer: Mailer) -> str:
    return _count(mailer.send.until_done().sent, "mail", " sent")


def _watch(mailer: Mailer) -> str:
    return _count(len(mailer.watch.due()), "flood", " of signups seen")


def _inform(mailer: Mailer) -> str:
    return _count(mailer.inform.due(), "mail", " to the operator")


def _tidy(mailer: Mailer) -> str:
    rows = _count(mailer.signup.tidy() + mailer.moving.tidy(), "row", "")
    return f"{rows} and {_count(mailer.illustrate.tidy(), 'picture', ' forgotten')}"


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
