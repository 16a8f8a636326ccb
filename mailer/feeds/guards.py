"""What keeps readers from floods, from what was taken back, and owners from unnoticed silence."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from mailer.feeds.model import ArticleState, Draft

MANY = 20  # new articles at once, which are never too many
TIMES = 5  # as many as usual

KNOWN_RHYTHM = 5  # pauses between articles; of fewer nobody can say what is usual
UNUSUAL = 4  # times the longest pause there was
LEAST_SILENCE = timedelta(days=2)  # a weekend is no silence
OUT_OF_ORDER = 0.2  # of its steps: a feed that is sorted otherwise than by time shows what it likes
MOST_TAKEN_BACK = 0.5  # of the recent ones; when more are missing, the feed is broken


class Known(NamedTuple):
    """An article as its feed is asked about it."""

    id: int
    identity: str
    published_at: datetime


def judge(
    fresh: Sequence[Draft], *, first_look: bool, newest: int, expected: float, now: datetime
) -> dict[str, ArticleState]:
    """Return the state of each new article of one look, by its identity.

    Of a first look the `newest` articles count, the others were there before. Later, many more than
    are `expected` since the last look mean that a site has moved or renamed what it had: all wait
    for an operator's word.
    """
    if first_look:
        by_age = sorted(fresh, key=lambda draft: draft.published_at or now, reverse=True)
        return {
            draft.identity: ArticleState.KEPT if place < newest else ArticleState.BACKLOG
            for place, draft in enumerate(by_age)
        }
    flood = len(fresh) > MANY and len(fresh) > TIMES * expected
    return dict.fromkeys(
        (draft.identity for draft in fresh), ArticleState.HELD if flood else ArticleState.KEPT
    )


def is_silent(published: Sequence[datetime], now: datetime) -> bool:
    """Whether a feed has been silent for unusually long; `published` is newest first."""
    moments = sorted(set(published), reverse=True)
    pauses = [later - earlier for later, earlier in pairwise(moments)]
    if len(pauses) < KNOWN_RHYTHM:
        return False
    return now - moments[0] > max(LEAST_SILENCE, UNUSUAL * max(pauses))


def taken_back(known: Sequence[Known], told: Sequence[Draft]) -> list[int]:
    """Return the articles that a feed no longer tells although it still tells older ones.

    New articles push the oldest out of a feed; what is missing from the middle was taken out by
    somebody. Of feeds that are not sorted by time nothing can be said, and when most of what is
    known is missing it is the feed that is broken.
    """
    dates = [draft.published_at for draft in told if draft.published_at is not None]
    if len(dates) < 2 or _is_mixed(dates):
        return []
    identities = {draft.identity for draft in told}
    end = sorted(dates)[min(1, len(dates) - 2)]  # the oldest may be one that is pinned
    inside = [one for one in known if one.published_at > end]
    missing = [one.id for one in inside if one.identity not in identities]
    return missing if len(missing) <= max(1, len(inside) * MOST_TAKEN_BACK) else []


def _is_mixed(dates: Sequence[datetime]) -> bool:
    """Whether dates go up as well as down."""
    steps = [later > earlier for earlier, later in pairwise(dates) if later != earlier]
    ups = sum(steps)
    return min(ups, len(steps) - ups) > OUT_OF_ORDER * len(steps)
