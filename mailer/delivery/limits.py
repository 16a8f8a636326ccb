"""What a relay allows in a time, and how much of that is left.

Counted in parts of a twentieth of the time: in no stretch of that length, wherever it begins, leave
more than were allowed, and what is free again is known to a twentieth.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from mailer.config.settings import Limit

PARTS = 20
RESERVE = 20  # of so many one is kept for notices: a person waits for those
DAY = timedelta(days=1)
GROWTH = 1.5  # a day, while a relay's name is made known
MOST = 1_000_000_000
LONGEST = timedelta(days=366)  # of a forecast


class Used(NamedTuple):
    """What was sent in one part of a limit's time."""

    start: datetime
    mails: int


class Ruling(NamedTuple):
    """A limit, and how much of it is left now."""

    limit: Limit
    left: int


def ruling(
    limits: Sequence[Limit], warm_up: int, first_used_at: datetime, now: datetime
) -> list[Limit]:
    """Return the limits that hold today; `warm_up` is that of the first day, 0 for none."""
    if not warm_up:
        return list(limits)
    days = max(0, (now - first_used_at) // DAY)
    today = int(min(MOST, warm_up * GROWTH ** min(days, 60)))
    return [*limits, Limit(today, DAY)]


def part_of(period: timedelta, now: datetime) -> datetime:
    """Return the beginning of the part of a period that `now` is in."""
    step = period.total_seconds() / PARTS
    return datetime.fromtimestamp(now.timestamp() // step * step, UTC)


def expired(period: timedelta, now: datetime) -> datetime:
    """Return the moment at or before which a part must have begun to count no more."""
    return now - period - period / PARTS


def left(limit: Limit, used: Sequence[Used], now: datetime, *, reserve: bool) -> int:
    """Return how many may leave now; with `reserve`, a twentieth is kept for notices."""
    gone = expired(limit.period, now)
    counted = sum(one.mails for one in used if one.start > gone)
    kept = -(-limit.count // RESERVE) if reserve and limit.count > 1 else 0
    return max(0, limit.count - kept - counted)


def last_leaves(
    mails: int, relays: Sequence[Sequence[Ruling]], rate: float | None, now: datetime
) -> datetime | None:
    """Return when the last of so many mails leaves; `rate` is the mails a second of late.

    None when nobody can say: nothing was sent yet and a relay has no limits, or it is a year.
    """
    if not mails:
        return now
    bounded = bool(relays) and all(relays)
    if rate is None and not bounded:
        return None
    wait = timedelta(seconds=0 if rate is None else mails / rate)
    if bounded:
        low, high = timedelta(), LONGEST
        if _capacity(relays, high) < mails:
            return None
        while high - low > timedelta(seconds=1):
            middle = (low + high) / 2
            enough = _capacity(relays, middle) >= mails
            low, high = (low, middle) if enough else (middle, high)
        wait = max(wait, high if low else timedelta())
    return now + wait if wait < LONGEST else None


def _capacity(relays: Sequence[Sequence[Ruling]], within: timedelta) -> int:
    """Return how many mails may leave within a time."""
    return sum(
        min(one.left + within // one.limit.period * one.limit.count for one in rulings)
        for rulings in relays
    )
