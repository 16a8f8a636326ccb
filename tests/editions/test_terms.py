"""Text as a search compares it, in any script, and whatever somebody types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.editions.terms import WORD, Mark, marked, question, terms


def found(text: str, typed: str) -> list[str]:
    return [mark.text for mark in marked(text, question(typed)) if mark.found]


@pytest.mark.parametrize(
    ("text", "typed", "words"),
    [
        ("The Ferry sails", "ferr", ["Ferry"]),
        ("Straße nach Łódź", "strasse LODZ", ["Straße", "Łódź"]),
        ("Привіт, Їжаче", "їжа", ["Їжаче"]),
        ("שָׁלוֹם לכולם", "שלום", ["שָׁלוֹם"]),
        ("המעבורת שבה", "מעבורת", ["המעבורת"]),
        ("מעבורת חדשה", "המעבורת", ["מעבורת"]),
        ('דובר צה"ל', "צהל", ['צה"ל']),
        ("القَوارِب والسفينة", "سفينه قوارب", ["القَوارِب", "والسفينة"]),
        ("東京都庁で会見", "京都", ["京都"]),
        ("東京都庁で会見", "庁", ["庁"]),
        ("ｶﾞｽ事故", "ガス", ["ｶﾞｽ事故"]),
        ("กรุงเทพมหานคร", "เทพ", ["เทพ"]),
        ("हिन्दी समाचार", "हिन्दी", ["हिन्दी"]),
        ("서울에서 만나다", "서울", ["서울에서"]),
        ("the ferry", "boat", []),
    ],
)
def test_what_was_asked_for_is_marked_as_it_is_written(
    text: str, typed: str, words: list[str]
) -> None:
    assert found(text, typed) == words


@pytest.mark.parametrize("typed", ["", "  ", '"*()-^:', "'", "\x00", "\ud800", "_", "-- ;"])
def test_a_question_without_words_asks_for_nothing(typed: str) -> None:
    assert question(typed) == ()


@given(st.text(max_size=200))
def test_terms_have_no_mark_that_a_query_could_mean(text: str) -> None:
    for term in [*terms(text), *(f for word in question(text) for f in word.beginnings)]:
        assert not set(term) & set(" '\"*():&|!<>\\\x00")
        assert WORD.fullmatch(term)


@given(st.text(max_size=200), st.text(max_size=20))
def test_marks_add_up_to_the_text(text: str, typed: str) -> None:
    marks = marked(text, question(typed))

    assert "".join(mark.text for mark in marks) == text
    assert Mark("") not in marks


@given(st.text(max_size=60))
def test_a_text_is_found_by_what_it_says(text: str) -> None:
    asked = question(text)

    assert all(
        any(t.startswith(word.beginnings) for t in terms(text)) for word in asked if word.beginnings
    )
