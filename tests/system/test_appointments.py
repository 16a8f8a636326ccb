"""Who is due is found by way of appointments: they may say too early, and never too late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailer.address import parse_address
from mailer.editions.model import Due, Rhythm, Schedule
from mailer.store.database import Store
from mailer.subscribers.model import Subscription
from tests.fakes.clock import StandingClock
from tests.system.conftest import a_world
from tests.system.world import World

ADA, BEN = "ada@example.org", "ben@example.org"
EVENING = Schedule(Rhythm.DAILY, 18 * 60, 0, "Europe/Berlin")
SEVEN, DAY = datetime(2026, 11, 24, 6, 0, tzinfo=UTC), timedelta(days=1)  # in Berlin


def tie(world: World, address: str) -> Subscription:
    with world.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        (found,) = tx.subscriptions.of_subscriber(person.id)
        return found


def hours(store: Store, clock: StandingClock, later: timedelta) -> list[Schedule]:
    with store.read() as tx:
        return [hour.schedule for hour in tx.appointments.came(clock.now() + later)]


def test_nobody_is_looked_for_before_the_first_of_a_schedule_is_due(both_worlds: World) -> None:
    both_worlds.newsletter()
    both_worlds.reader(ADA, BEN)
    both_worlds.move(BEN, EVENING)
    store, clock = both_worlds.mailer.store, both_worlds.clock

    assert hours(store, clock, timedelta(minutes=59)) == []
    assert [one.minute_of_day for one in hours(store, clock, timedelta(hours=1))] == [7 * 60]
    assert EVENING in hours(store, clock, timedelta(days=1))


def test_planning_moves_a_schedule_on_and_forgets_one_that_nobody_has(both_worlds: World) -> None:
    both_worlds.newsletter()
    both_worlds.reader(ADA)
    store, clock = both_worlds.mailer.store, both_worlds.clock
    both_worlds.move(ADA, EVENING)  # nobody reads in the morning any more
    both_worlds.publish()
    both_worlds.at(2026, 11, 24, 17, 0)
    both_worlds.run_what_is_due()

    assert len(both_worlds.digests(ADA)) == 1
    assert hours(store, clock, timedelta(hours=23)) == []
    assert hours(store, clock, timedelta(hours=24)) == [EVENING]


@pytest.mark.postgres
def test_a_turn_that_is_not_committed_yet_is_not_overlooked(
    postgres_url: str, clock: StandingClock, tmp_path: Path
) -> None:
    with a_world(postgres_url, clock, tmp_path) as world:
        world.newsletter()
        world.reader(ADA, BEN)
        world.move(BEN, EVENING)
        store, morning = world.mailer.store, tie(world, ADA).schedule
        due, tomorrow = Due(SEVEN, "2026-11-24"), Due(SEVEN + DAY, "2026-11-25")

        with store.write() as slow:
            slow.subscriptions.keep(replace(tie(world, BEN), schedule=morning), due)
            with store.write() as quick:
                quick.subscriptions.keep(tie(world, ADA), tomorrow)
                quick.appointments.move_on(SEVEN)

        assert morning in hours(store, clock, timedelta(hours=1))
