"""The page behind a mailed link on which a reader chooses when a newsletter comes.

GET shows what holds, POST changes it; a link works for seven days, because a mail may be forwarded.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from mailer.editions.calendar import local_date
from mailer.editions.model import Rhythm
from mailer.errors import MoveError, UsageError
from mailer.languages.dates import weekday_names
from mailer.subscribers.model import Subscription
from mailer.subscribers.preferences import A_DAY_HAS, Wishes
from mailer.subscribers.signup import Glimpse
from mailer.web.language import words
from mailer.wiring import Mailer

PAUSE = timedelta(weeks=4)


def preferences_page(mailer: Mailer, glimpse: Glimpse, *, kept: bool = False) -> str:
    """Show what a reader has chosen, and the forms to choose otherwise."""
    found = glimpse.subscription
    minute = found.schedule.minute_of_day
    return render_template(
        "preferences.html",
        glimpse=glimpse,
        newsletter=glimpse.newsletter,
        kept=kept,
        rhythms=_rhythms(found),
        weekdays=weekday_names(words()),
        minutes=sorted({*range(0, A_DAY_HAS, 60), minute}),
        leave_url=mailer.links.leave(found.id, mailer.clock.now()),
    )


def change(mailer: Mailer, glimpse: Glimpse) -> ResponseReturnValue:
    """Do what the pressed button says; 422 and the page again for what no form of ours sends.

    The caller shows the page anew: what it returns is the answer only when it was refused.
    """
    found = glimpse.subscription
    preferences = mailer.preferences
    try:
        match request.form.get("act"):
            case "keep":
                preferences.edit(found.id, _wishes(request.form, found.schedule.weekday))
            case "pause":
                today = local_date(mailer.clock.now(), found.schedule.zone)
                preferences.pause(found.id, today + PAUSE)
            case "resume":
                preferences.resume(found.id)
            case _:
                return preferences_page(mailer, glimpse), 422
    except (UsageError, MoveError):
        return preferences_page(mailer, glimpse), 422
    return ""


def _wishes(form: Mapping[str, str], weekday: int) -> Wishes:
    """Return what a form asks for; raise UsageError for what it cannot.

    The form shows one day. When that one stays, so do the others that a reader may have.
    """
    try:
        rhythm, day = Rhythm(form.get("rhythm", "")), int(form.get("day", ""))
        return Wishes(
            rhythm=rhythm,
            days=[day] if rhythm is Rhythm.WEEKLY and day != weekday else None,
            minute_of_day=int(form.get("minute", "")),
        )
    except ValueError as why:
        raise UsageError("the form holds what cannot be chosen") from why


def _rhythms(found: Subscription) -> Sequence[tuple[str, str]]:
    say = words().gettext
    offered = [
        (Rhythm.DAILY, say("Every day")),
        (Rhythm.WEEKDAYS, say("From Monday to Friday")),
        (Rhythm.WEEKLY, say("Every week")),
        (Rhythm.MONTHLY, say("Every month")),
    ]
    if found.schedule.rhythm is Rhythm.MINUTELY:  # the demo's: it stays what it is
        offered.insert(0, (Rhythm.MINUTELY, "1 min"))
    return [(rhythm.value, said) for rhythm, said in offered]
