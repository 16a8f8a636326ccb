"""Which mails ask to leave, and which only look so."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.subscribers.farewell import read_farewell

TOKEN = "AQ" + "b-_9" * 11
ANSWER = b"From: a@b.example\r\nIn-Reply-To: <1.a@b.example>\r\n"
OURS = "<12.0123456789abcdef@example.org>"


def mail(body: str = "", kind: str = "plain", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"] = "Ada <ada@example.org>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(body, subtype=kind)
    return made.as_bytes()


@pytest.mark.parametrize("subject", [TOKEN, f"leave {TOKEN}", f"Re: unsubscribe {TOKEN}."])
def test_a_token_in_the_subject_is_enough(subject: str) -> None:
    asked = read_farewell(mail(Subject=subject))

    assert asked is not None
    assert asked.token == TOKEN


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Unsubscribe", "plain"),
        ("\n  STOP!\n\n> you wrote", "plain"),
        ("Bitte abmelden.\n", "plain"),
        ("“désinscription”".strip("“”"), "plain"),
        ("配信停止\n", "plain"),
        ("<html><body><p>להסרה</p><blockquote>…</blockquote>", "html"),
    ],
)
def test_an_answer_whose_first_line_says_so_is_enough(body: str, kind: str) -> None:
    asked = read_farewell(mail(body, kind, Subject="Re: Ferries", In_Reply_To=OURS))

    assert asked is not None
    assert asked.answers == ((12, "0123456789abcdef"),)
    assert str(asked.sender) == "ada@example.org"


@pytest.mark.parametrize(
    "body",
    ["Please do not unsubscribe me", "Stop the presses, I loved it", "", "> unsubscribe me not"],
)
def test_an_answer_that_says_something_else_is_read_by_people(body: str) -> None:
    assert read_farewell(mail(body, Subject="Re: Ferries", In_Reply_To=OURS)) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto_Submitted", "auto-replied"),
        ("Precedence", "bulk"),
        ("Return_Path", "<>"),
        ("X_Autoreply", "yes"),
        ("List_Id", "<others.example>"),
    ],
)
def test_a_program_asks_for_nothing(name: str, value: str) -> None:
    raw = mail("stop", Subject=f"leave {TOKEN}", In_Reply_To=OURS, **{name: value})

    assert read_farewell(raw) is None


def test_apples_program_writes_when_somebody_presses_its_button() -> None:
    """Its mails say auto-replied; dropped, they would leave millions on a list they left."""
    pressed = {"Auto_Submitted": "auto-replied", "X_Apple_Unsubscribe": "true"}

    asked = read_farewell(mail("Apple Mail sent this email", Subject=TOKEN, **pressed))

    assert asked is not None
    assert asked.token == TOKEN
    assert read_farewell(mail("stop", In_Reply_To=OURS, **pressed)) is None


def test_a_person_who_says_that_they_are_one_is_believed() -> None:
    assert read_farewell(mail(Subject=TOKEN, Auto_Submitted="no")) is not None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: =?x-unknown?b?AAAA?=\r\n\r\nstop",
        b"Subject: =?utf-8?b?/////w==?=\r\nFrom: @@@\r\n\r\n",
        b"Content-Type: text/plain; charset=nonsense\r\nIn-Reply-To: <1.a@b>\r\n\r\nstop",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain",
        b"Subject: " + b"=?a?q?" * 40_000,
        b"In-Reply-To: <1.a@b.example>\r\nFrom: " + b"(" * 200_000,
        ANSWER + b"Content-Type: text/html\r\n\r\n" + b"<" * 200_000,
        ANSWER + b"Content-Type: text/html\r\n\r\n" + b"<br" * 80_000,
        ANSWER + b"Content-Type: message/rfc822\r\n\r\n" * 6_000,
        ANSWER + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 9_000,
    ],
)
def test_what_is_broken_is_nobody_s_farewell(raw: bytes) -> None:
    assert read_farewell(raw) is None


@given(st.binary(max_size=2_000))
def test_nothing_that_comes_breaks_it(raw: bytes) -> None:
    read_farewell(b"Subject: x\r\nIn-Reply-To: <1.a@b.example>\r\n" + raw)
