"""What is believed of a child that reads what strangers wrote."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from mailer.confined import Answer, Bounds, Broke, Confined, Ended, Object
from mailer.errors import FormatError, PictureError, RenderError
from mailer.feeds.reader import Reader
from mailer.pictures.darkroom import Darkroom
from mailer.pictures.model import Crop
from mailer.plain_values import plain, whole
from mailer.rendering.stories import DigestView
from mailer.rendering.templates import Confinement
from tests.rendering.samples import TUESDAY, a_view

BOUNDS = Bounds(memory=2**28, processor=1.0, patience=20.0)
LIAR = "tests.fakes.liar_child"


@pytest.fixture(autouse=True)
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child looks for no module in the folder that it was started in."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


def test_files_where_an_operator_works_do_not_stand_before_our_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('an operator has a file of that name')")
    monkeypatch.chdir(tmp_path)

    with Confined(LIAR, BOUNDS) as child:
        assert said(child, '{"octets": 2}\nOK') == ({"octets": 2}, b"OK")


def said(child: Confined, answer: str) -> Answer:
    """Return what comes of an answer when all of it is believed."""
    return child.ask({}, answer.encode(), lambda head, octets: (head, octets))


@pytest.mark.parametrize(
    "answer",
    [
        *("no JSON", "[1]", "7", "{}", '{"octets": "9"}', '{"octets": -1}'),
        *('{"octets": 99999999999}', "[" * 200_000, '{"octets": 0, "broke": 5}'),
        '{"octets": 0, "broke": ["a", "b", "c"]}',
        '{"octets": 0, "broke": ["a", 7]}',
    ],
    ids=lambda answer: answer[:40],
)
def test_a_child_that_says_what_is_no_answer_is_thrown_away(answer: str) -> None:
    with Confined(LIAR, BOUNDS) as child:
        with pytest.raises(Ended, match="breaks what reads it"):
            said(child, f"{answer}\n")

        assert said(child, '{"octets": 2}\nOK') == ({"octets": 2}, b"OK")


def test_what_a_child_was_not_written_for_is_told_in_words() -> None:
    with (
        Confined(LIAR, BOUNDS) as child,
        pytest.raises(Broke, match="it cannot be read") as caught,
    ):
        said(child, '{"octets": 0, "broke": ["ZeroDivisionError", "division\\u001b by zero"]}\n')

    assert caught.value.reason == "division  by zero"


def answered(told: object = None, octets: str = "", **more: object) -> bytes:
    """Return an answer as a child writes it."""
    size = len(octets.encode())
    return json.dumps({"told": told, **more, "octets": size}).encode() + f"\n{octets}".encode()


PHOTO = ["thumb", None, "image/jpeg", 240, 160]  # and its size


@pytest.mark.parametrize(
    "answer",
    [
        answered(),
        answered("no"),
        answered([None]),
        answered([7, []]),
        answered([None, {"thumb": 1}]),
        answered([None, []]),  # it was asked for one
        answered([None, [["lead", "why not", "", 0, 0, 0]]]),  # for another
        answered([None, [["x", None, "", 0, 0, 0]]]),
        answered([None, [["thumb", "a", "", 0, 0, 0], ["thumb", "b", "", 0, 0, 0]]]),
        answered([None, [["thumb", 7, "", 0, 0, 0]]]),
        answered([None, [[*PHOTO, 9]]], "<script/>"),
        answered([None, [["thumb", None, "text/html", 240, 160, 9]]], "<script/>"),
        answered([None, [["thumb", None, "image/png", 241, 160, 8]]], "\x89PNG\r\n\x1a\n"),
        answered([None, [[*PHOTO, -1]]], "x"),
        answered([None, [[*PHOTO, 10**30]]], "x"),
        answered([None, [["thumb", "why not", "", 0, 0, 0]]], "octets of no file"),
        answered(["\0", []]),
        answered(["half a pair: \ud83d", []]),
    ],
    ids=lambda answer: answer[:60].decode(),
)
def test_whoever_takes_over_what_draws_pictures_makes_no_file_and_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr("mailer.pictures.darkroom.CHILD", LIAR)
    with (
        Darkroom() as darkroom,
        pytest.raises(PictureError, match="breaks what reads it"),
    ):
        darkroom.develop(answer, [Crop.THUMB], max_pixels=10**7)


def test_what_such_a_child_gives_as_its_reason_is_one_line_that_can_be_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mailer.pictures.darkroom.CHILD", LIAR)
    answer = answered(["red\x1b[31m\nand long " + "x" * 10_000, []])
    with Darkroom() as darkroom, pytest.raises(PictureError) as caught:
        darkroom.develop(answer, [Crop.THUMB], max_pixels=10**7)

    assert caught.value.reason.startswith("red [31m and long xx")
    assert len(caught.value.reason) == 300


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"fault": 7},
        {"fault": ["file", "reason", "line"]},
        {"fault": [["file"], "reason", 1]},
        {"fault": None},
        {"fault": None, "printed": ["subject", -1]},
        {"fault": None, "printed": ["subject", 1]},  # there are no octets
        {"fault": None, "printed": ["subject\nBcc: everybody@example.org", 0]},
        {"fault": None, "printed": ["half a pair: \udc00", 0]},
    ],
    ids=str,
)
def test_whoever_takes_over_what_fills_in_templates_is_no_more_than_a_broken_template(
    monkeypatch: pytest.MonkeyPatch, more: Object
) -> None:
    monkeypatch.setattr("mailer.rendering.templates.CHILD", LIAR)
    with pytest.raises(RenderError, match="breaks what reads it"):
        Confinement([]).page(answered(**more).decode(), "en", {})


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"error": 7},
        {"error": None, "feed": None},
        {"error": None, "feed": ["title"]},
        {"error": None, "feed": {"drafts": 1}},
    ],
    ids=str,
)
def test_whoever_takes_over_what_reads_feeds_is_no_more_than_a_broken_feed(
    monkeypatch: pytest.MonkeyPatch, more: Object
) -> None:
    monkeypatch.setattr("mailer.feeds.reader.CHILD", LIAR)
    with Reader() as reader, pytest.raises(FormatError, match="breaks what reads it"):
        reader.read(answered(**more), url="https://blog.example.org/feed.xml", now=TUESDAY)


def test_a_value_comes_out_of_json_as_it_went_in() -> None:
    view = a_view()

    assert whole(DigestView, json.loads(json.dumps(view, default=plain))) == view


@pytest.mark.parametrize("told", [None, 7, "x", ["x", 1], {"name": "x"}, [["x"], "y"]])
def test_nothing_but_the_type_that_was_asked_for_comes_out(told: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        whole(DigestView, told)


@pytest.mark.parametrize(
    ("kind", "told"),
    [(str, "a\0b"), (str, "\ud83d"), (int, 2**63), (int, True), (datetime, "2026-11-24T07:00:00")],
    ids=ascii,
)
def test_no_value_comes_out_that_a_database_refuses(kind: type, told: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        whole(kind, told)
