"""Few readers get an edition first; what becomes of their mails decides about all the others."""

from datetime import UTC, datetime, timedelta

import pytest

from mailer.address import parse_address
from mailer.delivery.brake import Verdict, verdict
from mailer.delivery.model import Wave
from mailer.editions.model import EditionState, Rhythm, Schedule
from mailer.jobs.run import run_job
from tests.delivery.test_ledger_run import READERS, adds_up, planned, states
from tests.delivery.test_traffic import arrived, with_settings
from tests.system.world import World

WAIT = timedelta(minutes=10)
NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
NOBODY = "550 5.1.1 nobody here"


def goes_on(world: World, after: timedelta = timedelta()) -> None:
    """Let time pass, and every job have its turn."""
    world.clock.advance(after)
    run_job(world.mailer, "digests")
    world.mailer.send.until_done()


def held_because(world: World) -> str | None:
    with world.mailer.store.read() as tx:
        edition = tx.editions.by_id(1)
    assert edition.state is (EditionState.HELD if edition.held_because else EditionState.APPROVED)
    return edition.held_because


def test_the_owner_and_a_few_get_it_first_and_all_others_after_a_good_verdict(
    both_worlds: World,
) -> None:
    world = with_settings(both_worlds, canary=3, canary_addresses=(READERS[7],))
    planned(world, *READERS, "brief@news.example.org")

    world.mailer.send.until_done()

    first = arrived(world)
    assert 3 <= len(first) <= 5  # chance may choose one of the two as well
    assert {READERS[7], "brief@news.example.org"} <= set(first)
    goes_on(world, WAIT - timedelta(seconds=1))
    assert arrived(world) == first
    goes_on(world, timedelta(seconds=1))
    assert states(world) == {"sent": 21}
    assert adds_up(world)


def test_a_small_wave_that_is_refused_holds_the_edition_and_says_why(both_worlds: World) -> None:
    world = with_settings(both_worlds, canary=3)
    for reader in READERS:
        world.relay.refuse(reader, NOBODY)
    planned(world)

    goes_on(world)
    goes_on(world, WAIT)

    assert states(world) == {"refused": 3, "due": 17}
    assert held_because(world) == (
        "3 of the 3 mails that went first were refused: 550 5.1.1 nobody here"
    )
    for reader in READERS:
        world.relay.refuse(reader, "250 2.1.5 fine")
    world.mailer.approve.approve(1)
    goes_on(world)
    assert states(world) == {"refused": 3, "sent": 17}
    assert adds_up(world)


def test_a_wave_without_answers_lets_nobody_follow(both_worlds: World) -> None:
    world = with_settings(both_worlds, canary=4, give_up_after=timedelta(hours=2))
    for reader in READERS:
        world.relay.refuse(reader, "451 4.7.1 greylisted")
    planned(world)

    goes_on(world)
    goes_on(world, timedelta(hours=1))
    assert (states(world), held_because(world)) == ({"due": 20}, None)

    for _ in range(3):
        goes_on(world, timedelta(hours=2))
    assert states(world) == {"given_up": 4, "due": 16}
    assert held_because(world) == "none of the 4 mails that went first was answered"


def test_whose_hour_comes_while_the_wave_runs_waits_as_well(both_worlds: World) -> None:
    world = with_settings(both_worlds, canary=2)
    world.newsletter()
    world.reader(*READERS)
    world.move("reader19@example.org", Schedule(Rhythm.DAILY, 7 * 60 + 5, 0, "Europe/Berlin"))
    world.publish(2)
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    goes_on(world)
    assert states(world) == {"sent": 2, "due": 17}

    goes_on(world, timedelta(minutes=5))
    assert states(world) == {"sent": 2, "due": 18}

    goes_on(world, timedelta(minutes=5))
    assert states(world) == {"sent": 20}


def test_a_wave_that_is_too_small_grows_with_those_whose_hour_comes(world: World) -> None:
    world = with_settings(world, canary=2)
    world.newsletter()
    world.reader(*READERS)
    for reader in READERS[1:]:
        world.move(reader, Schedule(Rhythm.DAILY, 7 * 60 + 5, 0, "Europe/Berlin"))
    world.publish(2)
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    goes_on(world)
    assert states(world) == {"sent": 1}

    goes_on(world, timedelta(minutes=5))
    assert states(world) == {"sent": 2, "due": 18}


def test_who_left_before_the_wave_went_is_replaced(world: World) -> None:
    world = with_settings(world, canary=20)
    planned(world, *READERS, "late@example.org")
    for reader in READERS:
        world.mailer.signup.unsubscribe(parse_address(reader))

    goes_on(world)
    goes_on(world)

    assert arrived(world) == ["late@example.org"]


def test_an_operator_may_let_everybody_have_it(both_worlds: World) -> None:
    world = with_settings(both_worlds, canary=2)
    planned(world)
    world.mailer.send.until_done()

    assert world.mailer.steer.resume_edition(1)
    assert not world.mailer.steer.resume_edition(1)
    world.mailer.send.until_done()

    assert states(world) == {"sent": 20}


def test_a_hold_by_hand_and_an_approval_do_not_end_a_wave(world: World) -> None:
    world = with_settings(world, canary=2)
    planned(world)
    world.mailer.send.until_done()

    world.mailer.approve.hold(1)
    world.mailer.approve.approve(1)
    goes_on(world)

    assert states(world) == {"sent": 2, "due": 18}


@pytest.mark.parametrize(
    ("wave", "waited", "found"),
    [
        (Wave(NOW), True, Verdict.WAIT),  # nobody went yet
        (Wave(NOW, sent=20), False, Verdict.WAIT),
        (Wave(NOW, sent=18, refused=2), True, Verdict.GO),
        (Wave(NOW, sent=17, refused=3), True, Verdict.STOP),
        (Wave(NOW, refused=1), False, Verdict.STOP),
        (Wave(NOW, sent=0, refused=2, open=18), False, Verdict.WAIT),  # may still end well
        (Wave(NOW, sent=0, refused=3, open=17), False, Verdict.STOP),  # may not
        (Wave(NOW, sent=9, open=11), True, Verdict.WAIT),
        (Wave(NOW, sent=10, open=10), True, Verdict.GO),
        (Wave(NOW, sent=8, refused=2, open=10), True, Verdict.STOP),
        (Wave(NOW, unanswered=3), True, Verdict.STOP),
        (Wave(NOW, sent=1, unanswered=3), True, Verdict.GO),
    ],
)
def test_a_wave_is_judged(wave: Wave, waited: bool, found: Verdict) -> None:  # noqa: FBT001
    assert verdict(wave, 10, waited=waited) is found


def test_an_owner_without_a_limit_is_not_stopped_by_refusals() -> None:
    assert verdict(Wave(NOW, refused=9), 0, waited=True) is Verdict.GO
