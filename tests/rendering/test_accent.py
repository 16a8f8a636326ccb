"""An editor's own colour: read by everybody, in every mail, whatever was chosen."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer import resources
from mailer.checks.contrast import Contrast, contrasts
from mailer.checks.css import Rule, rules
from mailer.checks.markup import read
from mailer.delivery.model import Notice
from mailer.rendering.accent import Accent, accent, palettes
from mailer.rendering.colour import as_light_as, colour, inverse, lightness, ratio, written
from mailer.rendering.model import Page
from mailer.rendering.templates import Templates
from mailer.rendering.theme import DARK, LIGHT
from tests.conftest import a_newsletter
from tests.rendering.every_mail import a_memo
from tests.rendering.golden import golden
from tests.rendering.samples import TEMPLATES, a_view

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")
TRYING = ["#FF1A75", "#FFFF00", "#3355FF", "#FFFFFF", "#000000", "#767676"]
TURNED = (18 / 255, 18 / 255, 18 / 255)  # a white sheet that a client painted over


def on(one: str, ground: str) -> float:
    letters, sheet = colour(one), colour(ground)
    assert letters is not None
    assert sheet is not None
    return ratio(letters, sheet)


def turned(one: str) -> float:
    """Return the contrast of a colour's inverse on what becomes of a white sheet."""
    letters = colour(one)
    assert letters is not None
    return ratio(inverse(letters), TURNED)


@settings(max_examples=1_000)
@given(COLOURS)
def test_whatever_is_chosen_can_be_read(chosen: str) -> None:
    used = accent(chosen)

    assert on(used.light, LIGHT.card) >= 4.5
    assert turned(used.light) >= 4.5
    assert on(used.light, LIGHT.btn_ink) >= 4.5
    assert on(used.dark, DARK.card) >= 7
    assert on(used.dark, DARK.btn_ink) >= 4.5


@settings(max_examples=1_000)
@given(COLOURS)
def test_what_can_be_read_stays_and_else_is_darkened_no_further_than_it_must(chosen: str) -> None:
    used = accent(chosen)
    before, after = colour(used.given), colour(used.light)
    assert before is not None
    assert after is not None

    assert accent(used.light) == replace(used, given=used.light, because=None)
    assert (used.because is None) == (used.light == used.given == chosen)
    if used.because is not None:
        assert lightness(after) < lightness(before)
        lighter = written(as_light_as(after, min(lightness(after) + 0.02, lightness(before))))
        assert accent(lighter).because is not None


def test_an_editor_is_told_what_became_of_the_colour() -> None:
    assert accent("#ff1a75").told == (
        "#FF1A75 is too light: on white it has a contrast of 3.71, and 4.5 is the least."
        " #E2005A is used, darkened to that."
    )
    assert accent("06C") == Accent("#0066CC", "#0066CC", accent("06C").dark, because=None)


@pytest.mark.parametrize("wrong", ["", "#12", "blue", "#12345", "#GGGGGG", "red;color:blue"])
def test_what_is_no_colour_is_none(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a colour like #0B5A87"):
        accent(wrong)


def weak(page: Page) -> Sequence[Contrast]:
    """Return the texts of a mail that cannot be read well, in light and in every dark."""
    document = read(page.html)
    blocks = ["".join(map(str, block.children)) for block in document.all("style")]
    sheet = [rule for block in blocks for rule in rules(block) if isinstance(rule, Rule)]
    return [one for one in contrasts(document, sheet) if one.ratio < 4.5]


@pytest.mark.parametrize("chosen", TRYING)
def test_digests_with_an_accent_are_read_in_light_and_in_every_dark(chosen: str) -> None:
    light, dark = palettes(chosen)
    for name in ("usual", "correction"):
        view = golden(name).view
        page = TEMPLATES.digest(replace(view, newsletter=replace(view.newsletter, accent=chosen)))

        assert weak(page) == []
        assert light.link.lower() in page.html.lower()
        assert dark.link in page.html
        assert LIGHT.link not in page.html
        assert DARK.link not in page.html


@pytest.mark.parametrize("notice", Notice)
def test_small_mails_have_it_too(notice: Notice) -> None:
    newsletter = a_newsletter(accent=accent("#FF1A75").light)

    page = TEMPLATES.notice(notice, newsletter, "en", a_memo(notice))

    assert weak(page) == []
    assert "#e2005a" in page.html.lower()
    assert LIGHT.link.lower() not in page.html.lower()


def test_an_owners_own_templates_have_it_as_ours_do(tmp_path: Path) -> None:
    view = a_view(newsletter=a_newsletter(accent="#E2005A"))

    page = Templates(resources.folder("templates") / "email", tmp_path).digest(view)

    assert page == TEMPLATES.digest(view)
    assert "#e2005a" in page.html.lower()


def test_a_newsletter_without_one_is_as_it_was() -> None:
    ours = TEMPLATES.digest(a_view())
    TEMPLATES.digest(a_view(newsletter=a_newsletter(accent="#E2005A")))

    assert TEMPLATES.digest(a_view()) == ours
    assert LIGHT.link.lower() in ours.html.lower()
