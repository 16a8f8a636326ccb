"""What became of articles after they were kept: taken back, gone, told otherwise, urgent."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from mailer.feeds.guards import Known, taken_back
from mailer.feeds.labels import in_order
from mailer.feeds.model import ArticleState, Draft, Label
from mailer.store.aggregate import Aggregate
from mailer.store.articles import TOOK_BACK
from mailer.store.tables import article

LATELY = timedelta(days=7)  # what was seen longer ago has been mailed, or never will be
NEWEST = 40  # articles, of which a feed's rhythm is known


class Retractions(Aggregate):
    """Changes the state of articles that somebody else published, and takes back."""

    def by_feed(self, feed_id: int, drafts: Sequence[Draft], now: datetime) -> list[int]:
        """Put away what a feed has taken back, by the document it shows now; return which."""
        rows = self._all(
            select(article.c.id, article.c.identity, article.c.published_at).where(
                article.c.feed_id == feed_id,
                article.c.state == ArticleState.KEPT,
                article.c.seen_at >= now - LATELY,
            )
        )
        known = [Known(row["id"], row["identity"], row["published_at"]) for row in rows]
        gone = taken_back(known, drafts)
        self.put_away(dict.fromkeys(gone, TOOK_BACK))
        return gone

    def put_away(self, reasons: Mapping[int, str]) -> None:
        """Let these articles into no digest any more; what has left has left."""
        for key, why in reasons.items():
            self._run(
                update(article)
                .where(article.c.id == key, article.c.state == ArticleState.KEPT)
                .values(state=ArticleState.GONE, gone_because=why)
            )

    def retitle(self, titles: Mapping[int, str], now: datetime) -> None:
        """Give articles the headlines that their own pages have."""
        for key, title in titles.items():
            self._run(
                update(article).where(article.c.id == key).values(title=title, changed_at=now)
            )

    def close(self, closed: Mapping[int, bool]) -> list[int]:
        """Write down what pages say: for subscribers alone, or not. Return which are otherwise."""
        changed = []
        for key, value in closed.items():
            chosen = update(article).where(article.c.id == key, article.c.closed != value)
            if self._run(chosen.values(closed=value)).rowcount:
                changed.append(key)
        return changed

    def mark_urgent(self, keys: Collection[int], now: datetime | None) -> int:
        """Mark articles as urgent, or as not; return how many there are."""
        marked = update(article).where(article.c.id.in_(keys))
        return self._run(marked.values(urgent_at=now)).rowcount

    def label(self, keys: Collection[int], said: Sequence[Label] | None) -> int:
        """Let these articles have labels, whatever their feeds say; None: as those say.

        Return how many there are.
        """
        word = None if said is None else json.dumps(in_order(said))
        chosen = update(article).where(article.c.id.in_(keys))
        return self._run(chosen.values(said_labels=word)).rowcount

    def rhythm(self, feed_id: int) -> list[datetime]:
        """Return when a feed published its newest articles, the newest first."""
        rows = self._all(
            select(article.c.published_at)
            .where(article.c.feed_id == feed_id)
            .order_by(article.c.published_at.desc())
            .limit(NEWEST)
        )
        return [row["published_at"] for row in rows]
