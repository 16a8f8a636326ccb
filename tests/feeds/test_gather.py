"""From feeds on the web to articles in the store."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailer.config.settings import FeedSettings
from mailer.errors import StoreError
from mailer.feeds.fetch import Fetch
from mailer.feeds.gather import AT_ONCE, Gather
from mailer.feeds.model import Article, Feed, FeedState, GatherReport, Look, LookStatus
from mailer.store.database import Store
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import Answer, FeedServer, Request
from tests.feeds.samples import an_item, an_rss

QUARTER = timedelta(minutes=15)
FEED_FILE = Path(__file__).parents[1] / "data" / "feeds" / "harbour-post.xml"


@pytest.fixture
def gather(store: Store, clock: StandingClock, settings: FeedSettings) -> Gather:
    return Gather(store, clock, Fetch(settings), settings)


def follow(store: Store, clock: StandingClock, url: str) -> Feed:
    with store.write() as tx:
        return tx.feeds.add(url, clock.now())


def the_feed(store: Store) -> Feed:
    with store.read() as tx:
        [feed] = tx.feeds.all()
        return feed


def articles(store: Store) -> list[Article]:
    with store.read() as tx:
        return tx.articles.by_ids(range(1, 1000))


def outcome(report: GatherReport) -> list[tuple[LookStatus, int]]:
    return [(look.status, look.new) for look in report.looks]


def test_a_feed_that_is_due_is_read_and_its_articles_are_kept(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    url = server.serve("/feed.xml", an_rss(an_item(1), an_item(2)), etag='"one"')
    feed = follow(store, clock, url)

    report = gather.due()

    assert report.looks == (Look(feed.id, url, "Harbour Post", LookStatus.READ, 2, None),)
    assert (report.new, report.failed) == (2, 0)
    assert [article.title for article in articles(store)] == ["Story 2", "Story 1"]
    assert the_feed(store) == replace(
        feed,
        title="Harbour Post",
        site_url="https://harbour.example/",
        etag='"one"',
        next_look_at=clock.now() + QUARTER,
        last_looked_at=clock.now(),
        last_changed_at=clock.now(),
    )


def test_a_feed_is_left_alone_until_its_time_comes(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", an_rss(), etag='"one"'))
    gather.due()

    assert gather.due().looks == ()
    clock.advance(QUARTER)
    assert outcome(gather.due()) == [(LookStatus.UNCHANGED, 0)]
    assert server.requests[1].headers["if-none-match"] == '"one"'


def test_an_operator_looks_whatever_the_time(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    feed = follow(store, clock, server.serve("/feed.xml", an_rss()))
    gather.due()

    assert outcome(gather.feeds([feed])) == [(LookStatus.READ, 0)]


def test_an_article_told_again_is_refreshed_and_not_new(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", an_rss(an_item(1))))
    gather.due()
    [before] = articles(store)

    server.serve("/feed.xml", an_rss(an_item(2), an_item(1, title="Corrected")))
    clock.advance(QUARTER)

    assert outcome(gather.due()) == [(LookStatus.READ, 1)]
    after, new = articles(store)
    assert after == replace(before, title="Corrected", changed_at=clock.now())
    assert new.arrival > before.arrival


def test_one_broken_feed_costs_the_others_nothing(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    documents: dict[str, str | bytes] = {
        "/html": "<!doctype html><title>Hello</title>",
        "/good": an_rss(),
        "/binary": b"\x89PNG\r\n\x1a\n",
        "/empty": b"",
        "/broken": b"<rss version='2.0'><channel>",
    }
    for path, body in documents.items():
        follow(store, clock, server.serve(path, body))
    follow(store, clock, server.url("/missing"))

    report = gather.due()

    assert (report.new, report.failed) == (1, 5)
    told = {look.url.rpartition("/")[2]: look.trouble or "" for look in report.looks}
    assert told["good"] == ""
    assert "web page" in told["html"]
    assert "PNG" in told["binary"]
    assert "empty" in told["empty"]
    assert "broken" in told["broken"]
    assert "404" in told["missing"]


def test_trouble_is_written_on_the_feed_and_wiped_when_it_is_over(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.url("/feed.xml"))
    gather.due()
    feed = the_feed(store)
    assert (feed.failures, feed.trouble) == (
        1,
        "the server answered 404: there is nothing at this address",
    )

    server.serve("/feed.xml", an_rss())
    clock.advance(QUARTER)
    gather.due()

    feed = the_feed(store)
    assert (feed.failures, feed.trouble) == (0, None)


def test_a_broken_document_does_not_become_the_known_one(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", an_rss(), etag='"good"'))
    gather.due()
    server.serve("/feed.xml", "<html>down for repair</html>", etag='"broken"')
    clock.advance(QUARTER)

    assert outcome(gather.due()) == [(LookStatus.FAILED, 0)]
    assert the_feed(store).etag == '"good"'
    assert len(articles(store)) == 1


def test_a_feed_that_is_gone_is_not_asked_again_by_itself(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    feed = follow(store, clock, server.serve("/feed.xml", status=410))

    assert outcome(gather.due()) == [(LookStatus.GONE, 0)]
    assert the_feed(store).state is FeedState.GONE
    clock.advance(timedelta(days=30))
    assert gather.due().looks == ()

    server.serve("/feed.xml", an_rss())
    assert outcome(gather.feeds([feed])) == [(LookStatus.READ, 1)]
    assert the_feed(store).state is FeedState.ACTIVE


def test_a_server_that_asks_for_silence_gets_it(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", status=429, headers={"Retry-After": "7200"}))

    gather.due()

    feed = the_feed(store)
    assert feed.next_look_at == clock.now() + timedelta(hours=2)
    assert feed.trouble == "the server answered 429: we asked too often"


def test_a_feed_in_our_own_network_is_refused_unless_allowed(
    store: Store, clock: StandingClock, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", an_rss()))
    strict = FeedSettings()

    [look] = Gather(store, clock, Fetch(strict), strict).due().looks

    assert look.status is LookStatus.FAILED
    assert "feeds.allow_networks" in (look.trouble or "")
    assert server.requests == []


def test_a_body_that_is_a_path_opens_no_file(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", str(FEED_FILE)))

    [look] = gather.due().looks

    assert look.trouble == "this is neither RSS, Atom nor JSON Feed"
    assert articles(store) == []


def test_hundreds_of_feeds_are_each_looked_at_once(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    urls = {server.serve(f"/{number}", an_rss(an_item(number))) for number in range(150)}
    for url in urls:
        follow(store, clock, url)
    heard: list[str] = []

    report = gather.due(lambda look: heard.append(look.url))

    assert set(heard) == urls
    assert (len(report.looks), report.new, report.failed) == (150, 150, 0)
    assert len(server.requests) == 150


class Waiting(FeedServer):
    """A server that answers nobody before another one was asked."""

    def __init__(self, other: FeedServer) -> None:
        super().__init__()
        self._other = other

    def answer(self, request: Request) -> Answer:
        self._other.wait_for_request()
        return super().answer(request)


def test_a_host_that_keeps_many_feeds_waiting_keeps_those_of_others_from_nothing(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    with Waiting(server) as slow:
        urls = [slow.serve(f"/{number}", an_rss(an_item(number))) for number in range(AT_ONCE)]
        server.serve("/feed.xml", an_rss())
        for url in (*urls, server.url("/feed.xml", "localhost")):
            follow(store, clock, url)

        report = gather.due()

    assert (len(report.looks), report.failed) == (AT_ONCE + 1, 0)


def test_characters_that_no_database_takes_are_gone_before_they_get_there(
    both_stores: Store, clock: StandingClock, settings: FeedSettings, server: FeedServer
) -> None:
    dirty = "a\x00\ud800\ue000b"
    item = {"id": dirty, "url": "/1", "title": dirty, "content_html": dirty, "tags": [dirty]}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": dirty, "items": [item]}
    follow(both_stores, clock, server.serve("/feed.json", json.dumps(feed)))

    report = Gather(both_stores, clock, Fetch(settings), settings).due()

    assert (report.new, report.failed) == (1, 0)
    [article] = articles(both_stores)
    assert (article.identity, article.title, article.html) == ("ab", "ab", "ab")
    assert the_feed(both_stores).title == "ab"


def test_two_gatherers_share_the_feeds_and_ask_each_once(
    both_stores: Store, clock: StandingClock, settings: FeedSettings, server: FeedServer
) -> None:
    for number in range(40):
        follow(both_stores, clock, server.serve(f"/{number}", an_rss(an_item(number))))

    def gather(_: int) -> GatherReport:
        return Gather(both_stores, clock, Fetch(settings), settings).due()

    with ThreadPoolExecutor(2) as threads:
        reports = list(threads.map(gather, range(2)))

    assert sum(len(report.looks) for report in reports) == 40
    assert sum(report.new for report in reports) == 40
    assert len({request.path for request in server.requests}) == len(server.requests) == 40


def test_an_error_in_one_look_is_told_after_the_others_are_kept(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", an_rss(), etag='"one"'))

    follow(store, clock, server.serve("/other.xml", an_rss()))

    def stumble(look: Look) -> None:
        if look.url.endswith("/feed.xml"):
            raise StoreError("the database is locked by another program", temporary=True)

    with pytest.raises(StoreError, match="locked"):
        gather.due(stumble)

    assert len(articles(store)) == 2


def test_a_feed_that_is_sent_on_for_good_is_followed_after_three_sightings(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    new = server.serve("/new.xml", an_rss())
    old = server.redirect("/old.xml", new, status=308)
    follow(store, clock, old)

    addresses = []
    for _ in range(3):
        gather.due()
        addresses.append(the_feed(store).url)
        clock.advance(QUARTER)

    assert addresses == [old, old, new]
    assert (the_feed(store).moved_to, the_feed(store).moved_seen) == (None, 0)


def test_a_feed_that_is_sent_on_to_another_one_stays_where_it_is(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    new = server.serve("/new.xml", an_rss())
    old = server.redirect("/old.xml", new, status=301)
    for url in (old, new):
        follow(store, clock, url)

    for _ in range(4):
        gather.due()
        clock.advance(QUARTER)

    with store.read() as tx:
        assert [feed.url for feed in tx.feeds.all()] == [old, new]
