"""Who got an article that was wrong is told in their next digest, and nobody else is."""

from email import message_from_string, policy

from mailer.address import parse_address
from mailer.editions.forecast import NextMail
from mailer.editions.model import Rhythm, Schedule
from mailer.jobs.run import run_job
from tests.system.test_urgent import number_of
from tests.system.world import World

ADA, BEN, EVE = "ada@example.org", "ben@example.org", "eve@example.org"
NOTE = "The bridge is in Avonport."
WITHDRAWN = "It has been withdrawn."


def letters(world: World, address: str) -> list[str]:
    """Return the texts of one reader's mails, each as one line."""
    found = []
    for mail in world.digests(address):
        body = message_from_string(mail, policy=policy.default).get_body(("plain",))
        assert body is not None
        found.append(" ".join(body.get_content().split()))
    return found


def a_digest_has_left(world: World) -> None:
    """Ada and Ben got three stories on Tuesday; Eve signed up after that."""
    world.newsletter()
    world.reader(ADA, BEN)
    world.publish(3)
    world.at(2026, 11, 24, 6, 0)
    world.run_what_is_due()
    world.reader(EVE)


def next_day(world: World, day: int) -> None:
    world.publish()
    world.at(2026, 11, day, 6, 0)
    world.run_what_is_due()


def test_exactly_those_who_got_it_are_told_once(both_worlds: World) -> None:
    world = both_worlds
    a_digest_has_left(world)

    assert world.mailer.retract.withdraw(number_of(world, "Story number 2"), NOTE) == 2
    next_day(world, 25)
    next_day(world, 26)

    told = {who: [WITHDRAWN in mail for mail in letters(world, who)] for who in (ADA, BEN, EVE)}
    assert told == {ADA: [False, True, False], BEN: [False, True, False], EVE: [False, False]}
    assert NOTE in letters(world, ADA)[1]
    assert "Story number 2" in letters(world, ADA)[1]


def test_who_was_refused_the_mail_is_told_nothing(both_worlds: World) -> None:
    world = both_worlds
    world.relay.refuse(BEN, "550 5.7.1 not now")
    a_digest_has_left(world)
    world.relay.refuse(BEN, "250 2.1.5 fine")

    assert world.mailer.retract.withdraw(number_of(world, "Story number 2"), NOTE) == 1
    next_day(world, 25)

    assert [WITHDRAWN in mail for mail in letters(world, BEN)] == [False]


def test_a_correction_that_was_refused_comes_with_the_next_digest(both_worlds: World) -> None:
    world = both_worlds
    a_digest_has_left(world)
    world.mailer.retract.correct(number_of(world, "Story number 2"), NOTE)
    world.relay.refuse(ADA, "550 5.7.1 not now")
    next_day(world, 25)
    world.relay.refuse(ADA, "250 2.1.5 fine")

    next_day(world, 26)

    assert [NOTE in mail for mail in letters(world, ADA)] == [False, True]
    assert [NOTE in mail for mail in letters(world, BEN)] == [False, True, False]


def test_nobody_is_mailed_for_a_correction_alone(both_worlds: World) -> None:
    world = both_worlds
    a_digest_has_left(world)
    world.mailer.retract.withdraw(number_of(world, "Story number 2"), NOTE)
    world.at(2026, 11, 25, 6, 0)
    world.run_what_is_due()

    next_day(world, 26)

    assert [NOTE in mail for mail in letters(world, ADA)] == [False, True]


def test_a_story_that_had_no_room_was_got_by_nobody(both_worlds: World) -> None:
    world = both_worlds
    world.newsletter(max_stories=1)
    world.reader(ADA)
    world.publish(3)
    world.at(2026, 11, 24, 6, 0)
    world.run_what_is_due()
    (digest,) = letters(world, ADA)
    missing = next(n for n in (1, 2, 3) if f"Story number {n} What" not in digest)

    assert world.mailer.retract.withdraw(number_of(world, f"Story number {missing}"), NOTE) == 0


def test_what_is_withdrawn_between_two_readers_reaches_the_first_alone(both_worlds: World) -> None:
    world = both_worlds
    world.newsletter()
    world.reader(ADA)
    evening = Schedule(Rhythm.DAILY, 22 * 60, 0, "Europe/Berlin")
    world.reader(BEN)
    world.move(BEN, evening)
    world.publish(3)
    world.at(2026, 11, 24, 6, 0)
    world.run_what_is_due()

    assert world.mailer.retract.withdraw(number_of(world, "Story number 3"), NOTE) == 1
    world.at(2026, 11, 24, 21, 0)
    world.run_what_is_due()
    next_day(world, 25)

    first, second = letters(world, BEN)[0], letters(world, ADA)[1]
    assert "Story number 3" not in first
    assert "Story number 2" in first
    assert NOTE in second


def test_withdrawing_twice_is_told_once(world: World) -> None:
    a_digest_has_left(world)
    number = number_of(world, "Story number 2")

    assert world.mailer.retract.withdraw(number, NOTE) == 2
    assert world.mailer.retract.withdraw(number, NOTE) == 0


def test_the_forecast_knows_of_the_line(world: World) -> None:
    a_digest_has_left(world)
    world.mailer.retract.withdraw(number_of(world, "Story number 2"), NOTE)
    world.publish()
    run_job(world.mailer, "gather")

    (ada,) = forecasts(world, ADA)
    (eve,) = forecasts(world, EVE)

    assert (ada.corrections, eve.corrections) == (1, 0)


def forecasts(world: World, address: str) -> list[NextMail]:
    with world.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
    return world.mailer.forecast.next_mails(person.id)
