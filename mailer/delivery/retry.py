"""When a server said later: when to ask again, and when to stop asking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST = timedelta(minutes=5)  # greylisting servers want a pause, and take the second try
LONGEST = timedelta(hours=4)
JITTER = 0.2  # so that what was put off together does not come back together


@dataclass(frozen=True, slots=True)
class Again:
    """Try again then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It has been tried for long enough."""


def next_try(
    attempts: int, owed_at: datetime, now: datetime, give_up_after: timedelta, chance: float
) -> Again | GiveUp:
    """Return what follows the try with this number, counted from 1; `chance` is from 0 to 1.

    The pause doubles from five minutes to four hours (RFC 5321 section 4.5.4.1 asks for more and
    more patience), give or take a fifth.
    """
    if now - owed_at >= give_up_after:
        return GiveUp()
    pause = min(LONGEST, FIRST * 2 ** min(attempts - 1, 10))
    return Again(now + pause * (1 + JITTER * (2 * chance - 1)))
