"""Dates, times and numbers as a language writes them; the patterns are messages like any other.

Not strftime: its names are those of whatever locale the program happened to be started in.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailer.languages.catalogue import Catalogue

JOINED = "\u00a0"  # no line ends between a day and its month
NEAR = timedelta(days=6)  # further away the day of the week alone would be misread


def local_day(moment: datetime, zone: str) -> date:
    """Return the calendar day it is, or was, in that zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def long_date(words: Catalogue, moment: datetime, zone: str) -> str:
    """Return the date in that zone with its weekday: `Tuesday, 24 November 2026`."""
    day = local_day(moment, zone)
    pattern = words.pgettext("date", "%(weekday)s, %(day)s %(month)s %(year)s")
    return _whole(pattern) % _parts(words, day)


def short_date(words: Catalogue, moment: datetime, zone: str) -> str:
    """Return the date in that zone: `24 November 2026`."""
    return _short_date(words, local_day(moment, zone))


def near_moment(words: Catalogue, moment: datetime, zone: str, now: datetime) -> str:
    """Return `Tuesday 07:00`, further away `Tuesday 8 December, 07:00`, in another year with it."""
    day, today = local_day(moment, zone), local_day(now, zone)
    parts = _parts(words, day)
    if timedelta(0) <= day - today <= NEAR:
        pattern, said = words.pgettext("weekday and time", "%(day)s %(time)s"), parts["weekday"]
    else:
        pattern = words.pgettext("date and time", "%(day)s, %(time)s")
        said = _whole(words.pgettext("date", "%(weekday)s %(day)s %(month)s")) % parts
        if day.year != today.year:
            said = long_date(words, moment, zone)
    return pattern % {"day": said, "time": clock_time(words, moment, zone)}


def weekday_names(words: Catalogue) -> list[str]:
    """Return the days of a week, Monday first."""
    return words.pgettext(
        "weekdays", "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday"
    ).split(",")


def month_and_year(words: Catalogue, day: date) -> str:
    """Return a month as a heading: `November 2026`."""
    names = words.pgettext(
        "months alone",
        "January,February,March,April,May,June,July,August,September,October,November,December",
    )
    parts = {"month": names.split(",")[day.month - 1], "year": str(day.year)}
    return words.pgettext("month and year", "%(month)s %(year)s") % parts


def clock_time(words: Catalogue, moment: datetime, zone: str) -> str:
    """Return the time of day in that zone: `07:00`."""
    local = moment.astimezone(ZoneInfo(zone))
    pattern = words.pgettext("time", "%(hour)s:%(minute)s")
    return pattern % {"hour": f"{local.hour:02}", "minute": f"{local.minute:02}"}


def number(words: Catalogue, value: int) -> str:
    """Return a number with the language's marks between thousands: `12,345`."""
    between = words.pgettext("number", "1,234").strip("⟦⟧")[1:-3]
    return f"{value:,}".replace(",", between)


@lru_cache(4096)
def _short_date(words: Catalogue, day: date) -> str:
    """Return a day in words: it stands in every mail, and readers who began on one day are many."""
    return _whole(words.pgettext("date", "%(day)s %(month)s %(year)s")) % _parts(words, day)


def _whole(pattern: str) -> str:
    """Return a pattern whose day, month and year stay in one line; its weekday may end another."""
    begins = min(
        pattern.find(f"%({part})s") for part in ("day", "month", "year") if part in pattern
    )
    return pattern[:begins] + pattern[begins:].replace(" ", JOINED)


def _parts(words: Catalogue, day: date) -> dict[str, str]:
    months = words.pgettext(
        "months in a date",  # many languages bend them there: listopad, 24 listopada
        "January,February,March,April,May,June,July,August,September,October,November,December",
    )
    first = words.pgettext("first day of a month", "1")
    return {
        "weekday": weekday_names(words)[day.weekday()],
        "day": first if day.day == 1 else str(day.day),
        "month": months.split(",")[day.month - 1],
        "year": str(day.year),
    }
