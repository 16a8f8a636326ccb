"""What keeps a feed from flooding its readers: the first look at it, and a look gone wrong."""

from collections.abc import Sequence
from datetime import datetime

from mailer.feeds.model import ArticleState, Draft

MANY = 20  # new articles at once, which are never too many
TIMES = 5  # as many as usual


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
