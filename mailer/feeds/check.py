"""What a look at a feed would find, without keeping anything."""

import asyncio
from dataclasses import dataclass

from mailer.clock import Clock
from mailer.errors import FeedError, NotFound
from mailer.feeds.article_page import lacks_text
from mailer.feeds.fetch import Fetch
from mailer.feeds.model import Draft, Feed, Fetched, ParsedFeed
from mailer.feeds.pace import refusal
from mailer.feeds.pages import with_pages
from mailer.feeds.reader import Reader
from mailer.store.database import Store


@dataclass(frozen=True, slots=True)
class Findings:
    """What one address gave."""

    url: str  # after redirects
    status: int | None  # None: there was no answer
    trouble: str | None  # for a person; None when it is a feed
    known: bool  # whether some newsletter may draw from it already
    moved_to: str | None  # where it says it is for good
    conditional: bool  # whether it can say that nothing has changed
    max_age: int | None  # seconds
    title: str = ""
    language: str | None = None
    new: int = 0  # articles that are not kept yet
    without_date: int = 0
    without_text: int = 0
    articles: tuple[Draft, ...] = ()


class Check:
    """A look whose end is told and not kept."""

    def __init__(self, store: Store, clock: Clock, fetch: Fetch) -> None:
        self._store = store
        self._clock = clock
        self._fetch = fetch

    def feed(self, url: str, *, read_pages: bool | None = None) -> Findings:
        """Return what the address gives now.

        Pages are read as the feed is set to, or as `read_pages` says; never more than one look
        would ask for.
        """
        feed = self._known(url)
        pages = (feed is not None and feed.read_pages) if read_pages is None else read_pages
        try:
            answer, said = asyncio.run(self._look(url, pages=pages))
        except FeedError as why:
            return Findings(url, None, why.reason, feed is not None, None, False, None)
        return self._found(feed, answer, said)

    def _known(self, url: str) -> Feed | None:
        with self._store.read() as tx:
            try:
                return tx.feeds.by_url(url)
            except NotFound:
                return None

    async def _look(self, url: str, *, pages: bool) -> tuple[Fetched, ParsedFeed | str]:
        """Return the answer, and what it says, or why that is nothing."""
        with Reader() as reader:
            async with self._fetch.session() as session:
                answer = await session.get(url)
                if answer.status != 200:
                    return answer, refusal(answer.status)
                try:
                    said = reader.read(
                        answer.body,
                        url=answer.url,
                        content_type=answer.content_type,
                        now=self._clock.now(),
                    )
                except FeedError as why:
                    return answer, why.reason

                async def complete(draft: Draft, page: Fetched) -> Draft:
                    return reader.read_page(draft, page, self._clock.now())

                return answer, await with_pages(said, (), session, complete) if pages else said

    def _found(self, feed: Feed | None, answer: Fetched, said: ParsedFeed | str) -> Findings:
        trouble = said if isinstance(said, str) else None
        told = ParsedFeed("", None, None, ()) if isinstance(said, str) else said
        new = len(told.drafts)
        if feed is not None:
            with self._store.read() as tx:
                new = tx.articles.unknown(feed.id, told.drafts)
        return Findings(
            url=answer.url,
            status=answer.status,
            trouble=trouble,
            known=feed is not None,
            moved_to=answer.moved_to,
            conditional=answer.etag is not None or answer.last_modified is not None,
            max_age=answer.max_age,
            title=told.title,
            language=told.language,
            new=new,
            without_date=sum(one.published_at is None for one in told.drafts),
            without_text=sum(map(lacks_text, told.drafts)),
            articles=told.drafts,
        )
