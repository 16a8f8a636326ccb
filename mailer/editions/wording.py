"""A rhythm and its next mail in words, the same ones wherever a rhythm is shown.

In English; a page in another language words `Schedule` and the moment itself.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailer.editions.model import Rhythm, Schedule

# Not strftime: its names are those of whatever locale the program happened to be started in.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
NEAR = timedelta(days=6)  # further away the day of the week alone would be misread


def rhythm_words(schedule: Schedule) -> str:
    """Return `every Monday and Thursday at 07:00`, `on the first of each month at 18:30`."""
    if schedule.rhythm is Rhythm.MINUTELY:
        return "every minute"
    hour, minute = divmod(schedule.minute_of_day, 60)
    return f"{_days(schedule)} at {hour:02}:{minute:02}"


def _days(schedule: Schedule) -> str:
    match schedule.rhythm:
        case Rhythm.WEEKDAYS:
            return "Monday to Friday"
        case Rhythm.WEEKLY:
            *most, last = [WEEKDAYS[day] for day in schedule.days]
            return f"every {', '.join(most)} and {last}" if most else f"every {last}"
        case Rhythm.MONTHLY:
            return "on the first of each month"
        case _:
            return "every day"


def next_mail_words(at: datetime | None, zone: str, now: datetime) -> str:
    """Return `Next mail: Tuesday 07:00`, in the reader's zone; None: no mail is to come."""
    return "No mail is to come" if at is None else f"Next mail: {moment_words(at, zone, now)}"


def moment_words(at: datetime, zone: str, now: datetime) -> str:
    """Return `Tuesday 07:00`, further away `Tuesday 8 December 07:00`, in another year with it."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    weekday, time = WEEKDAYS[local.weekday()], f"{local:%H:%M}"
    if timedelta(0) <= local.date() - today.date() <= NEAR:
        return f"{weekday} {time}"
    day = f"{weekday} {local.day} {MONTHS[local.month - 1]}"
    return f"{day} {time}" if local.year == today.year else f"{day} {local.year}, {time}"
