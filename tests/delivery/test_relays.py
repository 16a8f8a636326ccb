"""Several relays, real ones: shares by weight, one that goes away in mid-run, one that is new."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mailer.config.settings import Limit
from mailer.wiring import build
from tests.delivery.test_ledger_run import adds_up, planned, rows, states
from tests.delivery.test_traffic import arrived, with_settings
from tests.fakes.smtp_server import MUTE, SmtpServer
from tests.system.world import World

MANY = [f"reader{number}@example.org" for number in range(200)]
MINUTE = timedelta(minutes=1)
AWAY = "421 4.3.2 shutting down"


@pytest.fixture
def other() -> Iterator[SmtpServer]:
    with SmtpServer(thinks=(0.005, 0.01)) as server:
        yield server


def with_two_relays(world: World, other: SmtpServer, **first: object) -> World:
    """Give the program a second relay, of one line as the first."""
    world.mailer.store.close()
    one = replace(world.settings.relay[0], connections=1, **first)  # type: ignore[arg-type]
    two = replace(one, name="other", port=other.port, weight=1, limits=())
    world.settings = replace(world.settings, relay=(one, two))
    world.mailer = build(world.settings, world.clock)
    return world


def test_relays_share_the_mail_by_their_weights(both_worlds: World, other: SmtpServer) -> None:
    world = planned(with_two_relays(both_worlds, other, weight=3), *MANY)
    world.relay.thinks = other.thinks

    world.mailer.send.until_done()

    assert Counter(arrived(world) + received(other)) == Counter(MANY)
    assert 2 * len(other.messages) < len(world.relay.messages) < 4 * len(other.messages)


def test_nobody_waits_for_the_share_of_a_relay_that_is_stuck(
    world: World, other: SmtpServer
) -> None:
    planned(with_two_relays(world, other, weight=50), *MANY[:40])
    world.relay.answer("RCPT", *["250 2.1.5 fine"] * 5, MUTE)

    with world.sender_at_work():
        other.wait_for(30)
        world.relay.hang_up(AWAY)

    assert Counter(arrived(world) + received(other)).most_common(1)[0][1] == 1


def test_a_relay_that_goes_away_in_mid_run_is_replaced_by_the_other(
    both_worlds: World, other: SmtpServer
) -> None:
    world = planned(with_two_relays(both_worlds, other), *MANY)
    world.relay.answer("MAIL", *["250 2.1.0 fine"] * 20, *[AWAY] * 1000)
    world.relay.answer("greeting", "220 ready", *[AWAY] * 1000)

    world.mailer.send.until_done()

    assert len(world.relay.messages) == 20
    assert len(other.messages) >= 170  # what was being said to the first one is tried later
    world.relay.forget_answers()
    world.clock.advance(timedelta(hours=1))
    world.mailer.send.until_done()
    assert Counter(arrived(world) + received(other)) == Counter(MANY)
    assert states(world) == {"sent": 200}
    assert adds_up(world)


def received(server: SmtpServer) -> list[str]:
    return [message.recipients[0] for message in server.messages]


def test_a_relay_that_ends_an_idle_line_is_spoken_to_again(
    both_worlds: World, other: SmtpServer
) -> None:
    world = planned(with_two_relays(both_worlds, other, limits=(Limit(5, MINUTE),)), *MANY)
    other.thinks = (0.03, 0.05)

    with world.sender_at_work():
        world.relay.wait_for(4)  # its line rests now, and the run goes on over the other one
        world.relay.hang_up("421 4.4.2 idle for too long")
        world.clock.advance(2 * MINUTE)
        world.relay.wait_for(8)
        other.wait_for(150)
    world.clock.advance(timedelta(hours=1))
    with world.sender_at_work():
        other.wait_for(200 - len(world.relay.messages) - 4)

    assert Counter(arrived(world) + received(other)) == Counter(MANY)
    assert {row.attempts for row in rows(world)} == {1}


def test_a_new_relay_is_given_half_as_many_more_each_day(both_worlds: World) -> None:
    world = planned(with_settings(both_worlds, {"warm_up": 20}), *MANY[:100])
    came = []

    for expected in (19, 19 + 28, 19 + 28 + 42, 100):  # a twentieth is kept for people who wait
        with world.sender_at_work():
            world.relay.wait_for(expected)
        came.append(len(world.relay.messages))
        world.clock.advance(timedelta(hours=26))

    assert came == [19, 47, 89, 100]
    assert Counter(arrived(world)) == Counter(MANY[:100])
