"""What the newsrooms have published, and that it never ends."""

from datetime import timedelta

import pytest

from mailer.demo.articles import RECENT_BULLETINS, Newsroom
from tests.demo.conftest import EVERY
from tests.fakes.clock import StandingClock


def test_there_are_thirty_stories_in_three_sections(
    newsroom: Newsroom, clock: StandingClock
) -> None:
    clock.advance(EVERY * 12)

    stories = newsroom.published(clock.now())

    assert len(stories) >= 30
    assert len({story.outlet.section for story in stories}) == 3
    assert {outlet.format for outlet in newsroom.outlets.values()} == {"rss", "atom", "json"}


def test_nothing_is_out_before_its_time_and_the_newest_stands_first(
    newsroom: Newsroom, clock: StandingClock
) -> None:
    stories = newsroom.published(clock.now())

    times = [story.published_at for story in stories]
    assert times == sorted(times, reverse=True)
    assert times[0] < clock.now()


@pytest.mark.parametrize("minute", [1, 5, 9, 30, 600])
def test_every_minute_brings_something_new(
    minute: int, newsroom: Newsroom, clock: StandingClock
) -> None:
    clock.advance(timedelta(minutes=minute))
    before = {story.path for story in newsroom.published(clock.now())}

    clock.advance(timedelta(minutes=1))

    fresh = [story for story in newsroom.published(clock.now()) if story.path not in before]
    assert 1 <= len(fresh) <= 2
    assert all(story.body[0] for story in fresh)


def test_no_two_stories_share_an_address_or_but_for_the_republished_one_a_title(
    newsroom: Newsroom, clock: StandingClock
) -> None:
    clock.advance(timedelta(minutes=50))
    stories = newsroom.published(clock.now())

    assert len({story.path for story in stories}) == len(stories)
    assert len({story.title for story in stories}) == len(stories) - 1


def test_old_bulletins_leave_the_lists_and_keep_their_page(
    newsroom: Newsroom, clock: StandingClock
) -> None:
    clock.advance(timedelta(days=2))
    listed = {story.path for story in newsroom.published(clock.now())}

    first = newsroom.find("/harbour-post/tide-gauge-1", clock.now())

    assert first is not None
    assert first.path not in listed
    assert len([path for path in listed if path[-1].isdecimal()]) == RECENT_BULLETINS
    assert max(story.published_at for story in newsroom.published(clock.now())) <= clock.now()


@pytest.mark.parametrize(
    "path",
    [
        "/harbour-post/nothing",
        "/harbour-post/tide-gauge-0",
        "/harbour-post/tide-gauge-2",  # the second bulletin is another outlet's
        "/harbour-post/tide-gauge-99999999",
        "/harbour-post/tide-gauge-01",
        "/harbour-post/tram-line-nine",  # not out yet
        "",
    ],
)
def test_what_is_not_out_is_not_found(path: str, newsroom: Newsroom, clock: StandingClock) -> None:
    assert newsroom.find(path, clock.now()) is None


def test_the_republished_story_names_its_original(newsroom: Newsroom, clock: StandingClock) -> None:
    copy = newsroom.find("/island-notes/ferry-deal-after-nine-hours", clock.now())

    assert copy is not None
    assert copy.original is not None
    assert copy.original.host == "www.harbourpost.example"
    assert copy.original.path is not None
    original = newsroom.find(copy.original.path, clock.now())
    assert original is not None
    assert (original.title, original.body) == (copy.title, copy.body)


def test_every_kind_of_furniture_stands_somewhere(newsroom: Newsroom, clock: StandingClock) -> None:
    stories = newsroom.published(clock.now())

    assert any(story.box for story in stories)
    assert any(story.staff for story in stories)
    assert any(story.share for story in stories)
    assert any(story.photo for story in stories)
    assert any(story.language == "de" for story in stories)
    assert any("a source said" in paragraph for story in stories for paragraph in story.body)
    assert any(story.original and not story.original.path for story in stories)
