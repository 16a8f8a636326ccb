"""What receivers say of us, and what follows from it."""

from datetime import UTC, datetime, timedelta

import pytest

from mailer.delivery.brake import Brake
from mailer.delivery.model import DeliveryState, Reply
from mailer.delivery.receivers import FREE, STEP, Sure, judge, operator_of, silenced, took_one

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
MINUTES, HOUR = timedelta(minutes=10), timedelta(hours=1)


@pytest.mark.parametrize(
    ("exchange", "operator"),
    [
        ("aspmx.l.google.com.", "google.com"),
        ("example-com.mail.protection.outlook.com", "outlook.com"),
        ("mta5.am0.yahoodns.net", "yahoodns.net"),
        ("mail.example.co.uk", "example.co.uk"),
        ("MX.Example.DE", "example.de"),
        ("localhost", "localhost"),
    ],
)
def test_who_runs_a_mail_exchanger(exchange: str, operator: str) -> None:
    assert operator_of(exchange) == operator


@pytest.mark.parametrize(
    ("reply", "sure", "lasts", "cause"),
    [
        (Reply(421, "4.7.28", "unusual rate"), Sure.YES, MINUTES, "too much mail at once"),
        (Reply(421, "4.7.0", "slow down"), Sure.PERHAPS, MINUTES, "slow down"),
        (Reply(451, "4.7.1", "Greylisted, try again in 5 min"), Sure.NO, timedelta(), ""),
        (Reply(450, "4.2.1", "rate limit exceeded"), Sure.PERHAPS, MINUTES, "too much"),
        (Reply(452, "4.2.2", "mailbox full"), Sure.NO, timedelta(), ""),
        (Reply(550, "5.7.26", "unauthenticated"), Sure.YES, HOUR, "neither SPF nor DKIM"),
        (Reply(550, "5.7.515", "access denied"), Sure.YES, HOUR, "SPF, DKIM and DMARC"),
        (Reply(554, "5.7.1", "looks like spam"), Sure.PERHAPS, HOUR, "looks like spam"),
        (Reply(550, "5.1.1", "nobody here"), Sure.NO, timedelta(), ""),
        (Reply(550, None, "no"), Sure.NO, timedelta(), ""),
    ],
)
def test_what_a_reply_says_of_the_sender(
    reply: Reply, sure: Sure, lasts: timedelta, cause: str
) -> None:
    silence = judge(reply)

    assert (silence.sure, silence.lasts) == (sure, lasts)
    assert cause in silence.cause


def test_after_the_silence_it_is_one_mail_at_a_time_then_one_more() -> None:
    reply = Reply(421, "4.7.28", "unusual rate")
    receiver = silenced("google.com", judge(reply), reply, NOW, None)
    assert (receiver.silent_until, receiver.at_once) == (NOW + MINUTES, 1)

    paces = []
    faster = took_one(receiver)
    while faster is not None:
        receiver = faster
        paces.append(receiver.at_once)
        faster = took_one(receiver)

    assert paces == sorted(paces)
    assert set(paces) == set(range(1, FREE + 1))
    assert len(paces) == FREE * STEP - 1


def brake_after(percent: int, *states: DeliveryState) -> list[str]:
    brake = Brake(percent)
    said: list[str | None] = []
    for state in states:
        if state is SENT:
            brake.taken(1)
        elif state is REFUSED:
            said.append(brake.refused(1))
    return [why for why in said if why is not None]


SENT, REFUSED = DeliveryState.SENT, DeliveryState.REFUSED


def test_a_newsletter_that_is_refused_too_often_is_stopped_once() -> None:
    assert brake_after(10, *[SENT] * 40, *[REFUSED] * 8) == ["5 of the last 45 mails were refused"]


@pytest.mark.parametrize(
    "states",
    [
        [REFUSED] * 4,
        [REFUSED] * 19,
        [*[SENT] * 190, *[REFUSED] * 10],
        [SENT, SENT, SENT, SENT, SENT, SENT, SENT, SENT, SENT, REFUSED] * 20,
        [DeliveryState.DUE] * 100,
    ],
    ids=["few", "too few to judge", "few of many", "just the limit", "laters"],
)
def test_a_few_refusals_are_usual(states: list[DeliveryState]) -> None:
    assert brake_after(10, *states) == []


def test_without_a_limit_nothing_is_stopped() -> None:
    assert brake_after(0, *[REFUSED] * 300) == []


def test_old_answers_are_forgotten() -> None:
    assert brake_after(10, *[REFUSED] * 10, *[SENT] * 9, *[SENT] * 400, *[REFUSED] * 20) == []
