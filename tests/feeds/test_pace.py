"""When a feed is looked at next, and what a look leaves on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.feeds import pace
from mailer.feeds.model import Feed, FeedState, Fetched, ParsedFeed

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
FEED = Feed(
    id=1,
    url="https://harbour.example/feed.xml",
    title="",
    site_url=None,
    state=FeedState.ACTIVE,
    etag='"old"',
    last_modified="Sun, 22 Nov 2026 18:00:00 GMT",
    next_look_at=NOW,
    last_looked_at=None,
    last_changed_at=None,
    failures=2,
    trouble="the server answered 500: the server failed",
)
ANSWER = Fetched(
    status=200,
    url=FEED.url,
    body=b"",
    content_type=None,
    etag='"new"',
    last_modified=None,
    retry_after=None,
    max_age=None,
)
SAID = ParsedFeed("Harbour Post", "https://harbour.example/", "en", ())


@pytest.mark.parametrize(
    ("max_age", "wait"),
    [(None, QUARTER), (0, QUARTER), (60, QUARTER), (3600, timedelta(hours=1)), (10**9, DAY)],
)
def test_what_stays_fresh_is_left_alone_up_to_a_day(max_age: int | None, wait: timedelta) -> None:
    assert pace.after_answer(QUARTER, max_age, NOW) == NOW + wait


@pytest.mark.parametrize(
    ("quiet", "wait"),
    [
        (None, QUARTER),
        (timedelta(hours=2), QUARTER),
        (timedelta(hours=5), timedelta(minutes=30)),
        (timedelta(hours=10), timedelta(hours=1)),
        (timedelta(days=400), timedelta(hours=1)),
    ],
)
def test_a_quiet_feed_is_looked_at_less_often(quiet: timedelta | None, wait: timedelta) -> None:
    feed = replace(FEED, last_changed_at=None if quiet is None else NOW - quiet)

    assert pace.unchanged(feed, ANSWER, QUARTER, NOW).next_look_at == NOW + wait
    assert pace.told(feed, ANSWER, SAID, 0, QUARTER, NOW).next_look_at == NOW + wait
    assert pace.told(feed, ANSWER, SAID, 1, QUARTER, NOW).next_look_at == NOW + QUARTER


@pytest.mark.parametrize(
    ("failures", "wait"),
    [(1, QUARTER), (2, 2 * QUARTER), (3, 4 * QUARTER), (7, 64 * QUARTER), (8, DAY), (999, DAY)],
)
def test_failures_in_a_row_double_the_wait_up_to_a_day(failures: int, wait: timedelta) -> None:
    assert pace.after_failure(QUARTER, failures, None, NOW) == NOW + wait


def test_a_plea_for_silence_is_kept_and_a_silly_one_is_cut() -> None:
    assert pace.after_failure(QUARTER, 1, 7200, NOW) == NOW + timedelta(hours=2)
    assert pace.after_failure(QUARTER, 1, 60, NOW) == NOW + QUARTER
    assert pace.after_failure(QUARTER, 1, 10**9, NOW) == NOW + timedelta(days=7)


def test_an_interval_longer_than_a_day_is_the_owners_wish() -> None:
    week = timedelta(days=7)

    assert pace.after_answer(week, None, NOW) == NOW + week
    assert pace.after_failure(week, 3, None, NOW) == NOW + week


@given(
    interval=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)),
    failures=st.integers(0, 10**6),
    seconds=st.none() | st.integers(0, 10**9),
)
def test_the_next_look_is_always_later_than_now(
    interval: timedelta, failures: int, seconds: int | None
) -> None:
    assert pace.after_answer(interval, seconds, NOW) > NOW
    assert pace.after_failure(interval, failures, seconds, NOW) > NOW


def test_a_document_sets_everything_right() -> None:
    after = pace.told(FEED, ANSWER, SAID, 3, QUARTER, NOW)

    assert (after.title, after.site_url) == ("Harbour Post", "https://harbour.example/")
    assert (after.etag, after.last_modified) == ('"new"', None)
    assert (after.failures, after.trouble) == (0, None)
    assert (after.last_looked_at, after.last_changed_at) == (NOW, NOW)


def test_a_document_without_news_is_no_change() -> None:
    assert pace.told(FEED, ANSWER, SAID, 0, QUARTER, NOW).last_changed_at is None


def test_a_title_that_the_owner_gave_is_kept() -> None:
    named = pace.told(FEED, ANSWER, SAID, 0, QUARTER, NOW)

    again = pace.told(named, ANSWER, ParsedFeed("Renamed", None, None, ()), 0, QUARTER, NOW)

    assert (again.title, again.site_url) == ("Harbour Post", "https://harbour.example/")


def test_a_failure_is_counted_and_keeps_the_validators() -> None:
    after = pace.failed(FEED, "the answer was empty", QUARTER, NOW)

    assert (after.failures, after.trouble) == (3, "the answer was empty")
    assert (after.etag, after.state) == ('"old"', FeedState.ACTIVE)
    assert after.next_look_at == NOW + 4 * QUARTER


def test_gone_is_a_state_with_a_reason() -> None:
    after = pace.gone(FEED, NOW)

    assert after.state is FeedState.GONE
    assert after.trouble == "the server says that this feed is gone for good (410)"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "there is nothing at this address"),
        (403, "it does not let us in"),
        (418, "no feed was given"),
        (500, "the server failed"),
        (503, "it is out of service for now"),
    ],
)
def test_a_refusal_is_told_in_words(status: int, words: str) -> None:
    assert pace.refusal(status) == f"the server answered {status}: {words}"


def test_a_new_address_is_believed_when_it_was_named_three_times() -> None:
    new = "https://new.example/f"
    named = [(new, 2), (new, 3), (None, 3), (None, 0)]

    believed = [pace.has_moved(replace(FEED, moved_to=to, moved_seen=seen)) for to, seen in named]

    assert believed == [False, True, False, False]


@pytest.mark.parametrize(
    ("before", "now", "seen"),
    [
        ("https://a.example/f", "https://a.example/f", 3),
        ("https://a.example/f", "https://b.example/f", 1),
        ("https://a.example/f", None, 0),
        (None, None, 0),
    ],
)
def test_sightings_of_a_new_address_are_counted_in_a_row(
    before: str | None, now: str | None, seen: int
) -> None:
    feed = replace(FEED, moved_to=before, moved_seen=2)

    after = pace.unchanged(feed, replace(ANSWER, moved_to=now), QUARTER, NOW)

    assert (after.moved_to, after.moved_seen) == (now, seen)
