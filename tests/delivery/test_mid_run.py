"""What an operator does while mails leave, and who overtakes them."""

from collections import Counter

from tests.delivery.test_ledger_run import adds_up, planned, states
from tests.delivery.test_traffic import arrived, with_settings
from tests.system.world import World

MANY = [f"reader{number}@example.org" for number in range(400)]
IN_FLIGHT = 4


def running(world: World) -> World:
    """Owe many a digest; few mails are under way at a time, and the relay takes its time."""
    planned(with_settings(world, {"connections": 1}, in_flight_limit=IN_FLIGHT), *MANY)
    world.relay.thinks = (0.001, 0.002)
    return world


def waits_for(world: World, address: str) -> None:
    """Sign up, and get the confirmation."""
    world.sign_up(address)
    while address not in arrived(world):
        world.relay.wait_for(len(world.relay.messages) + 1)


def digests(world: World) -> int:
    return len(set(arrived(world)) & set(MANY))


def test_a_pause_in_mid_run_holds_digests_alone_and_a_resume_lets_them_go_on(
    both_worlds: World,
) -> None:
    world = running(both_worlds)

    with world.sender_at_work():
        world.relay.wait_for(30)
        world.mailer.steer.pause("brief", "somebody looks")
        before = digests(world)
        waits_for(world, "ada@example.net")
        waits_for(world, "bob@example.net")
        assert digests(world) <= before + 2 * IN_FLIGHT
        world.mailer.steer.resume("brief")
        world.relay.wait_for(len(MANY) + 2, timeout=120)

    assert Counter(arrived(world)) == Counter([*MANY, "ada@example.net", "bob@example.net"])
    assert adds_up(world)


def test_a_cancelled_edition_ends_in_mid_run(both_worlds: World) -> None:
    world = running(both_worlds)

    with world.sender_at_work():
        world.relay.wait_for(30)
        world.mailer.approve.cancel(1)
        before = digests(world)
        waits_for(world, "ada@example.net")
        waits_for(world, "bob@example.net")
        assert digests(world) <= before + 2 * IN_FLIGHT

    assert max(Counter(arrived(world)).values()) == 1
    assert states(world)["sent"] == digests(world) + 2
    assert adds_up(world)


def test_a_held_edition_goes_on_where_it_was_when_it_is_approved_again(world: World) -> None:
    running(world)

    with world.sender_at_work():
        world.relay.wait_for(30)
        world.mailer.approve.hold(1)
        before = digests(world)
        waits_for(world, "ada@example.net")
        assert digests(world) <= before + 2 * IN_FLIGHT
        world.mailer.approve.approve(1)
        world.relay.wait_for(len(MANY) + 1, timeout=120)

    assert max(Counter(arrived(world)).values()) == 1
