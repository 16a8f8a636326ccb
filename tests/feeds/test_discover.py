"""The feeds of a site, from the address that a person knows."""

import pytest

from mailer.config.settings import FeedSettings
from mailer.errors import FetchError
from mailer.feeds.discover import Discover, Found, named_feeds
from mailer.feeds.fetch import Fetch
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.feeds.samples import an_rss

PAGE = """<!doctype html><title>Post</title>
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="alternate" type="application/rss+xml" title="Post" href="/feed/">
<link rel="alternate" hreflang="de" href="/de/">"""


@pytest.fixture
def discover(settings: FeedSettings, clock: StandingClock) -> Discover:
    return Discover(Fetch(settings), clock)


def test_a_page_names_its_feeds_and_those_of_comments_come_last() -> None:
    assert list(named_feeds(PAGE.encode(), "https://post.example/")) == [
        "https://post.example/feed/",
        "https://post.example/comments/feed/",
    ]


def test_a_page_that_is_made_to_keep_us_busy_names_its_feeds_at_once() -> None:
    busy = f"{PAGE}<body>{'<div>' * 200_000}"

    assert len(list(named_feeds(busy.encode(), "https://post.example/"))) == 2


def test_the_feeds_that_a_site_names_are_found(server: FeedServer, discover: Discover) -> None:
    server.serve("/feed/", an_rss())

    found = discover.feeds(server.serve("/", PAGE, content_type="text/html"))

    assert found == [Found(server.url("/feed/"), "Harbour Post", 1)]


def test_a_site_that_names_none_is_asked_where_feeds_usually_are(
    server: FeedServer, discover: Discover
) -> None:
    server.serve("/atom.xml", an_rss())

    found = discover.feeds(server.serve("/blog/post", "<p>words", content_type="text/html"))

    assert [one.url for one in found] == [server.url("/atom.xml")]


def test_the_address_of_a_feed_is_that_feed(server: FeedServer, discover: Discover) -> None:
    url = server.serve("/feed.xml", an_rss())

    assert [one.url for one in discover.feeds(url)] == [url]


def test_a_site_that_does_not_answer_is_an_error(server: FeedServer, discover: Discover) -> None:
    with pytest.raises(FetchError, match="404"):
        discover.feeds(server.url("/nowhere"))
