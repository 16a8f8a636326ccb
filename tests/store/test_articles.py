"""Articles in the store."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from mailer.feeds.model import Article, Draft
from mailer.store.database import Store
from tests.conftest import add_newsletter
from tests.feeds.samples import a_draft

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture
def feed_id(both_stores: Store) -> int:
    with both_stores.write() as tx:
        return tx.feeds.add("https://harbour.example/feed.xml", NOW).id


def keep(store: Store, feed_id: int, *drafts: Draft, now: datetime = NOW) -> int:
    with store.write() as tx:
        return tx.articles.keep(feed_id, drafts, now)


def newest(store: Store) -> int:
    with store.read() as tx:
        return tx.articles.newest_arrival()


def everything(store: Store, feed_id: int) -> list[Article]:
    """Return all articles of a feed, by way of a newsletter that draws from it."""
    newsletter = add_newsletter(store)
    with store.write() as tx:
        tx.newsletters.add_source(newsletter.id, feed_id, "News")
        return tx.articles.window(newsletter.id, 0, tx.articles.newest_arrival())


def test_an_article_comes_back_as_it_went_in(both_stores: Store, feed_id: int) -> None:
    draft = a_draft(
        image_url="https://harbour.example/1.jpg",
        image_alt="A ferry",
        image_credit="Tomas Reed",
        original_url="https://post.example/1",
        original_publisher="Island Post",
        words=412,
        topics=("Islands", "Trade & ünïon"),
    )

    assert keep(both_stores, feed_id, draft) == 1

    [article] = everything(both_stores, feed_id)
    assert (article.arrival, article.feed_id, article.seen_at) == (1, feed_id, NOW)
    assert {name: getattr(article, name) for name in Draft.__slots__} == {
        name: getattr(draft, name) for name in Draft.__slots__
    }


def test_an_article_without_a_date_counts_as_published_when_it_was_seen(
    both_stores: Store, feed_id: int
) -> None:
    keep(both_stores, feed_id, a_draft(published_at=None))
    keep(both_stores, feed_id, a_draft(published_at=None), now=NOW + timedelta(hours=1))

    [article] = everything(both_stores, feed_id)
    assert article.published_at == NOW


def test_an_article_seen_again_is_not_new(both_stores: Store, feed_id: int) -> None:
    keep(both_stores, feed_id, a_draft())

    assert keep(both_stores, feed_id, a_draft(), now=NOW + timedelta(hours=1)) == 0
    assert newest(both_stores) == 1


def test_a_changed_article_is_refreshed_in_its_place(both_stores: Store, feed_id: int) -> None:
    keep(both_stores, feed_id, a_draft(), a_draft("https://harbour.example/2"))
    [before, _] = everything(both_stores, feed_id)

    changed = a_draft(before.identity, title="Ferries do not sail", topics=("Strike",))
    assert keep(both_stores, feed_id, changed, now=NOW + timedelta(hours=1)) == 0

    with both_stores.read() as tx:
        [after] = tx.articles.by_ids([before.id])
    now = NOW + timedelta(hours=1)
    title = "Ferries do not sail"
    assert after == replace(before, title=title, topics=("Strike",), changed_at=now)


def test_numbers_are_given_to_new_articles_alone(both_stores: Store, feed_id: int) -> None:
    keep(both_stores, feed_id, a_draft("a"), a_draft("b"))
    keep(both_stores, feed_id, a_draft("a"), a_draft("c"), a_draft("b"))

    articles = everything(both_stores, feed_id)
    assert [(article.identity, article.arrival) for article in articles][2:] == [("c", 3)]
    assert newest(both_stores) == 3


def test_within_one_look_arrival_follows_publication(both_stores: Store, feed_id: int) -> None:
    hour = timedelta(hours=1)
    drafts = [
        a_draft("undated", published_at=None),
        a_draft("newer", published_at=NOW - hour),
        a_draft("older", published_at=NOW - 2 * hour),
    ]

    keep(both_stores, feed_id, *drafts)

    told = [article.identity for article in everything(both_stores, feed_id)]
    assert told == ["older", "newer", "undated"]


def test_one_identity_told_twice_in_a_document_is_one_article(
    both_stores: Store, feed_id: int
) -> None:
    first, second = a_draft("a", title="First"), a_draft("a", title="Second")

    assert keep(both_stores, feed_id, first, second) == 1

    [article] = everything(both_stores, feed_id)
    assert article.title == "First"


def test_two_feeds_may_use_the_same_identity(both_stores: Store, feed_id: int) -> None:
    with both_stores.write() as tx:
        other = tx.feeds.add("https://island.example/feed.xml", NOW).id

    assert keep(both_stores, feed_id, a_draft("1")) == 1
    assert keep(both_stores, other, a_draft("1")) == 1
    assert newest(both_stores) == 2


def test_nothing_told_is_nothing_kept(both_stores: Store, feed_id: int) -> None:
    assert keep(both_stores, feed_id) == 0
    assert newest(both_stores) == 0


def test_a_window_is_open_below_and_closed_above(both_stores: Store, feed_id: int) -> None:
    keep(both_stores, feed_id, *(a_draft(str(number)) for number in range(5)))
    newsletter = add_newsletter(both_stores)

    with both_stores.write() as tx:
        tx.newsletters.add_source(newsletter.id, feed_id, "News")
        window = tx.articles.window(newsletter.id, 1, 3)

    assert [article.arrival for article in window] == [2, 3]


def test_a_window_shows_the_newsletters_own_sources_alone(both_stores: Store, feed_id: int) -> None:
    newsletter = add_newsletter(both_stores)
    keep(both_stores, feed_id, a_draft())

    with both_stores.read() as tx:
        assert tx.articles.window(newsletter.id, 0, 10) == []


def test_what_is_undone_leaves_no_gap(both_stores: Store, feed_id: int) -> None:
    with pytest.raises(RuntimeError), both_stores.write() as tx:  # noqa: PT012 - the error rolls back
        tx.articles.keep(feed_id, [a_draft("lost")], NOW)
        raise RuntimeError("the disk fell off")

    keep(both_stores, feed_id, a_draft("kept"))

    assert [article.arrival for article in everything(both_stores, feed_id)] == [1]


def test_two_gatherers_of_one_feed_keep_each_article_once(both_stores: Store, feed_id: int) -> None:
    drafts = [a_draft(str(number)) for number in range(20)]
    both_ready = Barrier(2)

    def gather(_: int) -> int:
        both_ready.wait(timeout=30)
        return keep(both_stores, feed_id, *drafts)

    with ThreadPoolExecutor(2) as threads:
        counts = list(threads.map(gather, range(2)))

    assert sorted(counts) == [0, 20]
    arrivals = [article.arrival for article in everything(both_stores, feed_id)]
    assert arrivals == list(range(1, 21))
