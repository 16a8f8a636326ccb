"""What the standards ask of a client, each against a server that would notice."""

from pathlib import Path
from typing import Any

import pytest

from mailer.config.settings import Secret, Tls
from mailer.delivery.model import Deferred, InDoubt, Refused, Sent, Unsent
from mailer.delivery.smtp_connection import Patience
from mailer.errors import LoginRefused, RelayAway
from tests.delivery.test_conversation import BODY, LOGIN, envelope, relay, talk
from tests.fakes.smtp_server import (
    AFTER_NEXT,
    CHUNKED,
    DROP,
    MUTE,
    PIPELINED,
    STEP_BY_STEP,
    SmtpServer,
    Stage,
    make_certificate,
)

IMPATIENT = Patience(0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3)
MANY_LINES = {
    "greeting": "220-fake.example\r\n220-no jokes\r\n220 ready",
    "MAIL": "250-2.1.0 fine\r\n250 2.1.0 so far",
    "RCPT": "250-2.1.5 fine\r\n250-2.1.5 quite\r\n250 2.1.5 so far",
    "DATA": "354-go on\r\n354 and end with a dot",
    "dot": "250-2.0.0 kept\r\n250 2.0.0 as 4711",
}

over = pytest.mark.parametrize(
    "offers", [STEP_BY_STEP, PIPELINED, CHUNKED], ids=["step by step", "pipelined", "chunked"]
)


def test_the_next_envelope_rides_behind_the_dot() -> None:
    """RFC 2920: a server that answers a dot only when it has the next command is no dead end."""
    with SmtpServer() as server:
        server.answer("dot", *[AFTER_NEXT] * 4)

        assert [type(one) for one in talk(relay(server), *[envelope()] * 5)] == [Sent] * 5


def test_without_pipelining_nothing_is_said_before_the_answer() -> None:
    with SmtpServer(offers=STEP_BY_STEP) as server:
        server.answer("dot", AFTER_NEXT)

        (first, *_) = talk(relay(server), envelope(), envelope(), patience=IMPATIENT)

        assert isinstance(first, InDoubt)


def test_everybody_refused_and_content_asked_for_all_the_same_ends_in_a_lone_dot() -> None:
    """RFC 2920 section 3.1."""
    with SmtpServer() as server:
        server.refuse("no@example.org", "550 5.1.1 nobody here")
        server.answer("DATA", "354 go on")

        first, second = talk(relay(server), envelope("no@example.org"), envelope())

        assert isinstance(first, Refused)
        assert isinstance(second, Sent)
        assert [message.content for message in server.messages] == [BODY]


@over
@pytest.mark.parametrize("stage", MANY_LINES)
def test_an_answer_of_many_lines_is_one_answer(stage: Stage, offers: tuple[str, ...]) -> None:
    for drips in (False, True):
        with SmtpServer(offers=offers, drips=drips) as server:
            server.answer(stage, MANY_LINES[stage])

            assert [type(one) for one in talk(relay(server), *[envelope()] * 3)] == [Sent] * 3


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("garbage", ["what?", "", "999 no such thing", "250+fine", "2", "\x00" * 9])
def test_garbage_in_place_of_an_answer_loses_nothing(stage: Stage, garbage: str) -> None:
    with SmtpServer() as server:
        server.answer(stage, garbage)

        first, *others = talk(relay(server), envelope(), envelope())

        assert isinstance(first, InDoubt if stage == "dot" else Deferred)
        assert all(isinstance(one, Unsent | InDoubt) for one in others)
        assert len(server.messages) <= 1


@pytest.mark.parametrize("stage", ["greeting", "EHLO"])
@pytest.mark.parametrize("reply", ["what?", "421 4.3.2 busy", DROP, MUTE])
def test_a_relay_that_does_not_begin_in_order_is_away(stage: Stage, reply: str) -> None:
    with SmtpServer() as server:
        server.answer(stage, reply)
        with pytest.raises(RelayAway):
            talk(relay(server), envelope(), patience=IMPATIENT)


@pytest.mark.parametrize("stage", ["STARTTLS", "AUTH"])
@pytest.mark.parametrize("reply", ["what?", "421 4.3.2 busy", DROP, MUTE])
def test_a_relay_that_breaks_off_before_the_mail_is_away(
    stage: Stage, reply: str, tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path)
    with SmtpServer(tls="starttls", certificate=certificate, login=LOGIN) as server:
        server.answer(stage, reply)
        account: dict[str, Any] = {"username": LOGIN[0], "password": Secret(LOGIN[1])}
        settings = relay(server, tls=Tls.STARTTLS, **account)
        with pytest.raises(RelayAway):
            talk(settings, envelope(), patience=IMPATIENT)

        assert server.messages == []


@pytest.mark.parametrize(
    ("stage", "ends"),
    [("MAIL", Deferred), ("RCPT", Deferred), ("DATA", Deferred), ("dot", InDoubt)],
)
def test_a_server_that_falls_silent_is_left_when_its_time_is_up(
    stage: Stage, ends: type[Deferred | InDoubt]
) -> None:
    with SmtpServer() as server:
        server.answer(stage, MUTE)

        (outcome,) = talk(relay(server), envelope(), patience=IMPATIENT)

        assert isinstance(outcome, ends)


def test_nobody_is_given_less_time_than_the_standard_asks_for() -> None:
    """RFC 5321 section 4.5.3.2: greeting, MAIL and RCPT 5 min, DATA 2, a block 3, the dot 10."""
    usual = Patience()

    assert (usual.greeting, usual.command) >= (300, 300)
    assert (usual.data, usual.block, usual.final_dot) >= (120, 180, 600)


@over
def test_the_last_word_is_waited_for(offers: tuple[str, ...]) -> None:
    with SmtpServer(offers=offers, parts_slowly=True) as server:
        talk(relay(server), envelope())

        assert server.commands[-1] == "QUIT"
        assert server.left_early == 0


@pytest.mark.parametrize(
    ("offers", "said"),
    [
        ((), "MAIL FROM:<brief@example.org>"),
        (("8BITMIME",), "MAIL FROM:<brief@example.org>"),  # what we write has seven bits
        (("SIZE",), f"MAIL FROM:<brief@example.org> SIZE={len(BODY)}"),
        (("SMTPUTF8", "8BITMIME"), "MAIL FROM:<brief@example.org>"),
    ],
)
def test_nothing_is_said_that_was_not_offered(offers: tuple[str, ...], said: str) -> None:
    with SmtpServer(offers=offers) as server:
        talk(relay(server), envelope())

        assert server.commands[1:3] == [said, "RCPT TO:<ada@example.org>"]


def test_a_wrong_answer_to_a_challenge_opens_nothing() -> None:
    with SmtpServer(login=LOGIN) as server:
        server.answer("EHLO", "250-fake.example\r\n250 AUTH CRAM-MD5")
        settings = relay(server, username=LOGIN[0], password=Secret("not this"))
        with pytest.raises(LoginRefused, match="refused the login: 535"):
            talk(settings, envelope())
