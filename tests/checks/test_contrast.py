"""Contrast as WCAG counts it, in colours that clients make."""

import pytest

from mailer.checks.contrast import contrasts
from mailer.checks.css import AtRule, BrokenCss, Rule, declarations, rules
from mailer.checks.markup import read
from mailer.rendering.colour import colour, inverse, ratio


def of(html: str, css: str = "") -> dict[str, float]:
    """Return the contrast of a page's one text in each view."""
    found = contrasts(read(html), [rule for rule in rules(css) if isinstance(rule, Rule)])
    return {one.view: round(one.ratio, 2) for one in found}


def test_black_on_white_is_twenty_one() -> None:
    assert round(ratio((0, 0, 0), (1, 1, 1)), 2) == 21
    assert round(ratio((1, 1, 1), (1, 1, 1)), 2) == 1


@pytest.mark.parametrize("value", ["#0b5a87", "#0B5A87!important", "solid #0B5A87"])
def test_a_colour_is_read_however_it_is_written(value: str) -> None:
    assert colour(value) == (11 / 255, 90 / 255, 135 / 255)


def test_what_is_no_colour_is_none() -> None:
    assert colour("inherit") is None
    assert colour("#fff") == (1, 1, 1)


def test_turning_over_twice_gives_the_colour_back() -> None:
    once = inverse((0.2, 0.4, 0.6))

    assert [round(part, 6) for part in inverse(once)] == [0.2, 0.4, 0.6]


def test_a_link_without_a_colour_is_blue_on_the_dark_card() -> None:
    html = (
        '<table bgcolor="#ffffff" class="c"><td><a href="https://x.example">word</a></td></table>'
    )
    css = "@media (prefers-color-scheme:dark){.c{background-color:#181A1D!important}}"

    found = of(html, css)

    assert found["light"] > 9
    assert found["dark"] < 2


def test_the_most_exact_dark_rule_wins() -> None:
    html = '<div class="t" style="color:#000"><a class="a" style="color:#00f">word</a></div>'
    dark = ".a,.t a.a{color:#fff!important}.t a{color:#000!important}"

    assert of(html, f"@media (prefers-color-scheme: dark){{{dark}}}")["dark"] == 1


def test_hidden_words_are_not_looked_at() -> None:
    assert of('<p style="display:none;color:#fff">word</p>') == {}


@pytest.mark.parametrize("broken", ["p{color:red", "p{color}", "}", "{a:b}", "p", "p{a:b}}"])
def test_broken_css_is_told(broken: str) -> None:
    with pytest.raises(BrokenCss):
        rules(broken)


def test_rules_know_their_media_query() -> None:
    found = rules("/* c */ p{a:b}@media x{q{c:d}}@import 'y';")

    assert found == [
        Rule("p", {"a": "b"}),
        AtRule("media", "x"),
        Rule("q", {"c": "d"}, "x"),
        AtRule("import", "'y'"),
    ]
    assert declarations("background:url(a;b);FONT: 'x;y'") == {
        "background": "url(a;b)",
        "font": "'x;y'",
    }
