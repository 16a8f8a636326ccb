"""`mailer receive`: what a mail server is told of a mail it hands over."""

import io
import sqlite3
import sys

import pytest

from tests.cli.conftest import Operator

TOKEN = "AQ" + "b-_9" * 11
FAREWELL = f"From: ada@example.org\r\nSubject: unsubscribe.{TOKEN}\r\n\r\n".encode()


@pytest.fixture
def hand_over(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """Standard input, for a test to fill."""
    pipe = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pipe))
    return pipe


def fill(pipe: io.BytesIO, content: bytes) -> None:
    pipe.write(content)
    pipe.seek(0)


@pytest.mark.parametrize(
    "content", [b"", FAREWELL, b"\xff" * 9_000, b"Subject: buy\r\n\r\n" + b"x" * 9_000_000]
)
def test_whatever_comes_is_taken_to_its_end_and_nothing_is_said(
    mailer: Operator, hand_over: io.BytesIO, content: bytes
) -> None:
    fill(hand_over, content)

    told = mailer("receive")

    assert (told.code, told.out, told.err) == (0, "", "")
    assert hand_over.read() == b""


def test_while_the_database_is_away_the_server_keeps_the_mail(
    anywhere: Operator, hand_over: io.BytesIO
) -> None:
    anywhere.config.with_name("mailer.db").write_bytes(b"this is a letter, not a database" * 99)
    fill(hand_over, FAREWELL)

    told = anywhere("receive")

    assert (told.code, told.out) == (75, "")
    assert told.err.startswith("mailer: ")
    assert TOKEN not in told.err


def test_wrong_settings_keep_the_mail_too(anywhere: Operator, hand_over: io.BytesIO) -> None:
    anywhere.config.write_text("[site]\n")
    fill(hand_over, FAREWELL)

    assert anywhere("receive").code == 75


def test_an_error_of_ours_keeps_it_and_does_not_quote_it(
    mailer: Operator, hand_over: io.BytesIO
) -> None:
    with sqlite3.connect(mailer.config.with_name("mailer.db")) as database:
        database.execute("DROP TABLE delivery")
    database.close()
    answer = FAREWELL.replace(b"unsubscribe.", b"Re: ") + b"stop"
    fill(hand_over, answer.replace(TOKEN.encode(), b"x\r\nIn-Reply-To: <1.a@news.example.org>"))

    told = mailer("receive")

    assert told.code == 75
    assert "ada@example.org" not in told.err


def test_it_says_what_became_of_a_mail_when_asked(mailer: Operator, hand_over: io.BytesIO) -> None:
    fill(hand_over, FAREWELL)

    told = mailer("--debug", "receive")

    assert "subscription.mail_is_about_nobody" in told.err
    assert TOKEN not in told.err
