"""What results look like: on a terminal, in a pipe, to a program."""

import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

import pytest

from mailer.address import parse_address
from mailer.cli.output import (
    print_facts,
    print_json,
    print_json_line,
    print_table,
    progress,
    say,
    when,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Thing:
    at: datetime
    colour: Colour
    parts: tuple[int, ...]


def on_a_terminal(program: str) -> str:
    """Run a program whose standard streams are a terminal, and return what it showed."""
    ours, theirs = pty.openpty()
    code = "from mailer.cli.output import *\n" + program
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ):
        os.close(theirs)
        shown = bytearray()
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # Linux says EIO when the other side has closed
            pass
    os.close(ours)
    return shown.decode()


def test_columns_are_aligned_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "count"), [("a", 1), ("long name", 12_345)], "Nothing.")

    assert capsys.readouterr().out == "name       count\na          1\nlong name  12,345\n"


def test_wide_letters_do_not_push_a_column_away(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "count"), [("港の新聞", 1), ("plain", 2)], "Nothing.")

    assert capsys.readouterr().out == "name      count\n港の新聞  1\nplain     2\n"


def test_an_empty_table_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name",), [], "There is nothing yet.")

    assert capsys.readouterr().out == "There is nothing yet.\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("", "-"),
        (0, "0"),
        (True, "yes"),
        (False, "no"),
        (1.256, "1.26"),
        (NOON.astimezone(timezone(timedelta(hours=3))), "2026-11-24 12:00 UTC"),
        (Colour.RED, "red"),
        (parse_address("ada@example.org"), "ada@example.org"),
    ],
)
def test_a_value_is_told_for_people(
    value: object, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_facts([("value", value)])

    assert capsys.readouterr().out == f"value  {text}\n"


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "a\rb", "\x9b31m", "\u202egnp"])
def test_outside_text_does_not_steer_the_terminal(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_table(("title",), [(text,)], "Nothing.")

    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 2
    assert "\N{REPLACEMENT CHARACTER}" in shown[1]


def test_a_sentence_keeps_its_lines_and_steers_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say("Two lines,\nand what a server said: \x1b[2Jgone")

    assert capsys.readouterr().out == "Two lines,\nand what a server said: \ufffd[2Jgone\n"


def test_a_terminal_gets_a_table_and_no_markup_from_outside() -> None:
    shown = on_a_terminal('print_table(("title",), [("[bold]News[/bold]",)], "Nothing.")')

    assert "[bold]News[/bold]" in shown
    assert "─" in shown


def test_json_is_one_document_with_times_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    print_json([Thing(NOON, Colour.RED, (1, 2)), {"to": parse_address("ada@example.org")}])

    assert json.loads(capsys.readouterr().out) == [
        {"at": "2026-11-24T12:00:00Z", "colour": "red", "parts": [1, 2]},
        {"to": "ada@example.org"},
    ]


def test_a_json_line_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json_line({"title": "two\nlines", "words": frozenset({"ä"})})

    assert capsys.readouterr().out == '{"title": "two\\nlines", "words": ["ä"]}\n'


def test_what_has_no_json_is_our_mistake() -> None:
    with pytest.raises(TypeError, match="object has no JSON"):
        print_json(object())


def test_a_time_is_told_where_the_reader_is() -> None:
    assert when(NOON, "Europe/Berlin") == "Tue 24 Nov 2026 13:00 Europe/Berlin"
    assert when(NOON) == "Tue 24 Nov 2026 12:00 UTC"
    assert when(None) == "-"


def test_progress_elsewhere_is_a_line_for_each_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Sending", 1000) as done:
        for number in range(1, 1001):
            done(number)

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[0] == "Sending: 100 of 1,000"
    assert len(said.err.splitlines()) == 10


def test_progress_of_nothing_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Sending", 0):
        pass

    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal_is_a_bar() -> None:
    shown = on_a_terminal('with progress("Sending", 3) as done:\n    done(3)')

    assert "Sending" in shown
    assert "3/3" in shown


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 2)])
def test_only_a_yes_lets_a_question_pass(answer: str, code: int) -> None:
    program = """if True:
        import sys, click
        from mailer.cli.main import mailer, run
        from mailer.cli.output import confirm
        @mailer.command("drop")
        def drop() -> None:
            confirm("Really?", yes=False)
        mailer.get_command = lambda ctx, name: drop
        sys.exit(run(["drop"]))
    """

    done = subprocess.run(
        [sys.executable, "-c", program], input=answer, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (code, "")
    assert "Really? [y/N]" in done.stderr
