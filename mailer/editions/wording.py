"""A rhythm and its next mail in words, the same ones wherever a rhythm is shown.

In English, for the command line; pages word them in their reader's language.
"""

from datetime import datetime

from mailer.editions.model import Rhythm, Schedule
from mailer.languages.catalogue import SOURCE, catalogue
from mailer.languages.dates import JOINED, near_moment, weekday_names
from mailer.subscribers.model import State, Subscription
from mailer.subscribers.rules import next_mail_of

ENGLISH = catalogue(SOURCE)
AS_IT_COMES = "as soon as something is new"


def rhythm_words(schedule: Schedule) -> str:
    """Return `every Monday and Thursday at 07:00`, `on the first of each month at 18:30`."""
    if schedule.rhythm is Rhythm.MINUTELY:
        return "every minute"
    if schedule.rhythm is Rhythm.AT_ONCE:
        return AS_IT_COMES
    hour, minute = divmod(schedule.minute_of_day, 60)
    return f"{_days(schedule)} at {hour:02}:{minute:02}"


def _days(schedule: Schedule) -> str:
    match schedule.rhythm:
        case Rhythm.WEEKDAYS:
            return "Monday to Friday"
        case Rhythm.WEEKLY:
            names = weekday_names(ENGLISH)
            *most, last = [names[day] for day in schedule.days]
            return f"every {', '.join(most)} and {last}" if most else f"every {last}"
        case Rhythm.MONTHLY:
            return "on the first of each month"
        case _:
            return "every day"


def next_mail_words(at: datetime | None, zone: str, now: datetime) -> str:
    """Return `Next mail: Tuesday 07:00`, in the reader's zone; None: no mail is to come."""
    return "No mail is to come" if at is None else f"Next mail: {moment_words(at, zone, now)}"


def coming_words(found: Subscription, now: datetime) -> str:
    """Return what `next_mail_words` does, of a reader who may have paused, or read at once."""
    if found.state is State.ACTIVE and found.schedule.rhythm is Rhythm.AT_ONCE:
        return f"Next mail: {AS_IT_COMES}"
    return next_mail_words(next_mail_of(found, now), found.schedule.zone, now)


def moment_words(at: datetime, zone: str, now: datetime) -> str:
    """Return `Tuesday 07:00`, further away `Tuesday 8 December, 07:00`, in another year with it."""
    return near_moment(ENGLISH, at, zone, now).replace(JOINED, " ")  # a terminal breaks no words
