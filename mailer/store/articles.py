"""Articles, in the order in which they became visible here."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update

from mailer.editions.model import EditionState
from mailer.feeds.model import Article, Draft
from mailer.store.aggregate import Aggregate
from mailer.store.tables import arrival, article, edition, piece, source


def _article(row: RowMapping) -> Article:
    return Article(
        id=row["id"],
        arrival=row["arrival"],
        feed_id=row["feed_id"],
        identity=row["identity"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        html=row["html"],
        author=row["author"],
        published_at=row["published_at"],
        seen_at=row["seen_at"],
        image_url=row["image_url"],
        image_alt=row["image_alt"],
        image_credit=row["image_credit"],
        original_url=row["original_url"],
        original_publisher=row["original_publisher"],
        language=row["language"],
        words=row["words"],
        topics=tuple(json.loads(row["topics"])),
    )


def _columns(draft: Draft, published_at: datetime) -> dict[str, object]:
    """Return what may change when a feed tells the same article again."""
    return {
        "url": draft.url,
        "title": draft.title,
        "summary": draft.summary,
        "html": draft.html,
        "author": draft.author,
        "published_at": draft.published_at or published_at,
        "image_url": draft.image_url,
        "image_alt": draft.image_alt,
        "image_credit": draft.image_credit,
        "original_url": draft.original_url,
        "original_publisher": draft.original_publisher,
        "language": draft.language,
        "words": draft.words,
        "topics": json.dumps(draft.topics, ensure_ascii=False),
    }


class Articles(Aggregate):
    """What the feeds said."""

    def keep(self, feed_id: int, drafts: Sequence[Draft], now: datetime) -> int:
        """Keep what is new and refresh what is known; return how many were new.

        A refreshed article keeps its arrival, so it is never mailed twice.
        """
        told = {draft.identity: draft for draft in reversed(drafts)}
        known = self._known(feed_id, told)
        self._refresh(known, told)
        if len(known) == len(told):
            return 0
        newest = self._lock_arrivals()
        # Another gatherer may have kept some of them while we waited for the lock.
        known = self._known(feed_id, told)
        fresh = [draft for key, draft in told.items() if key not in known]
        self._add(feed_id, fresh, now, newest)
        return len(fresh)

    def newest_arrival(self) -> int:
        """Return the greatest arrival given out so far, 0 before the first."""
        return self._count(select(arrival.c.newest))

    def window(self, newsletter_id: int, opens: int, closes: int) -> list[Article]:
        """Return the newsletter's articles with `opens` < arrival <= `closes`, by arrival."""
        rows = self._all(
            select(article)
            .join(source, source.c.feed_id == article.c.feed_id)
            .where(
                source.c.newsletter_id == newsletter_id,
                article.c.arrival > opens,
                article.c.arrival <= closes,
            )
            .order_by(article.c.arrival)
        )
        return [_article(row) for row in rows]

    def told(self, newsletter_id: int, opens: int, since: datetime) -> list[Article]:
        """Return what the newsletter's editions brought of what arrived up to `opens`.

        Only what was published at `since` or later; by arrival.
        """
        brought = (
            select(piece.c.id)
            .join(edition, edition.c.id == piece.c.edition_id)
            .where(
                piece.c.article_id == article.c.id,
                piece.c.included,
                edition.c.newsletter_id == newsletter_id,
                edition.c.state != EditionState.CANCELLED,
            )
        )
        rows = self._all(
            select(article)
            .where(article.c.arrival <= opens, article.c.published_at >= since, brought.exists())
            .order_by(article.c.arrival)
        )
        return [_article(row) for row in rows]

    def by_ids(self, keys: Sequence[int]) -> list[Article]:
        """Return those that there are, by arrival."""
        rows = self._all(select(article).where(article.c.id.in_(keys)).order_by(article.c.arrival))
        return [_article(row) for row in rows]

    def _known(self, feed_id: int, told: Mapping[str, Draft]) -> dict[str, RowMapping]:
        rows = self._all(
            select(article)
            .where(article.c.feed_id == feed_id, article.c.identity.in_(told))
            # Two gatherers change rows in one order: neither waits for the other in a circle.
            .order_by(article.c.id)
        )
        return {row["identity"]: row for row in rows}

    def _refresh(self, known: Mapping[str, RowMapping], told: Mapping[str, Draft]) -> None:
        for identity, row in known.items():
            columns = _columns(told[identity], row["published_at"])
            if any(row[name] != value for name, value in columns.items()):
                self._run(update(article).where(article.c.id == row["id"]).values(columns))

    def _lock_arrivals(self) -> int:
        """Return the newest number; until the commit nobody else can give one out."""
        return self._count(select(arrival.c.newest).with_for_update())

    def _add(self, feed_id: int, fresh: Sequence[Draft], now: datetime, newest: int) -> None:
        if not fresh:
            return
        # Within one look arrival follows publication; what has no date counts as of now.
        oldest_first = sorted(fresh, key=lambda draft: draft.published_at or now)
        rows = [
            {
                "arrival": number,
                "feed_id": feed_id,
                "identity": draft.identity,
                "seen_at": now,
                **_columns(draft, now),
            }
            for number, draft in enumerate(oldest_first, start=newest + 1)
        ]
        self._run(insert(article), rows)
        self._run(update(arrival).values(newest=newest + len(rows)))
