"""One conversation with a real server, and all that can go wrong in it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mailer.address import parse_address
from mailer.config.settings import RelaySettings, Secret, Tls
from mailer.delivery.model import (
    Deferred,
    Envelope,
    InDoubt,
    Outcome,
    Refused,
    Sent,
    Unsent,
)
from mailer.delivery.smtp_connection import Patience
from mailer.delivery.smtp_relay import SmtpRelay
from mailer.delivery.switchboard import switchboard
from mailer.delivery.transport import Line
from mailer.errors import DeliveryError, LoginRefused, RelayAway
from tests.fakes.smtp_server import (
    CHUNKED,
    DROP,
    INJECT,
    LOSE,
    PIPELINED,
    STEP_BY_STEP,
    SmtpServer,
    Stage,
    make_certificate,
)

HASTE = Patience(connect=5, greeting=5, command=5, data=5, block=5, final_dot=5, quit=1)
LOGIN = ("me", "wonderful secret")
BODY = b"Subject: x\r\n\r\nHello\r\n"
STAGES: tuple[Stage, ...] = ("MAIL", "RCPT", "DATA", "dot")


def relay(server: SmtpServer, **changes: Any) -> RelaySettings:
    given: dict[str, Any] = {"tls": Tls.NONE, "verify": False, **changes}
    return RelaySettings("fake", "127.0.0.1", server.port, **given)


def envelope(recipient: str = "ada@example.org", message: bytes = BODY) -> Envelope:
    reader = parse_address(recipient)
    return Envelope(1, "brief@example.org", reader, (message,), len(message))


class Mailbag:
    """Gives out envelopes, and keeps what became of them."""

    def __init__(self, *envelopes: Envelope) -> None:
        self.waiting = deque(envelopes)
        self.outcomes: dict[int, Outcome | Unsent] = {}
        self.left = {one.delivery_id for one in envelopes}
        self.rested = asyncio.Event()
        self.switchboard = switchboard()

    def following(self, relay: str) -> Envelope | None:
        del relay
        return self.waiting.popleft() if self.waiting else None

    def may_leave(self, envelope: Envelope) -> bool:
        return bool(envelope)

    def told(self, relay: str, endings: Sequence[tuple[Envelope, Outcome | Unsent]]) -> None:
        del relay
        self.outcomes |= {one.delivery_id: outcome for one, outcome in endings}

    def strode(self, line: Line, ending: tuple[Envelope, Outcome | Unsent]) -> None:
        self.told(line.relay, [ending])
        self.holds(line)

    def holds(self, line: Line) -> None:
        line.go_on()

    def rests(self, line: Line) -> None:
        del line
        self.rested.set()


def talk(
    settings: RelaySettings, *envelopes: Envelope, patience: Patience = HASTE
) -> list[Outcome | Unsent]:
    """Send all over one line, each with a number of its own; return what became of them."""
    numbered = [one._replace(delivery_id=number) for number, one in enumerate(envelopes)]

    async def run() -> list[Outcome | Unsent]:
        bag = Mailbag(*numbered)
        line = await SmtpRelay(settings, patience).connect(bag)
        try:
            line.go_on()
            await bag.rested.wait()
        finally:
            await line.close()
        return [bag.outcomes[number] for number in sorted(bag.outcomes)]

    return asyncio.run(run())


@pytest.fixture(
    params=[STEP_BY_STEP, PIPELINED, CHUNKED], ids=["step by step", "pipelined", "chunked"]
)
def offers(request: pytest.FixtureRequest) -> tuple[str, ...]:
    found: tuple[str, ...] = request.param
    return found


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def test_a_message_arrives_as_it_was_with_its_envelope(offers: tuple[str, ...]) -> None:
    with SmtpServer(offers=offers) as server:
        (outcome,) = talk(relay(server), envelope())

        assert isinstance(outcome, Sent)
        (message,) = server.messages
        assert (message.sender, message.recipients) == ("brief@example.org", ("ada@example.org",))
        assert message.content == BODY
        assert server.commands[-1] == "QUIT"


@pytest.mark.parametrize(
    "body",
    [b".\r\n", b"..\r\n", b"a\r\n.\r\nMAIL FROM:<x@y.example>\r\n", b".hidden\r\n", b"no end"],
)
def test_dots_in_a_body_end_nothing(body: bytes, offers: tuple[str, ...]) -> None:
    with SmtpServer(offers=offers) as server:
        talk(relay(server), envelope(message=b"Subject: x\r\n\r\n" + body))

        (message,) = server.messages
        assert message.content.removesuffix(b"\r\n") == (b"Subject: x\r\n\r\n" + body).removesuffix(
            b"\r\n"
        )


def test_what_the_kernel_does_not_take_at_once_arrives_whole(offers: tuple[str, ...]) -> None:
    large = BODY + (b"x" * 70 + b"\r\n") * 100_000

    with SmtpServer(offers=offers) as server:
        talk(relay(server), envelope(message=large), envelope(message=large), envelope())

        assert [message.content for message in server.messages] == [large, large, BODY]


def test_many_messages_go_over_one_conversation(offers: tuple[str, ...]) -> None:
    with SmtpServer(offers=offers) as server:
        outcomes = talk(relay(server), *(envelope(f"r{n}@example.org") for n in range(20)))

        assert len(server.messages) == len([one for one in outcomes if isinstance(one, Sent)]) == 20
        assert [line for line in server.commands if line.startswith("EHLO")] == ["EHLO [127.0.0.1]"]


def test_replies_that_come_a_byte_at_a_time_are_understood(offers: tuple[str, ...]) -> None:
    with SmtpServer(drips=True, offers=offers) as server:
        outcomes = talk(relay(server), *[envelope()] * 5)
        assert [type(one) for one in outcomes] == [Sent] * 5


ANSWERED = [
    *(pytest.param(one, STEP_BY_STEP, id=f"{one}, step by step") for one in STAGES),
    *(pytest.param(one, PIPELINED, id=f"{one}, pipelined") for one in STAGES),
    *(pytest.param(one, CHUNKED, id=f"{one}, chunked") for one in STAGES if one != "DATA"),
]


@pytest.mark.parametrize(("stage", "offers"), ANSWERED)
@pytest.mark.parametrize(
    ("reply", "kind"), [("550 5.7.1 no\r", Refused), ("451 4.3.0 later", Deferred)]
)
def test_a_no_is_final_and_a_later_is_not_and_the_next_message_goes(
    stage: Stage, reply: str, kind: type[Outcome], offers: tuple[str, ...]
) -> None:
    with SmtpServer(offers=offers) as server:
        server.answer(stage, reply.strip())
        first, second = talk(relay(server), envelope("no@example.org"), envelope())

        assert isinstance(first, kind)
        assert isinstance(second, Sent)
        assert [message.recipients for message in server.messages] == [("ada@example.org",)]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("reply", ["421 4.3.2 closing", DROP], ids=["421", "dropped"])
def test_a_line_that_breaks_before_the_message_was_whole_only_puts_it_off(
    stage: Stage, reply: str
) -> None:
    with SmtpServer() as server:
        server.answer(stage, reply)
        first, *second = talk(relay(server), envelope(), envelope())

        # 421 is an answer to the dot too: it was not taken.
        unknown = stage == "dot" and reply == DROP
        assert isinstance(first, InDoubt if unknown else Deferred)
        assert all(isinstance(one, Unsent) for one in second)
        assert server.messages == []


def test_more_comes_back_than_was_lost_when_a_chunked_line_breaks() -> None:
    with SmtpServer(offers=CHUNKED) as server:
        server.answer("dot", "250 2.0.0 kept", LOSE)
        outcomes = talk(relay(server), *[envelope()] * 4)

        assert [type(one) for one in outcomes] == [Sent, InDoubt, InDoubt]
        assert len(server.messages) == 2


def test_a_lost_answer_to_the_dot_is_doubt_and_not_a_second_try() -> None:
    with SmtpServer() as server:
        server.answer("dot", LOSE)
        (outcome,) = talk(relay(server), envelope())

        assert outcome == InDoubt("the relay hung up")
        assert len(server.messages) == 1


def test_garbage_ends_the_conversation() -> None:
    with SmtpServer() as server:
        server.answer("MAIL", "what is this?")
        (outcome,) = talk(relay(server), envelope())

        assert isinstance(outcome, Deferred)


@pytest.mark.parametrize(
    ("greeting", "words"),
    [("554 5.3.2 not today", "does not take mail"), ("421 busy", "closed"), (DROP, "hung up")],
)
def test_a_relay_that_greets_with_a_no_is_away(greeting: str, words: str) -> None:
    with SmtpServer() as server:
        server.answer("greeting", greeting)
        with pytest.raises(RelayAway, match=words):
            talk(relay(server), envelope())


def test_a_port_where_nobody_listens_is_a_relay_that_is_away() -> None:
    with pytest.raises(RelayAway, match=r"fake \(127.0.0.1:1\)"):
        talk(RelaySettings("fake", "127.0.0.1", 1, tls=Tls.NONE), envelope())


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_protected_line_is_used_for_everything(tls: Tls, certificate: Path) -> None:
    kind: Any = tls.value
    with SmtpServer(tls=kind, certificate=certificate, login=LOGIN) as server:
        settings = relay(server, tls=tls, username=LOGIN[0], password=Secret(LOGIN[1]))
        assert isinstance(talk(settings, envelope())[0], Sent)

        (message,) = server.messages
        assert (message.protected, message.user) == (True, "me")


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_certificate_that_nobody_signed_is_not_believed(tls: Tls, certificate: Path) -> None:
    kind: Any = tls.value
    with (
        SmtpServer(tls=kind, certificate=certificate) as server,
        pytest.raises(RelayAway, match="certificate is not trusted"),
    ):
        talk(relay(server, tls=tls, verify=True), envelope())


def test_a_line_that_should_be_protected_and_cannot_be_carries_nothing() -> None:
    with SmtpServer() as server:
        with pytest.raises(RelayAway, match="offers no STARTTLS"):
            talk(relay(server, tls=Tls.STARTTLS), envelope())

        assert server.messages == []


def test_what_is_said_before_the_line_is_protected_is_forgotten(certificate: Path) -> None:
    with SmtpServer(tls="starttls", certificate=certificate) as server:
        server.answer("STARTTLS", INJECT)
        settings = relay(server, tls=Tls.STARTTLS)
        try:
            (outcome,) = talk(settings, envelope())
        except DeliveryError:
            return  # to be suspicious of the whole line is as good
        assert isinstance(outcome, Sent)
        assert server.messages[0].protected


def test_a_token_opens_what_a_password_would() -> None:
    with SmtpServer(login=LOGIN) as server:
        server.answer("EHLO", "250-fake.example\r\n250 AUTH PLAIN XOAUTH2")
        settings = relay(server, username=LOGIN[0], token=Secret(LOGIN[1]))
        talk(settings, envelope())

        assert server.messages[0].user == "me"


def test_a_token_that_is_refused_says_so() -> None:
    with SmtpServer(login=LOGIN) as server:
        server.answer("EHLO", "250-fake.example\r\n250 AUTH XOAUTH2")
        settings = relay(server, username=LOGIN[0], token=Secret("old"))
        with pytest.raises(LoginRefused, match="refused the login: 535"):
            talk(settings, envelope())


def test_a_failure_is_reported_back_where_the_relay_can() -> None:
    with SmtpServer(offers=(*PIPELINED, "DSN")) as server:
        talk(relay(server), envelope("a+b=c@example.org"), envelope()._replace(notify=False))

        said = [line for line in server.commands if line.startswith(("MAIL", "RCPT"))]
        assert said[0].endswith(" RET=HDRS ENVID=0")
        assert said[1].endswith(" NOTIFY=FAILURE ORCPT=rfc822;a+2Bb+3Dc@example.org")
        assert said[3].endswith(" NOTIFY=NEVER")


def test_what_a_relay_says_out_of_turn_ends_the_conversation_and_loses_nothing() -> None:
    with SmtpServer() as server:
        server.answer("MAIL", "250 2.1.0 fine\r\n250 and more\r\n250 and more\r\n250 and more")
        outcomes = talk(relay(server), envelope(), envelope())

        assert not any(isinstance(one, Sent) for one in outcomes)


def test_a_worn_out_conversation_is_ended_and_the_rest_waits() -> None:
    with SmtpServer() as server:
        outcomes = talk(relay(server, messages_per_connection=3), *[envelope()] * 5)

        assert len(outcomes) == len(server.messages) == 3
        assert server.commands[-1] == "QUIT"


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_each_way_to_log_in_works(mechanism: str) -> None:
    with SmtpServer(login=LOGIN) as server:
        server.answer("EHLO", f"250-fake.example\r\n250 AUTH {mechanism}")
        settings = relay(server, username=LOGIN[0], password=Secret(LOGIN[1]))
        talk(settings, envelope())

        assert server.messages[0].user == "me"


@pytest.mark.parametrize(
    ("ehlo", "password", "words"),
    [
        (None, "wrong", "refused the login: 535"),
        ("250 fake.example", LOGIN[1], "offers no way to log in"),
        ("250-fake.example\r\n250 AUTH XOAUTH2", LOGIN[1], "offers no way to log in"),
    ],
)
def test_a_login_that_fails_says_why_and_sends_nothing(
    ehlo: str | None, password: str, words: str
) -> None:
    with SmtpServer(login=LOGIN) as server:
        if ehlo:
            server.answer("EHLO", ehlo)
        with pytest.raises(LoginRefused, match=words) as caught:
            talk(relay(server, username="me", password=Secret(password)), envelope())

        assert password not in str(caught.value)
        assert server.messages == []


@pytest.mark.parametrize(
    ("offers", "message", "recipient", "status"),
    [
        (("SIZE 10",), BODY, "ada@example.org", "5.3.4"),
        ((), BODY, "zoë@example.org", "5.6.7"),
    ],
)
def test_what_the_relay_cannot_take_is_refused_by_us(
    offers: tuple[str, ...], message: bytes, recipient: str, status: str
) -> None:
    with SmtpServer(offers=offers) as server:
        first, second = talk(relay(server), envelope(recipient, message), envelope(message=b""))

        assert isinstance(first, Refused)
        assert first.reply.status == status
        assert isinstance(second, Sent)


def test_an_address_beyond_ascii_goes_to_a_relay_that_takes_it() -> None:
    with SmtpServer() as server:
        talk(relay(server), envelope("zoë@bücher.example"))

        assert server.messages[0].recipients == ("zoë@xn--bcher-kva.example",)
        assert "MAIL FROM:<brief@example.org> SIZE=21 BODY=8BITMIME SMTPUTF8" in server.commands
