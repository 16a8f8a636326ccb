"""Articles, in the order in which they became visible here."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, func, insert, or_, select, update

from mailer.editions.model import URGENT_SLOT, EditionState
from mailer.feeds.article_page import lacks_text
from mailer.feeds.identity import content_hash
from mailer.feeds.labels import shown
from mailer.feeds.model import Article, ArticleState, Draft, Label
from mailer.feeds.urls import address_key
from mailer.store.aggregate import Aggregate
from mailer.store.tables import arrival, article, edition, feed, piece, source

SHORT = 80  # characters that are no text of an article
USUAL = timedelta(days=28)  # of which a feed's habits are known


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
        image_caption=row["image_caption"],
        image_credit=row["image_credit"],
        original_url=row["original_url"],
        original_publisher=row["original_publisher"],
        language=row["language"],
        words=row["words"],
        topics=tuple(json.loads(row["topics"])),
        state=ArticleState(row["state"]),
        changed_at=row["changed_at"],
        gone_because=row["gone_because"],
        urgent_at=row["urgent_at"],
        labels=shown(_labels(row["said_labels"]), _found(row), _of_feed(row)),
        labelled=row["said_labels"] is not None,
    )


def _labels(told: str | None) -> tuple[Label, ...] | None:
    return None if told is None else tuple(map(Label, json.loads(told)))


def _found(row: RowMapping) -> tuple[Label, ...]:
    """Return what its feed marks an article as, and its page."""
    closed = (Label.SUBSCRIBERS,) if row["closed"] else ()
    return (*(_labels(row["labels"]) or ()), *closed)


def _of_feed(row: RowMapping) -> tuple[Label, ...]:
    return _labels(row["feed_labels"]) or ()


# An article with what is said of all that its feed brings.
_ARTICLES = select(
    article,
    select(feed.c.labels)
    .where(feed.c.id == article.c.feed_id)
    .scalar_subquery()
    .label("feed_labels"),
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
        "image_caption": draft.image_caption,
        "image_credit": draft.image_credit,
        "original_url": draft.original_url,
        "original_publisher": draft.original_publisher,
        "language": draft.language,
        "words": draft.words,
        "topics": json.dumps(draft.topics, ensure_ascii=False),
        "labels": json.dumps(draft.labels),
    }


def _with_known_text(draft: Draft, row: RowMapping) -> Draft:
    """Return a draft without a text with the text that is known: its page was read, it is not now.

    What stays is all that a page may have told; headline and address are the feed's.
    """
    if not lacks_text(draft) or len(row["summary"]) <= len(draft.summary):
        return draft
    pictured = draft.image_url is not None
    return replace(
        draft,
        summary=row["summary"],
        html=row["html"],
        author=draft.author or row["author"],
        published_at=draft.published_at or row["published_at"],
        image_url=draft.image_url if pictured else row["image_url"],
        image_alt=draft.image_alt if pictured else row["image_alt"],
        image_caption=draft.image_caption if pictured else row["image_caption"],
        image_credit=draft.image_credit if pictured else row["image_credit"],
        original_url=draft.original_url or row["original_url"],
        original_publisher=draft.original_publisher or row["original_publisher"],
        language=draft.language or row["language"],
        words=row["words"],
        topics=draft.topics or tuple(json.loads(row["topics"])),
    )


class Keys(NamedTuple):
    """By what an article is known again under another id; "" says nothing."""

    address_key: str
    content_hash: str


def _keys(draft: Draft) -> Keys:
    return Keys(address_key(draft.url) if draft.url else "", content_hash(draft))


def _alone(unknown: Mapping[str, Keys], place: int) -> dict[str, str]:
    """Return which id has each key that no other of them has."""
    times = Counter(keys[place] for keys in unknown.values())
    return {
        keys[place]: key for key, keys in unknown.items() if keys[place] and times[keys[place]] == 1
    }


def _of_one_day(draft: Draft, published_at: datetime) -> bool:
    told = draft.published_at
    return told is not None and abs(told - published_at) <= timedelta(days=1)


def _all_kept(_fresh: Sequence[Draft]) -> Mapping[str, ArticleState]:
    return {}


TOOK_BACK = "its feed took it back"
SHOWN = frozenset({"title", "summary", "state", "labels"})  # what a mail tells of an article


class Articles(Aggregate):
    """What the feeds said."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.retold: list[int] = []  # articles of which this transaction learnt another telling

    def keep(
        self,
        feed_id: int,
        drafts: Sequence[Draft],
        now: datetime,
        judge: Callable[[Sequence[Draft]], Mapping[str, ArticleState]] = _all_kept,
    ) -> int:
        """Keep what is new and refresh what is known; return how many were new.

        A refreshed article keeps its arrival, so it is never mailed twice; so does one whose feed
        gives it another id at its old address, or another address with its old words. `judge` says
        what becomes of the new ones.
        """
        told = {draft.identity: draft for draft in reversed(drafts)}
        known = self._recognised(feed_id, told)
        self._refresh(known, told, now)
        if len(known) == len(told):
            return 0
        newest = self._lock_arrivals()
        # Another gatherer may have kept some of them while we waited for the lock.
        known = self._known(feed_id, told)
        fresh = [draft for key, draft in told.items() if key not in known]
        self._add(feed_id, fresh, judge(fresh), now, newest)
        return len(fresh)

    def with_text(self, feed_id: int, identities: Sequence[str], since: datetime) -> set[str]:
        """Return which of a feed's articles need no page: their text is known, or was asked for.

        It is asked for at every look after `since`, and then no more.
        """
        rows = self._all(
            select(article.c.identity).where(
                article.c.feed_id == feed_id,
                article.c.identity.in_(identities),
                or_(func.length(article.c.summary) > SHORT, article.c.seen_at < since),
            )
        )
        return {row["identity"] for row in rows}

    def unknown(self, feed_id: int, drafts: Sequence[Draft]) -> int:
        """Return how many of what a feed tells would be new."""
        told = {draft.identity: draft for draft in drafts}
        known = self._known(feed_id, told)
        places = {key: address_key(told[key].url) for key in told if key not in known}
        rows = self._all(
            select(article.c.address_key).where(
                article.c.feed_id == feed_id,
                article.c.address_key.in_([place for place in places.values() if place]),
            )
        )
        moved = {row["address_key"] for row in rows}
        return sum(place not in moved for place in places.values())

    def usual_a_day(self, feed_id: int, now: datetime) -> float:
        """Return how many articles a feed has brought a day, in the last four weeks."""
        row = self._one(
            select(func.count().label("count"), func.min(article.c.seen_at).label("first")).where(
                article.c.feed_id == feed_id,
                article.c.seen_at >= now - USUAL,
                article.c.state != ArticleState.BACKLOG,
            )
        )
        if row is None or row["first"] is None:
            return 0.0
        return float(row["count"] / max(1.0, (now - row["first"]) / timedelta(days=1)))

    def listing(
        self,
        feed_ids: Sequence[int] | None,
        state: ArticleState | None,
        limit: int,
        *,
        changed: bool = False,
    ) -> list[Article]:
        """Return articles, newest first; with `changed` only those that were told otherwise."""
        query = _ARTICLES.order_by(article.c.arrival.desc()).limit(limit)
        if feed_ids is not None:
            query = query.where(article.c.feed_id.in_(feed_ids))
        if state is not None:
            query = query.where(article.c.state == state)
        if changed:
            query = query.where(article.c.changed_at.is_not(None))
        return [_article(row) for row in self._all(query)]

    def held(self) -> dict[int, int]:
        """Return how many articles of each feed are held."""
        rows = self._all(
            select(article.c.feed_id, func.count().label("count"))
            .where(article.c.state == ArticleState.HELD)
            .group_by(article.c.feed_id)
        )
        return {row["feed_id"]: row["count"] for row in rows}

    def put(self, keys: Sequence[int], state: ArticleState) -> int:
        """Put articles into a state; return how many were in another one.

        What is let go on arrives now: whoever has read past its old place still gets it.
        """
        chosen = select(article.c.id).where(article.c.id.in_(keys), article.c.state != state)
        changed = [row["id"] for row in self._all(chosen.order_by(article.c.arrival))]
        if state is ArticleState.KEPT and changed:
            newest = self._lock_arrivals()
            for number, key in enumerate(changed, start=newest + 1):
                self._run(update(article).where(article.c.id == key).values(arrival=number))
            self._run(update(arrival).values(newest=newest + len(changed)))
        self._run(
            update(article).where(article.c.id.in_(changed)).values(state=state, gone_because=None)
        )
        return len(changed)

    def newest_arrival(self) -> int:
        """Return the greatest arrival given out so far, 0 before the first."""
        return self._count(select(arrival.c.newest))

    def newest_of(self, newsletter_id: int, since: datetime, limit: int) -> list[Article]:
        """Return the newsletter's newest articles that were gathered at `since` or later."""
        rows = self._all(
            _ARTICLES.join(source, source.c.feed_id == article.c.feed_id)
            .where(
                source.c.newsletter_id == newsletter_id,
                article.c.seen_at >= since,
                article.c.state == ArticleState.KEPT,
            )
            .order_by(article.c.arrival.desc())
            .limit(limit)
        )
        return [_article(row) for row in reversed(rows)]

    def first_seen(self, newsletter_id: int, opens: int, closes: int) -> datetime | None:
        """Return when the oldest kept article of a window was gathered; None: it has none."""
        row = self._one(
            select(func.min(article.c.seen_at).label("first"))
            .join(source, source.c.feed_id == article.c.feed_id)
            .where(
                source.c.newsletter_id == newsletter_id,
                article.c.arrival > opens,
                article.c.arrival <= closes,
                article.c.state == ArticleState.KEPT,
            )
        )
        return None if row is None else row["first"]

    def window(self, newsletter_id: int, opens: int, closes: int) -> list[Article]:
        """Return the newsletter's articles with `opens` < arrival <= `closes`, by arrival."""
        rows = self._all(
            _ARTICLES.join(source, source.c.feed_id == article.c.feed_id)
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
                edition.c.slot.not_like(f"{URGENT_SLOT}%"),  # the others have not got it yet
            )
        )
        rows = self._all(
            _ARTICLES.where(
                article.c.arrival <= opens, article.c.published_at >= since, brought.exists()
            ).order_by(article.c.arrival)
        )
        return [_article(row) for row in rows]

    def by_ids(self, keys: Sequence[int]) -> list[Article]:
        """Return those that there are, by arrival."""
        rows = self._all(_ARTICLES.where(article.c.id.in_(keys)).order_by(article.c.arrival))
        return [_article(row) for row in rows]

    def _known(self, feed_id: int, told: Mapping[str, Draft]) -> dict[str, RowMapping]:
        rows = self._all(
            select(article)
            .where(article.c.feed_id == feed_id, article.c.identity.in_(told))
            # Two gatherers change rows in one order: neither waits for the other in a circle.
            .order_by(article.c.id)
        )
        return {row["identity"]: row for row in rows}

    def refresh(self, feed_id: int, drafts: Sequence[Draft], now: datetime) -> None:
        """Refresh what is known of what a feed says; what is new waits for the next look."""
        told = {draft.identity: draft for draft in reversed(drafts)}
        self._refresh(self._recognised(feed_id, told), told, now)

    def _recognised(self, feed_id: int, told: Mapping[str, Draft]) -> Mapping[str, RowMapping]:
        """Return what is known of what a feed tells, under the ids that it gives now."""
        known = self._known(feed_id, told)
        unknown = {key: _keys(draft) for key, draft in told.items() if key not in known}
        if unknown and self._rename(feed_id, told, unknown):
            return self._known(feed_id, told)
        return known

    def _rename(self, feed_id: int, told: Mapping[str, Draft], unknown: Mapping[str, Keys]) -> bool:
        """Give known articles the new ids under which the feed tells them; whether it did."""
        addresses = _alone(unknown, 0)
        words = _alone(unknown, 1)
        rows = self._all(
            select(
                article.c.id,
                article.c.identity,
                article.c.published_at,
                article.c.address_key,
                article.c.content_hash,
            ).where(
                article.c.feed_id == feed_id,
                or_(article.c.address_key.in_(addresses), article.c.content_hash.in_(words)),
            )
        )
        renamed: dict[str, int] = {}
        for name, found in (("address_key", addresses), ("content_hash", words)):
            here = Counter(row[name] for row in rows)
            for row in rows:
                key = found.get(row[name])
                if key is None or here[row[name]] != 1 or row["identity"] in told:
                    continue
                # A site that moves keeps its dates; what is the same each week has each week's.
                if name == "address_key" or _of_one_day(told[key], row["published_at"]):
                    renamed.setdefault(key, row["id"])
        once = {number: key for key, number in reversed(renamed.items())}
        for number, key in sorted(once.items()):
            self._run(update(article).where(article.c.id == number).values(identity=key))
        return bool(once)

    def _refresh(
        self, known: Mapping[str, RowMapping], told: Mapping[str, Draft], now: datetime
    ) -> None:
        for identity, row in known.items():
            draft = _with_known_text(told[identity], row)
            columns = _columns(draft, row["published_at"])
            if row["state"] == ArticleState.GONE and row["gone_because"] == TOOK_BACK:
                columns |= {"state": ArticleState.KEPT, "gone_because": None}  # it told it again
            changed = {name for name, value in columns.items() if row[name] != value}
            if not changed:
                continue
            columns |= _keys(draft)._asdict()
            if not SHOWN.isdisjoint(changed):
                self.retold.append(row["id"])
            # Other markup of the same words, a new address for a picture, is no other telling.
            words = columns["content_hash"]
            if not SHOWN.isdisjoint(changed) or (words != row["content_hash"] and words):
                columns["changed_at"] = now
            self._run(update(article).where(article.c.id == row["id"]).values(columns))

    def _lock_arrivals(self) -> int:
        """Return the newest number; until the commit nobody else can give one out."""
        return self._count(select(arrival.c.newest).with_for_update())

    def _add(
        self,
        feed_id: int,
        fresh: Sequence[Draft],
        states: Mapping[str, ArticleState],
        now: datetime,
        newest: int,
    ) -> None:
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
                "state": states.get(draft.identity, ArticleState.KEPT),
                **_columns(draft, now),
                **_keys(draft)._asdict(),
            }
            for number, draft in enumerate(oldest_first, start=newest + 1)
        ]
        self._run(insert(article), rows)
        self._run(update(arrival).values(newest=newest + len(rows)))
