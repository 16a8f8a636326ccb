"""A letter's HTML in its frame: the colours asked for, and links that open outside of it."""

import pytest

from mailer.checks.clients import Scheme
from mailer.inbox.frame import frame

LETTER = (
    "<!doctype html><html><head><title>x</title>"
    "<style>@media ( prefers-color-scheme : dark ){a{color:red}}"
    "@media screen and (prefers-color-scheme:light){b{color:red}}</style></head>"
    "<body>prefers-color-scheme</body></html>"
)


def test_the_browsers_own_answer_is_left_alone() -> None:
    assert frame(LETTER, Scheme.AUTO) == LETTER.replace("<head>", '<head><base target="_blank">')


@pytest.mark.parametrize(
    ("scheme", "dark", "light"),
    [
        (Scheme.DARK, "(min-width:0)", "(max-width:0)"),
        (Scheme.LIGHT, "(max-width:0)", "(min-width:0)"),
    ],
)
def test_the_question_for_the_scheme_is_answered_in_the_rules(
    scheme: Scheme, dark: str, light: str
) -> None:
    html = frame(LETTER, scheme)

    assert f"@media {dark}{{a" in html
    assert f"@media screen and {light}{{b" in html
    assert f":root{{color-scheme:{scheme}!important}}" in html
    assert "<body>prefers-color-scheme</body>" in html


@pytest.mark.parametrize(
    ("html", "beginning"),
    [
        ("<p>Hello", '<base target="_blank"><p>'),
        ("<!DOCTYPE html>\n<p>Hello", '<!DOCTYPE html>\n<base target="_blank"><p>'),
        ("<html lang=en><p>Hello", '<html lang=en><base target="_blank"><p>'),
        ("", '<base target="_blank">'),
    ],
)
def test_a_letter_without_a_head_keeps_its_beginning(html: str, beginning: str) -> None:
    assert frame(html, Scheme.AUTO).startswith(beginning)


def test_a_header_element_is_not_taken_for_the_head() -> None:
    assert frame("<header>x</header>", Scheme.AUTO) == '<base target="_blank"><header>x</header>'
