"""Which articles tell the same story."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mailer.feeds.cluster import APART, SAME_TEXT, Telling, stories

LABELLED = Path(__file__).parents[1] / "data" / "stories" / "labelled.toml"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TEXT = " ".join(f"word{number}" for number in range(80))
OTHER = 3  # the place of the other event among the four tellings of one


def a_telling(number: int, text: str = TEXT, **changes: object) -> Telling:
    fields: dict[str, Any] = {"title": f"Headline {number}", "language": "en", **changes}
    return Telling(id=number, text=text, **{"published_at": NOON, **fields})


def tellings_of_events() -> Iterator[list[Telling]]:
    """Yield three tellings of each labelled event, and one of another event."""
    for number, event in enumerate(tomllib.loads(LABELLED.read_text("utf-8"))["event"]):
        between = "" if event["language"] == "ja" else " "
        lead = event["lead"]
        texts = (
            between.join([*lead, event["ends"][0]]),
            between.join([*lead, event["ends"][1]]),
            between.join([event["anew"], *lead[1:]]),
            event["other"]["text"],
        )
        titles = (*event["titles"], event["other"]["title"])
        yield [
            Telling(number * 4 + place, title, text, event["language"], NOON)
            for place, (title, text) in enumerate(zip(titles, texts, strict=True))
        ]


def tellings_of_templates() -> Iterator[list[Telling]]:
    """Yield three events that fill the same sentences: none of them is another one."""
    for number, form in enumerate(tomllib.loads(LABELLED.read_text("utf-8"))["template"]):
        yield [
            Telling(
                100_003 + number * 40 + place * 4,
                form["title"].format(*words),
                form["text"].format(*words),
                form["language"],
                NOON,
            )
            for place, words in enumerate(form["fills"])
        ]


def test_three_hundred_labelled_pairs_are_told_apart() -> None:
    events = [*tellings_of_events(), *tellings_of_templates()]
    story = stories(one for event in events for one in event)

    pairs = [pair for event in events for pair in combinations(event, 2)]
    labelled = {(one.id, other.id) for one, other in pairs if other.id % 4 != OTHER}
    keys = combinations(sorted(story), 2)  # all of them: two events are never one story
    found = {(one, other) for one, other in keys if story[one] == story[other]}
    right = len(labelled & found)

    assert len(pairs) >= 300
    assert right / len(labelled) >= 0.95, "recall"
    assert right / len(found) >= 0.95, "precision"


def test_a_copy_belongs_to_the_first_telling_by_time() -> None:
    late = a_telling(1, published_at=NOON + timedelta(hours=2))

    assert stories([late, a_telling(2)]) == {1: 2, 2: 2}


def test_the_same_words_long_after_are_another_story() -> None:
    again = a_telling(2, published_at=NOON + APART + timedelta(minutes=1))

    assert stories([a_telling(1), again]) == {1: 1, 2: 2}


def test_two_languages_are_two_stories() -> None:
    assert stories([a_telling(1), a_telling(2, language="de")]) == {1: 1, 2: 2}


def test_who_says_nothing_of_its_language_may_tell_the_same() -> None:
    assert stories([a_telling(1), a_telling(2, language=None)]) == {1: 1, 2: 1}
    assert stories([a_telling(1, language="nb-NO"), a_telling(2, language="no")]) == {1: 1, 2: 1}


def test_a_telling_that_joins_two_stories_leaves_one_the_first() -> None:
    first, second = ([f"{name}{n}" for n in range(60)] for name in "ab")
    told = [
        a_telling(5, " ".join(first), title="One thing"),
        a_telling(4, " ".join(second), title="Another", published_at=NOON + timedelta(hours=1)),
        a_telling(3, " ".join(first + second), published_at=NOON + timedelta(hours=2)),
    ]

    assert stories(told) == {5: 5, 4: 5, 3: 5}


EVENTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 40), st.sampled_from(["en", "de", None])),
    max_size=25,
)


@given(EVENTS)
def test_whatever_is_told_each_story_begins_with_its_first_telling(
    events: list[tuple[int, int, str | None]],
) -> None:
    told = [
        a_telling(
            n,
            " ".join(f"e{event}w{place}" for place in range(cut, cut + 60)),
            language=language,
            published_at=NOON + timedelta(hours=9 * (n % 20)),
        )
        for n, (event, cut, language) in enumerate(events)
    ]

    story = stories(told)

    place = {one.id: (one.published_at, one.id) for one in told}
    assert set(story) == set(place)
    for key, first in story.items():
        assert story[first] == first
        assert place[first] <= place[key]
        assert events[first][0] == events[key][0], "no two events share a word"


@given(st.integers(0, 60), st.integers(0, 60))
def test_copies_are_one_story_exactly_above_the_threshold(ours: int, theirs: int) -> None:
    shared = [f"s{n}" for n in range(60)]
    one = a_telling(1, " ".join(shared + [f"a{n}" for n in range(ours)]), title="Alpha one two")
    other = a_telling(2, " ".join(shared + [f"b{n}" for n in range(theirs)]), title="Beta six ten")
    shorter = 60 + min(ours, theirs) - 2

    assert (stories([one, other])[2] == 1) == (SAME_TEXT * shorter <= 58)


def test_without_a_text_the_headline_decides_and_its_numbers_count() -> None:
    quake = "Magnitude {} earthquake shakes Port Amsel"
    told = [a_telling(n, "", title=quake.format(size)) for n, size in enumerate((5, 5, 6))]

    assert stories(told) == {0: 0, 1: 0, 2: 2}


def test_a_phrase_that_everybody_prints_joins_nobody() -> None:
    box = " ".join(f"box{number}" for number in range(15))
    told = [
        a_telling(n, " ".join(f"w{n}x{place}" for place in range(60)) + " " + box)
        for n in range(200)
    ]

    assert len(set(stories(told).values())) == 200


@given(st.permutations(range(12)), st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_the_order_in_which_they_are_given_means_nothing(
    order: list[int], texts: list[int]
) -> None:
    told = [
        a_telling(
            n,
            TEXT.replace("word", f"text{texts[n]}"),
            published_at=NOON + timedelta(minutes=n),
        )
        for n in range(12)
    ]

    assert stories(told[n] for n in order) == stories(told)
