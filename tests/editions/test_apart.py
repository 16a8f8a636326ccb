"""What some readers of an edition get otherwise than the others."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mailer.editions.apart import Apart, apart
from mailer.editions.model import Reason
from tests.editions.test_layout import a_piece

NUMBERS = st.lists(st.integers(1, 10**12), unique=True, max_size=5)


@given(NUMBERS, NUMBERS, st.sampled_from(["", "text"]))
def test_a_key_stands_for_what_it_was_made_of_in_any_order(
    without: list[int], corrections: list[int], form: str
) -> None:
    own = Apart(tuple(without), tuple(corrections), text=form == "text")

    assert apart(own.key) == Apart(
        tuple(sorted(without)), tuple(sorted(corrections)), text=own.text
    )
    assert own.key == own._replace(without=own.without[::-1], corrections=own.corrections[::-1]).key


@given(st.lists(st.text(min_size=1), unique=True, max_size=5))
def test_any_heading_may_be_chosen(names: list[str]) -> None:
    assert apart(Apart(sections=tuple(names)).key).sections == tuple(sorted(names))


def test_a_story_is_chosen_by_any_article_that_tells_it() -> None:
    first = replace(a_piece(1), section="World")
    copy = replace(
        a_piece(2), section="Sport", story=1, included=False, reasons=(Reason("duplicate", 0, ""),)
    )
    other = replace(a_piece(3), section="World")

    assert Apart(sections=("Sport",)).of([first, copy, other]) == [first, copy]


def test_most_readers_get_nothing_otherwise() -> None:
    assert (Apart().key, apart("")) == ("", Apart())


def test_every_piece_of_a_story_is_left_out() -> None:
    pieces = [a_piece(1), a_piece(2), a_piece(3)]

    assert apart("-2 +7").of(pieces) == [pieces[0], pieces[2]]
