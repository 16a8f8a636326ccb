"""An edition made by hand: who gets it, and what it costs when everybody has it."""

from datetime import date, timedelta

from mailer.address import parse_address
from mailer.delivery.plan import JUST_NOW, LATE_COMERS
from mailer.jobs.run import run_job
from tests.system.world import World


def made_by_hand(world: World) -> int:
    """Ada gets an edition, and Ben, whose subscription's number is returned, is paused."""
    world.newsletter()
    ben = world.mailer.signup.add("brief", parse_address("ben@example.org")).id
    world.reader("ada@example.org")
    world.mailer.preferences.pause(ben, date(2026, 12, 24))
    world.publish()
    run_job(world.mailer, "gather")
    world.mailer.approve.approve(world.mailer.compose.by_hand("brief").id)
    assert world.mailer.plan.due().planned == 1
    world.clock.advance(2 * JUST_NOW)
    assert world.mailer.plan.due().planned == 0
    return ben


def test_once_everybody_has_it_readers_are_looked_through_some_minutes_later(
    both_worlds: World,
) -> None:
    ben = made_by_hand(both_worlds)
    both_worlds.mailer.preferences.resume(ben)

    assert both_worlds.mailer.plan.due().planned == 0
    both_worlds.clock.advance(LATE_COMERS)
    assert both_worlds.mailer.plan.due().planned == 1


def test_the_next_one_made_by_hand_waits_for_nothing(both_worlds: World) -> None:
    made_by_hand(both_worlds)
    both_worlds.clock.advance(timedelta(days=1))
    assert both_worlds.mailer.plan.due().planned == 0

    both_worlds.clock.advance(LATE_COMERS / 2)
    both_worlds.publish()
    run_job(both_worlds.mailer, "gather")
    both_worlds.mailer.approve.approve(both_worlds.mailer.compose.by_hand("brief").id)

    assert both_worlds.mailer.plan.due().planned == 1
