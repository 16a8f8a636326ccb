"""Outside text made plain."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.feeds.text import (
    bounded,
    count_words,
    html_of_text,
    line_of_html,
    one_line,
    shortened,
    storable,
)
from mailer.rendering.model import Slot

anything = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ferries\r\nBcc: everybody@harbour.example", "Ferries Bcc: everybody@harbour.example"),
        ("Ferries\x00 sail\x1b[31m", "Ferries sail[31m"),
        ("one\u2028two\u2029three\x85four\x0bfive", "one two three four five"),
        ("\u202eevil\u202c \u2066hidden\u2069 \u200fmark", "evil hidden mark"),
        ("pay\u200bpal \u200cx\u200d \ufeffy\u00ad", "paypal x y"),
        ("half a \ud800character", "half a character"),
        ("\U000e0041tag \U000f0000plane", "tag plane"),
        (f"{Slot.LEAVE_URL.marker} mine", "leave_url mine"),
        ("  many \t spaces\u00a0here ", "many spaces here"),
    ],
)
def test_a_title_is_one_line_of_what_one_can_see(text: str, line: str) -> None:
    assert one_line(text) == line


def test_joiners_that_shape_words_and_emoji_stay() -> None:
    persian, family = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "👩\u200d👧"

    assert one_line(persian) == persian
    assert one_line(family) == family


@given(anything)
def test_no_text_breaks_out_of_its_line(text: str) -> None:
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert {unicodedata.category(mark) for mark in line}.isdisjoint({"Cc", "Cs", "Co", "Zl", "Zp"})
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("markup", "line"),
    [
        ("<b>Bold</b> &amp; <i>slanted</i>", "Bold & slanted"),
        ("<script>alert(1)</script>Ferries", "Ferries"),
        ("5 < 6 and AT&T", "5 < 6 and AT&T"),
        ("It&#8217;s<br>here", "It\u2019s here"),
        ("x &#57344;leave_url&#57345; y", "x leave_url y"),
        ("one&#10;two&#13;three", "one two three"),
        ("=?utf-8?q?a=0D=0ABcc=3A_x?=", "=?utf-8?q?a=0D=0ABcc=3A_x?="),
        ("<img src=x onerror=alert(1)>", ""),
    ],
)
def test_markup_in_a_title_becomes_what_a_reader_would_see(markup: str, line: str) -> None:
    assert line_of_html(markup) == line


@given(anything)
def test_what_is_kept_can_be_stored(text: str) -> None:
    kept = storable(text)

    assert "\x00" not in kept
    assert kept.encode().decode() == kept
    assert Slot.LEAVE_URL.marker[0] not in kept


def test_plain_text_shows_the_same_as_html() -> None:
    assert html_of_text("5 < 6 & more\n\nSecond") == "5 &lt; 6 &amp; more<br><br>Second"


def test_markup_of_a_sane_depth_is_left_as_it_is() -> None:
    sane = "<div>" * 100 + "text" + "</div>" * 100 + "<br>" * 1000 + "<p>" * 1000

    assert bounded(sane) == sane


def test_markup_of_an_insane_depth_loses_its_tags_and_not_its_words() -> None:
    assert bounded("<div>" * 100_000 + "text &amp; <b>more</b>").split() == [
        "text",
        "&amp;",
        "more",
    ]


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [("short", 10, "short"), ("a longer line", 10, "a longer…"), ("x" * 20, 5, "xxxx…")],
)
def test_a_long_line_is_cut_between_words(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short
    assert len(short) <= most


def test_words_are_counted_with_and_without_spaces() -> None:
    assert count_words("Ferries sail  again.") == 3
    assert count_words("") == 0
    assert count_words("渡し船が再開した") == 4
