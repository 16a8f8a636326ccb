"""A feed floods nobody: not when it is added, and not when its site moves."""

from datetime import UTC, datetime, timedelta

import pytest

from mailer.config.settings import FeedSettings
from mailer.feeds import guards
from mailer.feeds.fetch import Fetch
from mailer.feeds.gather import Gather
from mailer.feeds.model import ArticleState, Draft
from mailer.store.database import Store
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.feeds.samples import a_draft, an_item, an_rss
from tests.feeds.test_gather import QUARTER, articles, follow, the_feed

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


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


def told_hourly(*hours: int) -> list[datetime]:
    return [NOON - HOUR * hour for hour in hours]


def test_a_feed_is_silent_when_it_says_nothing_for_unusually_long() -> None:
    hourly, daily = told_hourly(*range(50, 90)), told_hourly(*range(50, 400, 24))

    assert guards.is_silent(hourly, NOON)
    assert not guards.is_silent(daily, NOON)
    assert guards.is_silent(daily, NOON + timedelta(days=3))
    assert not guards.is_silent(hourly[:3], NOON), "too little is known of it"


def test_silence_is_noted_once_and_ends_with_the_next_article(
    store: Store,
    clock: StandingClock,
    gather: Gather,
    server: FeedServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hours = range(1, 9)
    told = [an_item(n, pubDate=f"Mon, 23 Nov 2026 0{n}:00:00 GMT") for n in hours]
    follow(store, clock, server.serve("/feed.xml", an_rss(*told), etag='"one"'))
    for _ in range(4):
        gather.due()
        clock.advance(timedelta(days=1))

    assert the_feed(store).silent_since == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert [one.getMessage() for one in caplog.records].count("feed.silent") == 1

    server.serve("/feed.xml", an_rss(an_item(99)), etag='"two"')
    gather.due()
    assert the_feed(store).silent_since is None


def known(*numbers: int) -> list[guards.Known]:
    return [guards.Known(n, f"story-{n}", NOON - HOUR * n) for n in numbers]


def drafts(*numbers: int) -> list[Draft]:
    return [a_draft(f"story-{n}", published_at=NOON - HOUR * n) for n in numbers]


def test_what_is_missing_from_the_middle_of_a_feed_was_taken_back() -> None:
    assert guards.taken_back(known(1, 2, 3, 4), drafts(1, 3, 4, 5)) == [2]


def test_what_was_pushed_out_at_the_end_is_only_old() -> None:
    assert guards.taken_back(known(1, 2, 3, 4), drafts(0, 1, 2)) == []
    assert guards.taken_back(known(1, 2, 3, 4), drafts(0, 1, 2, 500)) == [], "one is pinned"


def test_of_a_feed_that_is_sorted_otherwise_nothing_can_be_said() -> None:
    assert guards.taken_back(known(1, 2, 3, 4), drafts(5, 1, 9, 3, 8, 4)) == []


def test_a_feed_that_lost_most_of_what_it_had_is_broken() -> None:
    assert guards.taken_back(known(*range(1, 9)), drafts(1, 20, 21)) == []


def test_an_article_that_was_taken_back_is_put_away_and_may_come_again(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    told = [an_item(n, pubDate=f"Mon, 23 Nov 2026 0{n}:00:00 GMT") for n in range(5, 0, -1)]
    follow(store, clock, server.serve("/feed.xml", an_rss(*told)))
    gather.due()
    clock.advance(QUARTER)
    server.serve("/feed.xml", an_rss(*told[:1], *told[2:]))
    gather.due()
    assert states(store) == {ArticleState.KEPT: 4, ArticleState.GONE: 1}

    clock.advance(QUARTER)
    server.serve("/feed.xml", an_rss(*told))
    gather.due()

    assert states(store) == {ArticleState.KEPT: 5}


LONG = "Sailings between the islands resume on Wednesday under an agreement of two years that {}."


def test_a_site_that_moved_and_renamed_everything_brings_no_news(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    words = {
        n: LONG.format(f"number {n} of the ministers called a relief for all") for n in range(30)
    }
    old = [an_item(n, description=text) for n, text in words.items()]
    new = [
        an_item(n, description=text, guid=f"new-{n}", link=f"https://new.example/{n}.html")
        for n, text in words.items()
    ]
    follow(store, clock, server.serve("/feed.xml", an_rss(*old)))
    gather.due()
    clock.advance(QUARTER)
    server.serve("/feed.xml", an_rss(*new))

    report = gather.due()

    assert (report.new, len(articles(store))) == (0, 30)
    assert {one.url.rpartition("/")[0] for one in articles(store)} == {"https://new.example"}


def test_a_new_id_at_another_spelling_of_the_address_is_no_news(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    follow(store, clock, server.serve("/feed.xml", an_rss(an_item(1))))
    gather.due()
    clock.advance(QUARTER)
    link = "http://m.harbour.example/1/?utm_source=rss"
    server.serve("/feed.xml", an_rss(an_item(1, guid="new", link=link)))

    assert (gather.due().new, len(articles(store))) == (0, 1)


def test_what_is_the_same_each_week_is_news_each_week(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    text = LONG.format("the readers of this page may talk about in an open thread")
    monday = an_item(1, description=text)
    follow(store, clock, server.serve("/feed.xml", an_rss(monday)))
    gather.due()
    clock.advance(timedelta(days=7))
    again = an_item(2, title="Story 1", description=text, pubDate="Mon, 30 Nov 2026 18:00:00 GMT")
    server.serve("/feed.xml", an_rss(again))

    assert gather.due().new == 1


def test_other_markup_of_the_same_words_is_no_other_telling(
    store: Store, clock: StandingClock, gather: Gather, server: FeedServer
) -> None:
    words = LONG.format("the ministers called a relief for all who live there")
    told = [f"&lt;p&gt;{words}&lt;/p&gt;", f"&lt;div&gt;&lt;p&gt;{words}&lt;/p&gt;&lt;/div&gt;"]
    follow(store, clock, server.serve("/feed.xml", an_rss(an_item(1, description=told[0]))))
    gather.due()
    clock.advance(QUARTER)
    server.serve("/feed.xml", an_rss(an_item(1, description=told[1])))
    gather.due()

    assert articles(store)[0].changed_at is None
