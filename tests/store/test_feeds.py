"""Feeds in the store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailer.errors import Conflict, NotFound
from mailer.feeds.model import Feed, FeedState
from mailer.store.database import Store

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
URL = "https://harbour.example/feed.xml"


def add_feed(store: Store, url: str = URL, **changes: object) -> Feed:
    with store.write() as tx:
        kept = tx.feeds.add(url, NOW)
        tx.feeds.keep_look(replace(kept, **changes))  # type: ignore[arg-type]  # named by the test
        return tx.feeds.by_url(url)


def claim(store: Store, limit: int = 10, now: datetime = NOW) -> list[str]:
    with store.write() as tx:
        return [feed.url for feed in tx.feeds.claim_due(now, limit, until=LATER)]


def test_a_new_feed_is_due_at_once_and_without_trouble(both_stores: Store) -> None:
    feed = add_feed(both_stores)

    assert (feed.url, feed.title, feed.state) == (URL, "", FeedState.ACTIVE)
    assert (feed.next_look_at, feed.failures, feed.trouble) == (NOW, 0, None)
    assert claim(both_stores) == [URL]


def test_an_address_is_kept_once(both_stores: Store) -> None:
    add_feed(both_stores)

    with pytest.raises(Conflict, match="there is a feed https://harbour"):
        add_feed(both_stores)


def test_an_unknown_feed_is_named_in_the_error(both_stores: Store) -> None:
    with both_stores.read() as tx:
        with pytest.raises(NotFound, match=r"no feed https://nowhere\.example"):
            tx.feeds.by_url("https://nowhere.example")
        with pytest.raises(NotFound, match="no feed 99"):
            tx.feeds.by_id(99)


def test_what_a_look_came_to_comes_back_as_it_went_in(both_stores: Store) -> None:
    feed = add_feed(
        both_stores,
        title="Harbour Post",
        site_url="https://harbour.example/",
        etag='W/"abc"',
        last_modified="Mon, 23 Nov 2026 18:00:00 GMT",
        next_look_at=LATER,
        last_looked_at=NOW,
        last_changed_at=NOW,
        failures=3,
        trouble="the server answered 500",
    )

    with both_stores.read() as tx:
        assert tx.feeds.by_id(feed.id) == feed
        assert tx.feeds.by_ids([feed.id, 99]) == [feed]
        assert feed.etag == 'W/"abc"'
        assert feed.trouble == "the server answered 500"


def test_what_one_gatherer_claimed_the_next_does_not_get(both_stores: Store) -> None:
    add_feed(both_stores)

    assert claim(both_stores) == [URL]
    assert claim(both_stores) == []


def test_a_claim_that_was_never_finished_is_free_again_later(both_stores: Store) -> None:
    add_feed(both_stores)
    claim(both_stores)

    assert claim(both_stores, now=LATER) == [URL]


def test_the_longest_overdue_go_first(both_stores: Store) -> None:
    for hours in (1, 3, 2):
        add_feed(both_stores, f"https://{hours}.example", next_look_at=NOW - timedelta(hours=hours))

    assert claim(both_stores, limit=1) == ["https://3.example"]
    assert claim(both_stores, limit=5) == ["https://1.example", "https://2.example"]


def test_a_feed_that_is_gone_or_not_due_is_left_alone(both_stores: Store) -> None:
    add_feed(both_stores, "https://gone.example", state=FeedState.GONE)
    add_feed(both_stores, "https://later.example", next_look_at=LATER)

    assert claim(both_stores) == []


def test_a_person_may_claim_a_feed_whatever_its_time_and_state(both_stores: Store) -> None:
    gone = add_feed(both_stores, state=FeedState.GONE, next_look_at=LATER)

    with both_stores.write() as tx:
        [taken] = tx.feeds.claim([gone.id], until=LATER + timedelta(hours=1))

    assert taken == replace(gone, next_look_at=LATER + timedelta(hours=1))


def test_feeds_are_listed_in_the_order_they_were_added(both_stores: Store) -> None:
    for name in ("b", "a", "c"):
        add_feed(both_stores, f"https://{name}.example")

    with both_stores.read() as tx:
        assert [feed.url[8] for feed in tx.feeds.all()] == ["b", "a", "c"]
