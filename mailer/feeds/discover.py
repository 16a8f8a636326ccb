"""The feeds of a site, found from the address that a person knows."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from mailer.clock import Clock
from mailer.errors import FeedError, FetchError
from mailer.feeds.charset import decoded
from mailer.feeds.fetch import Fetch, Session
from mailer.feeds.pace import refusal
from mailer.feeds.reader import Reader
from mailer.feeds.text import bounded, one_line, without_programs
from mailer.feeds.urls import web_url

FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
}
# Where programs put their feeds, WordPress first: it makes four of ten sites.
USUAL = (
    "feed/", "?feed=rss2", "feed.xml", "rss.xml", "atom.xml", "index.xml", "feed.json", "rss",
    "feed", "feeds/posts/default", "blog/feed/", "news-sitemap.xml",
)  # fmt: skip
MOST_LINKS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A feed, and what is in it."""

    url: str
    title: str
    articles: int


class Discover:
    """Looks where a site says its feeds are, and where feeds usually are."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock

    def feeds(self, url: str) -> list[Found]:
        """Return the feeds of the site at `url`, those it names itself first.

        Raises FetchError when the site does not answer.
        """
        return asyncio.run(self._feeds(url))

    async def _feeds(self, url: str) -> list[Found]:
        with Reader() as reader:
            async with self._fetch.session() as session:
                page = await session.get(url)
                if page.status != 200:
                    raise FetchError(url, refusal(page.status))
                with suppress(FeedError):
                    return [self._read(reader, page.url, page.body)]
                named = list(named_feeds(page.body, page.url))
                return await self._those_of(named, session, reader) or await self._those_of(
                    [urljoin(urljoin(page.url, "/"), path) for path in USUAL], session, reader
                )

    async def _those_of(self, places: list[str], session: Session, reader: Reader) -> list[Found]:
        answers = await asyncio.gather(*map(session.get, places), return_exceptions=True)
        found: dict[str, Found] = {}
        for answer in answers:
            if isinstance(answer, BaseException) or answer.status != 200:
                continue
            with suppress(FeedError):
                found.setdefault(answer.url, self._read(reader, answer.url, answer.body))
        return list(found.values())

    def _read(self, reader: Reader, url: str, body: bytes) -> Found:
        said = reader.read(body, url=url, now=self._clock.now())
        return Found(url, said.title, len(said.drafts))


def named_feeds(body: bytes, base: str) -> Iterator[str]:
    """Yield the addresses in a page's `<link rel=alternate>`, each once, those of comments last."""
    head, _, _ = decoded(body).partition("<body")
    tree = LexborHTMLParser(bounded(without_programs(head)))
    told: dict[str, str] = {}
    for link in tree.css("link[rel~=alternate][href]"):
        kind = (link.attributes.get("type") or "").partition(";")[0].strip().lower()
        address = web_url(link.attributes.get("href"), base)
        if kind in FEED_TYPES and address is not None:
            told.setdefault(address, one_line(link.attributes.get("title") or ""))
    comments = ("comment", "kommentar", "comentario")
    yield from sorted(
        list(told)[:MOST_LINKS],
        key=lambda url: any(word in f"{url} {told[url]}".casefold() for word in comments),
    )
