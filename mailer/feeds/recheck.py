"""Looks at articles once more before they are mailed: are they still there, under that headline?"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from urllib.parse import urlsplit

from mailer.clock import Clock
from mailer.config.settings import FeedSettings
from mailer.editions.layout import lay_out
from mailer.editions.model import Edition
from mailer.editions.redraw import redraw
from mailer.errors import FeedError, FetchError
from mailer.feeds.fetch import Fetch, Session, run_and_leave
from mailer.feeds.model import Article, Draft, Feed, Fetched
from mailer.feeds.page_check import Seen, Standing, look
from mailer.feeds.reader import Reader
from mailer.logs import only_logged
from mailer.store.database import Store, Transaction

FRESH = timedelta(minutes=30)  # so long a look is good for: readers of other zones come later
SLACK = timedelta(seconds=30)  # for writing down what was seen; then anybody may look
MOST_BYTES = 50_000_000  # of feeds that have changed, in memory
A_HABIT = 3  # pages of one host that are all hidden: that is how the site is, and no retraction

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecheckReport:
    """What a look came to, in articles."""

    looked_at: int = 0  # whose page answered in time
    dropped: int = 0
    retitled: int = 0
    relabelled: int = 0  # whose page says that it is for subscribers alone, or no longer


@dataclass(frozen=True, slots=True)
class _Round:
    """What is to be looked at, and what was seen by the end of the time."""

    editions: Sequence[Edition]
    articles: Mapping[int, Article]
    feeds: Sequence[Feed]
    seen: dict[int, Seen] = field(default_factory=dict)  # by article
    documents: dict[int, Fetched] = field(default_factory=dict)  # by feed, when it has changed


class Recheck:
    """A step between composing and planning. A slow site costs its articles' check, no digest."""

    def __init__(self, store: Store, clock: Clock, fetch: Fetch, settings: FeedSettings) -> None:
        self._store = store
        self._clock = clock
        self._fetch = fetch
        self._settings = settings

    def due(self) -> RecheckReport:
        """Look at what the editions that go out next tell, and drop or rename what has changed.

        While one program looks, nobody approves or plans these editions.
        """
        time = timedelta(seconds=self._settings.look_again_seconds)
        if not time:
            return RecheckReport()
        now = self._clock.now()
        with self._store.write() as tx:
            editions = tx.editions.claim_unchecked(now, now - FRESH, now + time + SLACK)
        if not editions:
            return RecheckReport()
        with ExitStack() as held:
            held.callback(self._let_go, editions)  # whatever breaks, they do not wait for ever
            with self._store.read() as tx:
                todo = _what_to_look_at(tx, editions)
            ends = monotonic() + time.total_seconds()
            run_and_leave(self._look(todo, time.total_seconds()))
            report = self._keep(todo, self._read(todo.documents, ends))
            held.pop_all()
        return report

    def _let_go(self, editions: Sequence[Edition]) -> None:
        with self._store.write() as tx:
            tx.editions.checked([edition.id for edition in editions], self._clock.now())

    async def _look(self, todo: _Round, seconds: float) -> None:
        """Ask for all pages and feeds at once; what has not come when the time is over is left."""
        async with self._fetch.session() as session:
            asked = [
                *(_ask_page(session, todo.seen, article) for article in todo.articles.values()),
                *(_ask_feed(session, todo.documents, feed) for feed in todo.feeds),
            ]
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await asyncio.gather(*asked)

    def _keep(self, todo: _Round, drafts: Mapping[int, Sequence[Draft]]) -> RecheckReport:
        known, seen = todo.articles, todo.seen
        gone = _gone(seen, known)
        titles = {key: title for key, title in _new_titles(seen).items() if key not in gone}
        now = self._clock.now()
        with self._store.write() as tx:
            for feed_id, told in drafts.items():
                tx.articles.refresh(feed_id, told, now)
            back = [
                key
                for feed_id, told in drafts.items()
                for key in tx.retractions.by_feed(feed_id, told, now)
            ]
            tx.retractions.put_away(gone)
            retold = set(tx.articles.retold)
            # What a feed has just told otherwise is newer than what we compared the page with.
            tx.retractions.retitle({k: t for k, t in titles.items() if k not in retold}, now)
            said = {key: one.closed for key, one in seen.items() if one.closed is not None}
            relabelled = tx.retractions.close(said)
            redraw(tx, sorted({*gone, *back, *titles, *retold, *relabelled}))
            tx.editions.checked([edition.id for edition in todo.editions], now)
        report = RecheckReport(
            looked_at=sum(one.standing is not Standing.UNKNOWN for one in seen.values()),
            dropped=len({*gone, *back} & {*known}),
            retitled=len({*titles, *retold} & {*known}),
            relabelled=len(relabelled),
        )
        fields = {"editions": len(todo.editions), "articles": len(known)}
        log.info("articles.rechecked", extra={**fields, "dropped": report.dropped})
        return report

    def _read(self, documents: Mapping[int, Fetched], ends: float) -> dict[int, Sequence[Draft]]:
        """Return what feeds say that changed since they were gathered, as far as time allows."""
        found: dict[int, Sequence[Draft]] = {}
        with Reader() as reader:
            for feed_id, answer in documents.items():
                if monotonic() < ends:
                    with suppress(FeedError):
                        found[feed_id] = reader.read(
                            answer.body,
                            url=answer.url,
                            content_type=answer.content_type,
                            now=self._clock.now(),
                        ).drafts
        return found


