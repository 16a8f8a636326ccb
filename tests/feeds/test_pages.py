"""Pages asked for where a feed gives headlines alone, when its owner wants that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailer.config.settings import FeedSettings
from mailer.feeds.fetch import Fetch
from mailer.feeds.gather import Gather
from mailer.feeds.model import Article
from mailer.store.database import Store
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.feeds.samples import an_item, an_rss
from tests.feeds.test_article_page import FIRST, TEXT


@pytest.fixture
def gather(store: Store, clock: StandingClock, settings: FeedSettings) -> Gather:
    return Gather(store, clock, Fetch(settings), settings)


def headline(server: FeedServer, path: str, **parts: str) -> str:
    return an_item(1, link=server.url(path), description="", guid=path, **parts)


def follow(store: Store, clock: StandingClock, url: str, *, pages: bool = True) -> None:
    with store.write() as tx:
        tx.feeds.configure(replace(tx.feeds.add(url, clock.now()), read_pages=pages))


def articles(store: Store) -> list[Article]:
    with store.read() as tx:
        return tx.articles.by_ids(range(1, 100))


def asked(server: FeedServer, path: str) -> int:
    return sum(request.path == path for request in server.requests)


def page(server: FeedServer, path: str = "/a", status: int = 200) -> None:
    body = f"<html><body><article>{TEXT}</article></body></html>"
    server.serve(path, body, content_type="text/html", status=status)


def test_a_headline_gets_the_text_of_its_page(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    page(server)
    follow(store, clock, server.serve("/f", an_rss(headline(server, "/a"))))

    gather.due()

    [article] = articles(store)
    assert article.summary.startswith(FIRST)
    assert article.words == 28


def test_nobody_asks_for_pages_of_a_feed_that_was_not_set_so(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    page(server)
    follow(store, clock, server.serve("/f", an_rss(headline(server, "/a"))), pages=False)

    gather.due()

    assert asked(server, "/a") == 0
    assert articles(store)[0].summary == ""


def test_an_article_with_a_text_needs_no_page(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    item = an_item(1, link=server.url("/a"), description=FIRST)
    follow(store, clock, server.serve("/f", an_rss(item)))

    gather.due()

    assert asked(server, "/a") == 0


def test_a_page_is_asked_for_once_and_its_text_stays(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    page(server)
    follow(store, clock, server.serve("/f", an_rss(headline(server, "/a"))))
    gather.due()
    before = articles(store)
    clock.advance(timedelta(minutes=20))

    gather.due()

    assert asked(server, "/a") == 1
    assert articles(store) == before


def test_a_page_that_does_not_come_is_asked_for_again_for_an_hour(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    page(server, status=503)
    follow(store, clock, server.serve("/f", an_rss(headline(server, "/a"))))
    for _ in range(7):
        gather.due()
        clock.advance(timedelta(minutes=20))

    assert asked(server, "/a") == 4
    assert articles(store)[0].title == "Story 1"


def test_a_page_that_came_late_gives_its_text_then(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/f", an_rss(headline(server, "/a"))))
    gather.due()
    page(server)
    clock.advance(timedelta(minutes=20))

    gather.due()

    assert articles(store)[0].summary.startswith(FIRST)


def test_pages_are_behind_the_guard(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    item = an_item(1, link="http://[::1]:9/secret", description="")
    server.redirect("/away", "http://[::1]:9/secret")
    feed = an_rss(item, headline(server, "/away"), headline(server, "/a"))
    page(server)
    follow(store, clock, server.serve("/f", feed))

    gather.due()

    assert [bool(article.summary) for article in articles(store)] == [True, False, False]


def test_at_most_thirty_pages_are_asked_for_at_a_look(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    items = [headline(server, f"/{number}") for number in range(40)]
    follow(store, clock, server.serve("/f", an_rss(*items)))

    gather.due()

    assert len(server.requests) == 31
