"""What is believed of a child that reads what strangers wrote."""

import json
from pathlib import Path

import pytest

from mailer.confined import Bounds, Broke, Confined, Ended
from mailer.plain_values import plain, whole
from mailer.rendering.stories import DigestView
from tests.rendering.samples import a_view

BOUNDS = Bounds(memory=2**28, processor=1.0, patience=20.0)


@pytest.fixture(autouse=True)
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child looks for no module in the folder that it was started in."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


def test_files_where_an_operator_works_do_not_stand_before_our_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('an operator has a file of that name')")
    monkeypatch.chdir(tmp_path)

    with Confined("tests.fakes.liar_child", BOUNDS) as child:
        assert child.ask({}, b'{"octets": 2}\nOK') == ({"octets": 2}, b"OK")


@pytest.mark.parametrize(
    "answer",
    [
        *("no JSON", "[1]", "7", "{}", '{"octets": "9"}', '{"octets": -1}'),
        *('{"octets": 99999999999}', "[" * 200_000, '{"octets": 0, "broke": 5}'),
        '{"octets": 0, "broke": ["a", "b", "c"]}',
    ],
    ids=lambda answer: answer[:40],
)
def test_a_child_that_says_what_is_no_answer_is_thrown_away(answer: str) -> None:
    with Confined("tests.fakes.liar_child", BOUNDS) as child:
        with pytest.raises(Ended, match="breaks what reads it"):
            child.ask({}, f"{answer}\n".encode())

        assert child.ask({}, b'{"octets": 2}\nOK') == ({"octets": 2}, b"OK")


def test_what_a_child_was_not_written_for_is_told_in_words() -> None:
    with (
        Confined("tests.fakes.liar_child", BOUNDS) as child,
        pytest.raises(Broke, match="it cannot be read") as caught,
    ):
        child.ask({}, b'{"octets": 0, "broke": ["ZeroDivisionError", "division by zero"]}\n')

    assert caught.value.reason == "division by zero"


def test_a_value_comes_out_of_json_as_it_went_in() -> None:
    view = a_view()

    assert whole(DigestView, json.loads(json.dumps(view, default=plain))) == view


@pytest.mark.parametrize("told", [None, 7, "x", ["x", 1], {"name": "x"}, [["x"], "y"]])
def test_nothing_but_the_type_that_was_asked_for_comes_out(told: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        whole(DigestView, told)
