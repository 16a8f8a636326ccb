"""Looks at feeds and keeps what is new."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from mailer.clock import Clock
from mailer.config.settings import FeedSettings
from mailer.editions.redraw import redraw
from mailer.errors import FeedError
from mailer.feeds import guards, pace
from mailer.feeds.fetch import PER_HOST, Fetch, Session
from mailer.feeds.model import (
    ArticleState,
    Draft,
    Feed,
    Fetched,
    GatherReport,
    Look,
    LookStatus,
    ParsedFeed,
)
from mailer.feeds.pages import with_pages
from mailer.feeds.reader import Reader
from mailer.feeds.urls import host_of
from mailer.logs import only_logged
from mailer.store.database import Store, Transaction

AT_ONCE = 32  # feeds asked at a time
BATCH = 128  # feeds claimed at a time
SLACK = timedelta(minutes=5)  # for reading and keeping what a batch brought, pages included
ASK_AGAIN = timedelta(hours=1)  # so long pages without a text are asked for at each look

Beside = Callable[..., Awaitable[Any]]  # runs something in the keeper's thread

log = logging.getLogger(__name__)


def _unheard(look: Look) -> None:
    """Tell nobody."""


class Gather:
    """From feeds that are due to articles in the store. Any number of these may run at once."""

    def __init__(self, store: Store, clock: Clock, fetch: Fetch, settings: FeedSettings) -> None:
        self._store = store
        self._clock = clock
        self._fetch = fetch
        self._settings = settings

    def due(self, heard: Callable[[Look], None] = _unheard) -> GatherReport:
        """Look at every feed whose time has come; `heard` is told of each look as it ends."""
        now = self._clock.now()
        looks: list[Look] = []
        while batch := self._claim_due(now):
            looks += asyncio.run(self._look_at_all(batch, heard))
        return GatherReport(tuple(looks))

    def feeds(
        self, feeds: Sequence[Feed], heard: Callable[[Look], None] = _unheard
    ) -> GatherReport:
        """Look at these feeds now, whatever their time and state."""
        looks: list[Look] = []
        for start in range(0, len(feeds), BATCH):
            batch = self._claim(feeds[start : start + BATCH])
            looks += asyncio.run(self._look_at_all(batch, heard))
        return GatherReport(tuple(looks))

    def _claim_due(self, now: datetime) -> list[Feed]:
        until = self._clock.now() + self._patience()
        with self._store.write() as tx:
            return tx.feeds.claim_due(now, BATCH, until)

    def _claim(self, feeds: Sequence[Feed]) -> list[Feed]:
        until = self._clock.now() + self._patience()
        with self._store.write() as tx:
            return tx.feeds.claim([feed.id for feed in feeds], until)

    def _patience(self) -> timedelta:
        """Return the longest that a batch can take; after it the feeds are anybody's again."""
        return self._settings.timeout * (BATCH // AT_ONCE + 1) + SLACK

    async def _look_at_all(
        self, feeds: Sequence[Feed], heard: Callable[[Look], None]
    ) -> list[Look]:
        turns = asyncio.Semaphore(AT_ONCE)
        # A host's own turn comes first: who waits for a slow one keeps no turn from the others.
        hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_HOST))
        # Reading and keeping happen beside the loop, which goes on listening to the network; in
        # one thread, as a database has one writer and an interpreter one hand.
        with Reader() as reader, ThreadPoolExecutor(1, "keeper") as keeper:
            async with self._fetch.session() as session:

                async def look(feed: Feed) -> Look:
                    async with hosts[host_of(feed.url)], turns:
                        done = await self._look_at(feed, session, reader, keeper)
                    heard(done)
                    return done

                ended = await asyncio.gather(*map(look, feeds), return_exceptions=True)
        for one in ended:  # only now, so that a locked database costs one look and not all
            if isinstance(one, BaseException):
                raise one
        return [one for one in ended if isinstance(one, Look)]

    async def _look_at(
        self, feed: Feed, session: Session, reader: Reader, keeper: Executor
    ) -> Look:
        """Ask a feed, read what it says, and write that down."""
        beside = partial(asyncio.get_running_loop().run_in_executor, keeper)
        write = partial(self._fail, feed, "this program failed; its log says how")
        with only_logged(log, "feed.unreadable", feed=feed.id):
            try:
                answer, said = await self._heard(feed, session, reader, beside)
                write = partial(self._keep, feed, answer, said)
            except FeedError as why:
                write = partial(self._fail, feed, why.reason)
        return await beside(write)

    async def _heard(
        self, feed: Feed, session: Session, reader: Reader, beside: Beside
    ) -> tuple[Fetched, ParsedFeed | None]:
        """Return a feed's answer, and what it says when it says something new."""
        answer = await session.get(feed.url, etag=feed.etag, last_modified=feed.last_modified)
        if answer.status != 200:
            return answer, None
        said: ParsedFeed = await beside(self._read, reader, answer)
        if feed.read_pages:
            have = await beside(self._have, feed, said)
            said = await with_pages(
                said,
                have,
                session,
                lambda draft, page: beside(reader.read_page, draft, page, self._clock.now()),
            )
        return answer, said

    def _read(self, reader: Reader, answer: Fetched) -> ParsedFeed:
        return reader.read(
            answer.body,
            url=answer.url,
            content_type=answer.content_type,
            now=self._clock.now(),
        )

    def _have(self, feed: Feed, said: ParsedFeed) -> set[str]:
        """Return which articles need no page: a text is there, or was not for long enough."""
        with self._store.read() as tx:
            since = self._clock.now() - ASK_AGAIN
            return tx.articles.with_text(feed.id, [one.identity for one in said.drafts], since)

    def _keep(self, feed: Feed, answer: Fetched, said: ParsedFeed | None) -> Look:
        """Write what an answer came to."""
        now, interval = self._clock.now(), self._settings.interval
        if said is not None:
            return self._keep_articles(feed, answer, said)
        if answer.status == 304:
            return self._note(pace.unchanged(feed, answer, interval, now), LookStatus.UNCHANGED)
        if answer.status == 410:
            return self._note(pace.gone(feed, now), LookStatus.GONE)
        return self._fail(feed, pace.refusal(answer.status), answer.retry_after)

    def _keep_articles(self, feed: Feed, answer: Fetched, said: ParsedFeed) -> Look:
        now = self._clock.now()
        with self._store.write() as tx:
            new = tx.articles.keep(feed.id, said.drafts, now, self._judge(tx, feed, now))
            first = feed.last_changed_at is None
            gone = [] if first else tx.retractions.by_feed(feed.id, said.drafts, now)
            redraw(tx, [*tx.articles.retold, *gone])
            after = pace.told(feed, answer, said, new, self._settings.interval, now)
            after = _kept(tx, after)
        return _look(after, LookStatus.READ, new)

    def _judge(
        self, tx: Transaction, feed: Feed, now: datetime
    ) -> Callable[[Sequence[Draft]], Mapping[str, ArticleState]]:
        """Return what says of a look's new articles what becomes of them."""

        def judge(fresh: Sequence[Draft]) -> Mapping[str, ArticleState]:
            days = max(1.0, (now - (feed.last_changed_at or now)) / timedelta(days=1))
            expected = tx.articles.usual_a_day(feed.id, now) * days
            states = guards.judge(
                fresh,
                first_look=feed.last_changed_at is None,
                newest=self._settings.first_articles,
                expected=expected,
                now=now,
            )
            held = sum(state is ArticleState.HELD for state in states.values())
            if held:
                log.warning("feed.flood", extra={"feed": feed.id, "held": held})
            return states

        return judge

    def _fail(self, feed: Feed, trouble: str, retry_after: int | None = None) -> Look:
        after = pace.failed(feed, trouble, self._settings.interval, self._clock.now(), retry_after)
        return self._note(after, LookStatus.FAILED)

    def _note(self, after: Feed, status: LookStatus) -> Look:
        with self._store.write() as tx:
            after = _kept(tx, after)
        return _look(after, status)


