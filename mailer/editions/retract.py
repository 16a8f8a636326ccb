"""What an owner decides about single articles: held, released, withdrawn, corrected, urgent."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from mailer.clock import Clock
from mailer.editions.model import CorrectionKind
from mailer.editions.redraw import redraw
from mailer.errors import NotFound
from mailer.feeds.labels import in_order
from mailer.feeds.model import Article, ArticleState, Feed, Label
from mailer.store.database import Store, Transaction

UNSENT = 2_000  # articles of a feed, the newest: what is older has left

log = logging.getLogger(__name__)


class Retract:
    """Takes articles out of what has not left, and has corrections told of what has."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def hold(self, keys: Sequence[int]) -> int:
        """Keep articles out of digests for now; return how many were not held before."""
        return self._put(keys, ArticleState.HELD)

    def release(self, keys: Sequence[int]) -> int:
        """Let articles go on, as new ones; return how many were out before."""
        return self._put(keys, ArticleState.KEPT)

    def withdraw(self, key: int, note: str = "") -> int:
        """Take an article out for good; return how many readers got it and will be told.

        Raises NotFound.
        """
        now = self._clock.now()
        with self._store.write() as tx:
            article = _article(tx, key)
            owed = 0
            if article.state is not ArticleState.WITHDRAWN:  # told once, however often it is typed
                withdrawn = CorrectionKind.WITHDRAWN
                owed = tx.corrections.owe(key, withdrawn, article.title, note, now)
            tx.articles.put([key], ArticleState.WITHDRAWN)
            redraw(tx, [key], past=True)
        log.info("article.withdrawn", extra={"article": key, "owed": owed})
        return owed

    def correct(self, key: int, note: str) -> int:
        """Have a correction told to those who got an article; return how many those are.

        Raises NotFound.
        """
        with self._store.write() as tx:
            article = _article(tx, key)
            corrected = CorrectionKind.CORRECTED
            return tx.corrections.owe(key, corrected, article.title, note, self._clock.now())

    def mark_urgent(self, keys: Sequence[int], *, urgent: bool) -> int:
        """Have articles told at once to those who chose that, or not; return how many there are."""
        with self._store.write() as tx:
            return tx.retractions.mark_urgent(keys, self._clock.now() if urgent else None)

    def label(self, keys: Sequence[int], labels: Sequence[Label] | None) -> int:
        """Say what articles are, before their headlines; None: as their feeds say.

        Return how many there are. What has not left, and the public pages, say it from now on.
        """
        with self._store.write() as tx:
            found = tx.retractions.label(keys, labels)
            redraw(tx, keys)
        log.info("article.labelled", extra={"articles": len(keys), "labels": labels})
        return found

    def label_feed(self, feed: Feed, labels: Sequence[Label]) -> None:
        """Say what everything is that a feed brings, and has brought."""
        with self._store.write() as tx:
            tx.feeds.configure(replace(feed, labels=in_order(labels)))
            newest = tx.articles.listing([feed.id], None, UNSENT)
            redraw(tx, [article.id for article in newest])

    def _put(self, keys: Sequence[int], state: ArticleState) -> int:
        with self._store.write() as tx:
            changed = tx.articles.put(keys, state)
            redraw(tx, keys)
        return changed


def _article(tx: Transaction, key: int) -> Article:
    found = tx.articles.by_ids([key])
    if not found:
        raise NotFound("article", key, help="`mailer articles list` names them")
    return found[0]
