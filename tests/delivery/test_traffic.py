"""Runs under limits, and to receivers that had enough."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mailer.config.settings import Limit, RelaySettings
from mailer.delivery.model import DeliveryState, Receiver
from mailer.editions.model import EditionState
from mailer.wiring import build
from tests.delivery.test_ledger_run import READERS, adds_up, planned, rows, states
from tests.fakes.dns_server import DnsServer
from tests.system.world import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    """Two domains of one operator, and one of another."""
    exchanges = {
        "one.example": "mx1.mail.big.example",
        "two.example": "mx2.mail.big.example",
        "three.example": "mx.small.example",
    }
    with DnsServer(exchanges) as server:
        yield server


def with_settings(
    world: World, relay: dict[str, object] | None = None, **delivery: object
) -> World:
    """Start the program anew with other settings."""
    world.mailer.store.close()
    world.settings = replace(
        world.settings,
        relay=(replace(world.settings.relay[0], **(relay or {})),),  # type: ignore[arg-type]
        delivery=replace(world.settings.delivery, **delivery),  # type: ignore[arg-type]
    )
    world.mailer = build(world.settings, world.clock)
    return world


def arrived(world: World) -> list[str]:
    return [message.recipients[0] for message in world.relay.messages]


def test_a_relay_is_given_what_it_allows_and_the_rest_later(both_worlds: World) -> None:
    world = planned(
        with_settings(both_worlds, {"limits": (Limit(8, MINUTE), Limit(15, 60 * MINUTE))})
    )

    with world.sender_at_work():
        world.relay.wait_for(7)
    assert len(arrived(world)) == 7  # one of eight is kept for people who wait
    world.clock.advance(2 * MINUTE)
    with_settings(world)
    with world.sender_at_work():
        world.relay.wait_for(14)
    assert len(arrived(world)) == 14
    world.clock.advance(70 * MINUTE)
    with world.sender_at_work():
        world.relay.wait_for(20)

    assert Counter(arrived(world)) == Counter(READERS)
    assert adds_up(world)


def test_who_waits_for_a_confirmation_gets_what_was_kept(world: World) -> None:
    planned(with_settings(world, {"limits": (Limit(8, MINUTE),)}))

    with world.sender_at_work():
        world.relay.wait_for(7)
        world.sign_up("new@example.org")
        world.relay.wait_for(8)

    assert arrived(world)[7:] == ["new@example.org"]


def test_what_one_relay_may_not_take_another_one_does(world: World) -> None:
    small = replace(world.settings.relay[0], name="small", limits=(Limit(2, MINUTE),))
    large = replace(world.settings.relay[0], name="large")
    world.settings = replace(world.settings, relay=(small, large))
    world.mailer = build(world.settings, world.clock)
    planned(world)

    world.mailer.send.until_done()

    relays = Counter(row.relay for row in rows(world))
    assert relays["small"] <= 2
    assert relays.total() == 20


def test_weights_share_the_mail_and_a_relay_that_is_away_is_done_without(world: World) -> None:
    away = RelaySettings("away", "127.0.0.1", 1, tls=world.settings.relay[0].tls, weight=5)
    spare = replace(world.settings.relay[0], name="spare", weight=0)
    world.settings = replace(world.settings, relay=(away, world.settings.relay[0], spare))
    world.mailer = build(world.settings, world.clock)
    planned(world)

    world.mailer.send.until_done()

    assert Counter(row.relay for row in rows(world)) == {"fake": 20}


def readers_of(domain: str, count: int = 10) -> list[str]:
    return [f"reader{number}@{domain}" for number in range(count)]


def test_a_receiver_that_had_enough_rests_and_others_go_on(
    both_worlds: World, dns: DnsServer
) -> None:
    world = with_settings(both_worlds, {"connections": 1}, nameservers=(dns.address,))
    planned(world, *readers_of("one.example", 1), *readers_of("three.example"))
    world.relay.refuse("reader0@one.example", "421 4.7.28 unusual rate of mail")
    world.mailer.send.until_done()
    world.relay.refuse("reader0@one.example", "250 2.1.5 fine")

    (receiver,) = paced(world)
    assert receiver.silent_until == world.clock.now() + 10 * MINUTE
    assert "too much mail at once" in receiver.cause
    assert {one for one in arrived(world) if one.endswith("three.example")} == set(
        readers_of("three.example")
    )

    world.clock.advance(20 * MINUTE)
    world.mailer.send.until_done()
    assert states(world) == {"sent": 11}


def paced(world: World) -> list[Receiver]:
    with world.mailer.store.read() as tx:
        return tx.pacing.receivers()


def test_what_one_domain_says_holds_for_all_of_its_operator(world: World, dns: DnsServer) -> None:
    world = with_settings(world, {"connections": 1}, nameservers=(dns.address,), in_flight_limit=1)
    first, *others = [*readers_of("one.example", 1), *readers_of("two.example", 5)]
    planned(world, first, *others, *readers_of("three.example", 5))
    world.relay.refuse(first, "450 4.7.28 too much")

    world.mailer.send.until_done()

    assert [receiver.name for receiver in paced(world)] == ["big.example"]
    assert not set(arrived(world)) & set(others[2:])
    assert set(arrived(world)) >= set(readers_of("three.example", 5))
    waiting = [row for row in rows(world) if row.recipient in others[2:]]
    assert {row.state for row in waiting} == {DeliveryState.DUE}
    assert {row.attempts for row in waiting} == {0}
    assert all("big.example rests: 450 4.7.28" in (row.reply_text or "") for row in waiting)


def test_a_receiver_that_takes_mail_again_is_given_more_and_more(world: World) -> None:
    many = [f"reader{number}@example.org" for number in range(600)]
    planned(with_settings(world, {"connections": 8}), *many)
    world.relay.refuse(many[0], "450 4.7.28 too much")
    world.mailer.send.until_done()
    world.relay.refuse(many[0], "250 2.1.5 fine")
    for _ in range(3):  # those that do not fit at hand come again a minute later
        world.clock.advance(15 * MINUTE)
        world.mailer.send.until_done()

    assert states(world) == {"sent": 600}
    assert paced(world) == [] or paced(world)[0].at_once > 8


def test_a_policy_refusal_pauses_the_receiver_and_disables_nobody(world: World) -> None:
    world = with_settings(world, {"connections": 1}, in_flight_limit=1, refusals_limit=0)
    planned(world)
    for reader in READERS:
        world.relay.refuse(reader, "550 5.7.26 unauthenticated mail is not taken")

    world.mailer.send.until_done()

    assert states(world)["refused"] < 5
    assert states(world)["due"] > 15
    assert "neither SPF nor DKIM" in paced(world)[0].cause
    with world.mailer.store.read() as tx:
        assert {row.state.value for row in tx.subscribers.listing(limit=100)} == {"active"}


def test_an_operator_may_let_a_receiver_have_mail_again(world: World) -> None:
    planned(world, READERS[0])
    world.relay.refuse(READERS[0], "450 4.7.28 too much")
    world.mailer.send.until_done()

    assert world.mailer.steer.resume_receiver("example.org")
    assert not world.mailer.steer.resume_receiver("example.org")
    assert paced(world) == []


def test_too_many_refusals_pause_the_newsletter(both_worlds: World) -> None:
    world = with_settings(both_worlds, {"connections": 1}, in_flight_limit=5)
    many = [f"reader{number}@example.org" for number in range(200)]
    planned(world, *many)
    for reader in many[:60]:
        world.relay.refuse(reader, "550 5.1.1 nobody here")

    world.mailer.send.until_done()

    with world.mailer.store.read() as tx:
        (pause,) = tx.steering.pauses()
    assert "mails were refused" in pause.reason
    assert 20 <= states(world)["refused"] <= 40
    assert states(world)["due"] >= 150
    assert adds_up(world)
    assert world.mailer.steer.resume("brief")


def test_a_run_can_be_cancelled_at_any_moment(world: World) -> None:
    planned(with_settings(world, {"limits": (Limit(8, MINUTE),)}))
    with world.sender_at_work():
        world.relay.wait_for(7)
        world.mailer.approve.cancel(1)
    world.clock.advance(2 * MINUTE)
    world.mailer.send.until_done()

    with world.mailer.store.read() as tx:
        assert tx.editions.by_id(1).state is EditionState.CANCELLED
    assert len(arrived(world)) == 7


def test_a_confirmation_overtakes_a_digest_that_is_running(both_worlds: World) -> None:
    many = [f"reader{number}@example.org" for number in range(800)]
    world = planned(both_worlds, *many)
    world.relay.thinks = (0.01, 0.02)

    with world.sender_at_work():
        world.relay.wait_for(50)
        world.sign_up("new@example.org")
        got = [message.recipients[0] for message in world.relay.wait_for(801, timeout=90)]

    assert got.index("new@example.org") < 750


def test_what_was_refused_goes_out_again_to_just_those(world: World) -> None:
    planned(world)
    world.relay.refuse(READERS[3], "550 5.2.1 disabled for now")
    world.mailer.send.until_done()
    world.relay.refuse(READERS[3], "250 2.1.5 fine")

    assert world.mailer.steer.resend(1, {DeliveryState.REFUSED}) == 1
    world.mailer.send.until_done()

    assert Counter(arrived(world)) == Counter(READERS)
    assert arrived(world)[-1] == READERS[3]
