"""What clients make of a mail, as HTML that a browser shows."""

import pytest

from mailer.checks.clients import Scheme, shown

MAIL = (
    "<!doctype html><html><head><style>.t{color:#111111;background:#ffffff}"
    "@media (prefers-color-scheme:dark){.t{color:#eeeeee}}</style></head>"
    '<body class="t" bgcolor="#ffffff"><p class="t" style="color:#111111; background-color:#fff">'
    '<img alt="A &gt; b" src="https://x.example/1.png" width="120">#111111</p></body></html>'
)


def test_styles_thrown_away_leaves_what_is_inline() -> None:
    html = shown(MAIL, Scheme.AUTO, styles=False)

    assert "<style" not in html
    assert "class=" not in html
    assert 'style="color:#111111' in html


def test_a_picture_that_is_off_keeps_its_place_and_its_words() -> None:
    html = shown(MAIL, Scheme.AUTO, pictures=False)

    assert "x.example" not in html
    assert '<img src="data:," alt="A &gt; b" width="120">' in html


@pytest.mark.parametrize(
    ("scheme", "ground", "letters"),
    [(Scheme.PARTLY, "#121212", "#eeeeee"), (Scheme.INVERTED, "#121212", "#eeeeee")],
)
def test_turning_over_changes_colours_and_no_words(
    scheme: Scheme, ground: str, letters: str
) -> None:
    html = shown(MAIL, scheme)

    assert f'bgcolor="{ground}"' in html
    assert f"color:{letters}; background-color:{ground}" in html
    assert ">#111111</p>" in html
    assert "@media (max-width:0)" in html  # nobody's own dark rules are asked there


def test_only_dark_letters_and_light_grounds_are_turned_over_by_half() -> None:
    button = '<a style="background:#0b5a87;color:#ffffff">Read</a>'

    assert "background:#0b5a87;color:#ffffff" in shown(button, Scheme.PARTLY)
    assert "background:#0b5a87;color:#ffffff" not in shown(button, Scheme.INVERTED)
