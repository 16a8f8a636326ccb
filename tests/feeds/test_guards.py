"""A feed floods nobody: not when it is added, and not when its site moves."""

import pytest

from mailer.config.settings import FeedSettings
from mailer.feeds.fetch import Fetch
from mailer.feeds.gather import Gather
from mailer.feeds.model import ArticleState
from mailer.store.database import Store
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.feeds.samples import an_item, an_rss
from tests.feeds.test_gather import QUARTER, articles, follow


def states(store: Store) -> dict[ArticleState, int]:
    found = [article.state for article in articles(store)]
    return {state: found.count(state) for state in set(found)}


def items(numbers: range, **parts: str) -> bytes:
    return an_rss(*(an_item(number, **parts) for number in numbers))


@pytest.fixture
def gather(store: Store, clock: StandingClock, settings: FeedSettings) -> Gather:
    return Gather(store, clock, Fetch(settings), settings)


def test_of_a_first_look_only_the_newest_count(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", items(range(50))))

    gather.due()

    assert states(store) == {ArticleState.KEPT: 20, ArticleState.BACKLOG: 30}


def test_suddenly_many_new_ones_are_held(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", items(range(2))))
    gather.due()
    clock.advance(QUARTER)
    server.serve("/feed.xml", items(range(100, 140)))

    gather.due()

    assert states(store) == {ArticleState.KEPT: 2, ArticleState.HELD: 40}


def test_new_ids_at_the_old_addresses_are_no_news(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", items(range(9))))
    gather.due()
    clock.advance(QUARTER)
    renamed = [an_item(number, guid=f"urn:new:{number}") for number in range(9)]
    server.serve("/feed.xml", an_rss(*renamed))

    report = gather.due()

    assert (report.new, len(articles(store))) == (0, 9)
    assert articles(store)[0].identity.startswith("urn:new:")


def test_what_is_released_is_new_for_everybody(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", items(range(3))))
    gather.due()
    with store.write() as tx:
        tx.articles.put([1], ArticleState.HELD)
        watermark = tx.articles.newest_arrival()

    with store.write() as tx:
        assert tx.articles.put([1], ArticleState.KEPT) == 1
        assert tx.articles.by_ids([1])[0].arrival > watermark
