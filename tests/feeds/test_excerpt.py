"""A few sentences that stand for an article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.feeds.excerpt import MOST_WORDS, excerpt, sentences, was_cut
from mailer.feeds.text import count_words

LONG = "Crews, owners and the ministry met again, and again nobody said how long it would take"


def test_whole_sentences_are_taken_as_long_as_they_fit() -> None:
    told = excerpt(["One two three. Four five six.", "Seven eight nine."], most=7)

    assert told == "One two three. Four five six."


def test_an_excerpt_runs_over_paragraphs() -> None:
    assert excerpt(["Ferries sail.", "Freight waits."]) == "Ferries sail. Freight waits."


def test_a_first_sentence_that_is_too_long_is_cut_and_shows_it() -> None:
    assert excerpt([f"{LONG}."], most=6) == "Crews, owners and the ministry met…"


def test_nothing_gives_nothing() -> None:
    assert excerpt([]) == ""
    assert excerpt(["Share this: X"]) == ""


@pytest.mark.parametrize("mark", ["[…]", "[...]", "…", "...", "(…)"])
def test_what_the_feed_cut_off_is_left_out(mark: str) -> None:
    cut = [f"Sailings resume on Wednesday. Ministers had {mark}"]

    assert was_cut(cut)
    assert excerpt(cut) == "Sailings resume on Wednesday."
    assert excerpt([f"Ministers had {mark}"]) == "Ministers had…"


def test_a_whole_text_was_not_cut() -> None:
    assert not was_cut(["Sailings resume […] soon.", "Ministers agreed."])
    assert not was_cut([])


@pytest.mark.parametrize(
    ("paragraph", "told"),
    [
        (
            "Sailings resume. Stay updated with our news! Subscribe to The Brief. Crews rest.",
            "Sailings resume. Crews rest.",
        ),
        ("The boat at dawn (credit: Tomas Reed) Sailings resume.", "Sailings resume."),
        (
            "It began at six. The boat. (photo by Tomas Reed). It ended.",
            "It began at six. It ended.",
        ),
        ("Sailings resume. Harbour Post Staff contributed to this story.", "Sailings resume."),
        (
            "Sailings resume. This article was originally published at o.example.",
            "Sailings resume.",
        ),
        ("NORTHHAVEN (Wire) \u2014 Sailings resume.", "Sailings resume."),
        ("NORTHHAVEN, Nov. 23 \u2014 Sailings resume.", "Sailings resume."),
        ("Northhaven (Strait News) - Sailings resume.", "Sailings resume."),
        ("Islands News Crews rest today", "Islands News Crews rest today"),
    ],
)
def test_furniture_inside_a_paragraph_is_left_out(paragraph: str, told: str) -> None:
    assert excerpt([paragraph]) == told


def test_labels_are_left_out_when_there_are_sentences() -> None:
    assert excerpt(["Islands", "Sailings resume.", "See all"]) == "Sailings resume."
    assert excerpt(["Islands"]) == "Islands"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mr. Odell of the U.S. office left. He waved.", 2),
        ("It cost 3.50 a head. That is new.", 2),
        ("\u201cIt holds.\u201d Then he left.", 2),
        ("J. Liepa won at 6 p.m. today.", 1),
        ("Will it hold? Nobody knows! So be it.", 3),
        ("Read www.harbour.example now.", 1),
        ("He waited... and went.", 1),
        ("\u6700\u521d\u306e\u6587\u3067\u3059\u3002\u4e8c\u756a\u76ee\u3002", 2),
        (
            "\u05e9\u05dc\u05d5\u05dd. \u05e2\u05d5\u05d3 \u05d0\u05d7\u05ea.",
            2,
        ),
        ("", 0),
    ],
)
def test_sentences_end_where_they_end(text: str, parts: int) -> None:
    assert len(sentences(text)) == parts


@given(st.lists(st.text(max_size=300), max_size=5))
def test_an_excerpt_is_never_too_long(told: list[str]) -> None:
    assert count_words(excerpt(told)) <= MOST_WORDS + 1  # a cut mark may stand as a word of its own