def _kept(tx: Transaction, after: Feed) -> Feed:
    """Write a look down, and follow a feed that has moved."""
    after = _with_silence(tx, after)
    tx.feeds.keep_look(after)
    if not pace.has_moved(after) or after.moved_to is None:
        return after
    if not tx.feeds.move(after.id, after.moved_to):
        log.warning("feed.moved_onto_another", extra={"feed": after.id, "to": after.moved_to})
        return after
    log.info("feed.moved", extra={"feed": after.id, "to": after.moved_to})
    return replace(after, url=after.moved_to, moved_to=None, moved_seen=0)


def _with_silence(tx: Transaction, after: Feed) -> Feed:
    """Return the feed with a note of its silence, which is told once."""
    looked, changed = after.last_looked_at, after.last_changed_at
    if looked is None or changed is None or after.failures:
        return after
    if changed == looked:
        return replace(after, silent_since=None)
    if after.silent_since is not None or looked - changed <= guards.LEAST_SILENCE:
        return after
    published = tx.retractions.rhythm(after.id)
    if not guards.is_silent(published, looked):
        return after
    log.warning("feed.silent", extra={"feed": after.id, "since": published[0].isoformat()})
    return replace(after, silent_since=published[0])


def _look(after: Feed, status: LookStatus, new: int = 0) -> Look:
    level = logging.WARNING if after.trouble else logging.INFO if new else logging.DEBUG
    fields = {"feed": after.id, "status": status.value, "new": new, "trouble": after.trouble}
    log.log(level, "feed.looked_at", extra=fields)
    return Look(after.id, after.url, after.title, status, new, after.trouble)
