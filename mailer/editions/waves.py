"""One edition for each local date, in waves: readers of a later hour get what is newer, too.

And when there is one for those who read at once.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from mailer.editions.model import Approval, DueGroup, Edition, EditionState, Rhythm

HOUR = timedelta(hours=1)
TOGETHER = timedelta(minutes=3)  # what comes within it goes in one mail to who reads at once
# Their articles are counted as seen by whoever gets them; of the others nobody gets anything.
TELLING = frozenset({EditionState.APPROVED, EditionState.EMPTY})
WAITS_FOR_A_WORD = frozenset({EditionState.DRAFT, EditionState.HELD})
WAITS_OR_ENDED = frozenset({EditionState.DRAFT, EditionState.HELD, EditionState.CANCELLED})


def end_of_hour(at: datetime) -> datetime:
    """Return the first instant after an hour of the clock; waves are an hour apart at least."""
    return at.replace(minute=0, second=0, microsecond=0) + HOUR


def together(groups: Iterable[DueGroup]) -> list[DueGroup]:
    """Return readers of different hours who wait for the same slot as one group, in order."""
    found: dict[tuple[str, Rhythm], DueGroup] = {}
    for one in groups:
        other = found.get((one.slot, one.rhythm), one)
        found[one.slot, one.rhythm] = DueGroup(
            one.rhythm,
            one.slot,
            max(one.due_at, other.due_at),
            min(one.oldest_watermark, other.oldest_watermark),
            max(one.newest_watermark, other.newest_watermark),
            one.readers if other is one else one.readers + other.readers,
        )
    return [found[key] for key in sorted(found)]


def serves_until(state: EditionState, approval: Approval, due_at: datetime) -> datetime | None:
    """Return until which hour a new wave is for; None: for all of its date.

    What a person has approved is what goes out: no wave of newer articles follows it by itself.
    """
    if state is EditionState.DRAFT and approval is Approval.MANUAL:
        return None
    return end_of_hour(due_at)


def joins(latest: Edition, group: DueGroup, *, anything_new: bool) -> bool:
    """Whether readers of a later hour belong to the wave there is, instead of a new one."""
    if latest.state in WAITS_OR_ENDED:
        return True
    if latest.state is EditionState.MISSED or group.oldest_watermark < latest.opens:
        return False  # it does not tell these readers all that they have not seen
    return not anything_new


def is_time_at_once(
    latest: Edition | None, behind: datetime | None, came: datetime | None, now: datetime
) -> bool:
    """Whether those who read at once are to get something.

    `latest` is what they were brought last; `behind` says when the oldest article was gathered that
    somebody has not seen of what came before it, `came` of what came after it. Who is behind, after
    a pause or in another rhythm until now, gets it now; what comes waits a little for company.
    """
    if latest is not None and latest.state in WAITS_FOR_A_WORD:
        return False  # its stories would be in both
    return behind is not None or (came is not None and came <= now - TOGETHER)
