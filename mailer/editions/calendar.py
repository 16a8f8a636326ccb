"""When a digest is due, and what the slot is called that it fills.

A slot is a local date, whatever the rhythm: so no change of rhythm brings two digests on one date.
Its appointment is the schedule's minute of that day. Zones make trouble in four ways, and each has
one answer:

- the minute does not exist (clocks go forward): the first instant after the gap;
- the minute exists twice (clocks go back): the first of the two;
- the date does not exist (a zone that crossed the date line): that date has no slot of its own;
- two zones write one instant as two dates: the reader's own zone counts.

So every slot has one appointment, and appointments follow each other as their slots do.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from mailer.editions.model import Due, Rhythm, Schedule
from mailer.errors import UsageError

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SATURDAY = 5
# Files beside the zones: what this machine's clock shows, and examples.
NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone; raise UsageError when there is none of that name."""
    if name in NO_PLACES or name.startswith(("right/", "posix/")):
        raise _no_zone(name)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as why:  # unknown, a path, the name of a folder
        raise _no_zone(name) from why


def _no_zone(name: str) -> UsageError:
    near = get_close_matches(name, available_timezones() - NO_PLACES, 1)
    hint = f"did you mean {near[0]}?" if near else "names are like Europe/Berlin or UTC"
    return UsageError(f"{name!r} is not a time zone", help=hint)


def next_due(schedule: Schedule, after: datetime, *, past: str | None = None) -> Due:
    """Return the first appointment strictly after `after`.

    `past` names a slot of this rhythm that was filled already: it and all before it are left out.
    """
    return next(
        due
        for due in _appointments(schedule, after)
        if due.at > after and (past is None or due.slot > past)
    )


def next_mail(
    schedule: Schedule, now: datetime, *, paused_until: datetime | None = None
) -> datetime:
    """Return the instant at which a reader's next digest may come: after now, and after a pause.

    What they had today already is not asked; the date in the store, `next_due_at`, knows it.
    """
    if paused_until is not None and paused_until > now:
        return next_due(schedule, paused_until - MINUTE / 60).at
    return next_due(schedule, now).at


def local_date(at: datetime, zone: str) -> date:
    """Return the date that a zone's calendars show at an instant."""
    return at.astimezone(zone_named(zone)).date()


def local_midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a date begins in a zone."""
    return _instant(day, 0, zone_named(zone))


def current_slot(schedule: Schedule, now: datetime) -> str:
    """Return the name of the slot in which `now` lies, whether or not its appointment is over."""
    if schedule.rhythm in MINUTES:
        return _minute_name(now.astimezone(UTC))
    return now.astimezone(zone_named(schedule.zone)).date().isoformat()


def is_missed(due_at: datetime, now: datetime, grace: timedelta) -> bool:
    """Whether what was due then is found too late to be made up for now."""
    return now - due_at > grace


def _minute_name(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


SHORT = frozenset({Rhythm.DAILY, Rhythm.WEEKDAYS})  # the next one is near
# Who reads at once has no appointment: any minute may be one, when something is new.
MINUTES = frozenset({Rhythm.MINUTELY, Rhythm.AT_ONCE})


def _appointments(schedule: Schedule, near: datetime) -> Iterator[Due]:
    """Yield the appointments from about `near` on, in order; the first ones may lie before it."""
    if schedule.rhythm in MINUTES:
        yield from _minutes(near)
        return
    zone = zone_named(schedule.zone)
    for day in _days(schedule, near.astimezone(zone).date()):
        # A week or month still has its digest when its day fell out of the calendar.
        if schedule.rhythm not in SHORT or _exists(day, zone):
            yield Due(_instant(day, schedule.minute_of_day, zone), day.isoformat())


def _minutes(near: datetime) -> Iterator[Due]:
    """Yield whole minutes. They are named in UTC, where none comes twice."""
    at = near.astimezone(UTC).replace(second=0, microsecond=0)
    while True:
        yield Due(at, _minute_name(at))
        at += MINUTE


def _days(schedule: Schedule, around: date) -> Iterator[date]:
    """Yield the days of the rhythm, beginning with one that is over before `around` ends."""
    match schedule.rhythm:
        case Rhythm.MONTHLY:
            yield from _firsts_of_months(around - DAY)
        case Rhythm.WEEKLY:
            days = schedule.days
            yield from (day for day in _every(around - DAY) if day.weekday() in days)
        case Rhythm.WEEKDAYS:
            yield from (day for day in _every(around - DAY) if day.weekday() < SATURDAY)
        case _:
            yield from _every(around - DAY)


def _every(day: date) -> Iterator[date]:
    while True:
        yield day
        day += DAY


def _firsts_of_months(day: date) -> Iterator[date]:
    while True:
        yield day.replace(day=1)
        day = day.replace(day=28) + timedelta(days=4)


def _exists(day: date, zone: ZoneInfo) -> bool:
    return _instant(day, 0, zone).astimezone(zone).date() == day


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return when a local clock first shows that minute, or the first instant after it would."""
    wanted = datetime.combine(day, time(minute // 60, minute % 60), zone)
    first = wanted.astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wanted.replace(tzinfo=None):
        return first
    # In a gap (PEP 495) fold=1 counts with the offset that holds after it, which gives an instant
    # before the clocks were moved; fold=0 counts with the one from before, and lands after.
    return _change(wanted.replace(fold=1).astimezone(UTC), first, zone)


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the second at which the zone's offset changed between two instants."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) // 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