async def _ask_page(session: Session, into: dict[int, Seen], article: Article) -> None:
    # No answer is no retraction. A page is read at once and let go: a hundred of them may be large.
    with only_logged(log, "article.unreadable", article=article.id), suppress(FetchError):
        into[article.id] = look(await session.get(article.url), article.url, article.title)


async def _ask_feed(session: Session, into: dict[int, Fetched], feed: Feed) -> None:
    with only_logged(log, "feed.unreadable", feed=feed.id), suppress(FetchError):
        answer = await session.get(feed.url, etag=feed.etag, last_modified=feed.last_modified)
        if answer.status == 200 and sum(len(one.body) for one in into.values()) < MOST_BYTES:
            into[feed.id] = answer


def _what_to_look_at(tx: Transaction, editions: Sequence[Edition]) -> _Round:
    """Return the articles that the editions show, and the feeds they are from."""
    shown: set[int] = set()
    for edition in editions:
        newsletter = tx.newsletters.by_id(edition.newsletter_id)
        headings = tx.sections.headings(newsletter.id)
        layout = lay_out(
            tx.editions.pieces(edition.id), edition.opens, newsletter.max_stories, headings
        )
        shown |= {piece.article_id for piece in layout.stories}
    articles = {one.id: one for one in tx.articles.by_ids(sorted(shown))}
    feeds = tx.feeds.by_ids(sorted({one.feed_id for one in articles.values()}))
    return _Round(editions, articles, feeds)


def _gone(seen: Mapping[int, Seen], known: Mapping[int, Article]) -> dict[int, str]:
    """Return which articles are dropped, and why."""
    by_host: dict[str, list[Standing]] = {}
    for key, one in seen.items():
        by_host.setdefault(_host(known[key]), []).append(one.standing)
    found = {}
    for key, one in seen.items():
        there = by_host[_host(known[key])]
        habit = len(there) >= A_HABIT and set(there) == {Standing.HIDDEN}
        if one.why is not None and not (one.standing is Standing.HIDDEN and habit):
            found[key] = one.why
    return found


def _new_titles(seen: Mapping[int, Seen]) -> dict[int, str]:
    """Return the new headlines; what stands on two pages is a site's word and no headline."""
    told = {key: one.title for key, one in seen.items() if one.title is not None}
    times = Counter(told.values())
    return {key: title for key, title in told.items() if times[title] == 1}


def _host(article: Article) -> str:
    return urlsplit(article.url).netloc
