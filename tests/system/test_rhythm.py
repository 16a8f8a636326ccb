"""What a reader chooses about their mail, and that nothing is lost or told twice over it."""

from datetime import UTC, date, datetime

import pytest

from mailer.address import parse_address
from mailer.editions.model import Rhythm
from mailer.errors import MoveError, UsageError
from mailer.jobs.run import run_job
from mailer.subscribers.model import State, Subscription
from mailer.subscribers.preferences import Wishes
from tests.system.world import World

ADA = "ada@example.org"


def tie(world: World) -> Subscription:
    with world.mailer.store.read() as tx:
        return tx.subscriptions.of_subscriber(tx.subscribers.by_address(parse_address(ADA)).id)[0]


@pytest.fixture
def reading(both_worlds: World) -> World:
    """Ada gets the brief daily at 07:00 in Berlin; it is the evening of 22 November."""
    both_worlds.at(2026, 11, 22, 20)
    both_worlds.newsletter()
    both_worlds.reader(ADA)
    both_worlds.publish()
    return both_worlds


def test_what_was_planned_before_a_pause_comes_after_it(reading: World) -> None:
    world, key = reading, tie(reading).id
    world.at(2026, 11, 23, 6)
    for job in ("gather", "digests"):
        run_job(world.mailer, job)
    world.mailer.preferences.pause(key, date(2026, 11, 27))
    run_job(world.mailer, "send")
    assert world.digests() == []

    for day in (24, 26, 27):
        world.publish()
        world.at(2026, 11, day, 6)
        world.run_what_is_due()

    (digest,) = world.digests(ADA)
    assert all(f"Story number {number}\r\n" in digest for number in (1, 2, 3, 4))


def test_whoever_left_and_signed_up_again_begins_anew_and_a_pause_brings_nothing_older(
    reading: World,
) -> None:
    world = reading
    world.at(2026, 11, 23, 6)
    for job in ("gather", "digests"):
        run_job(world.mailer, job)
    world.mailer.signup.unsubscribe(parse_address(ADA))
    world.at(2026, 11, 23, 7)
    world.reader(ADA)
    world.mailer.preferences.pause(tie(world).id, date(2026, 11, 25))
    world.publish()
    world.at(2026, 11, 25, 6)
    world.run_what_is_due()

    (digest,) = world.digests(ADA)
    assert "Story number 2\r\n" in digest
    assert "Story number 1\r\n" not in digest


def test_whoever_read_at_once_left_and_signed_up_again_is_told_nothing_twice(
    reading: World,
) -> None:
    world, key = reading, tie(reading).id
    world.mailer.preferences.edit(key, Wishes(rhythm=Rhythm.AT_ONCE))
    for minute in (0, 5):
        world.at(2026, 11, 22, 21, minute)
        world.run_what_is_due()
    world.mailer.preferences.edit(key, Wishes(rhythm=Rhythm.DAILY))
    world.mailer.signup.unsubscribe(parse_address(ADA))
    world.reader(ADA)
    world.publish()
    world.at(2026, 11, 23, 6)
    world.run_what_is_due()

    told = [
        [f"Story number {number}\r\n" in mail for number in (1, 2)] for mail in world.digests(ADA)
    ]
    assert told == [[True, False], [False, True]]


def test_a_paused_reader_may_come_back_early_or_leave(reading: World) -> None:
    preferences, key = reading.mailer.preferences, tie(reading).id
    preferences.pause(key, date(2026, 12, 24))
    assert tie(reading).next_due_at is None

    assert preferences.resume(key).next_slot == "2026-11-23"

    preferences.pause(key, date(2026, 12, 24))
    reading.mailer.signup.unsubscribe(parse_address(ADA))
    assert tie(reading).state is State.LEFT
    with pytest.raises(MoveError):
        preferences.resume(key)


def test_a_paused_reader_who_signs_up_again_is_told_that_they_are_on_the_list(
    reading: World,
) -> None:
    reading.mailer.preferences.pause(tie(reading).id, date(2026, 12, 24))
    reading.sign_up(ADA)
    run_job(reading.mailer, "send")

    (told,) = reading.digests(ADA)
    assert "Somebody, you we hope, asked again" in told
    assert tie(reading).state is State.PAUSED


def test_another_hour_on_a_day_with_a_digest_counts_from_tomorrow(reading: World) -> None:
    world = reading
    world.at(2026, 11, 23, 6)
    world.run_what_is_due()
    assert len(world.digests(ADA)) == 1

    changed = world.mailer.preferences.edit(
        tie(world).id, Wishes(rhythm=Rhythm.WEEKLY, days=[0, 1], minute_of_day=18 * 60)
    )

    assert changed.next_due_at == datetime(2026, 11, 24, 17, tzinfo=UTC)


def test_whoever_moves_west_has_had_todays_digest(reading: World) -> None:
    world, preferences, key = reading, reading.mailer.preferences, tie(reading).id
    preferences.edit(key, Wishes(zone="Pacific/Auckland"))
    world.at(2026, 11, 23, 18)  # 07:00 on the 24th there, 08:00 on the 23rd in Honolulu
    world.run_what_is_due()
    assert len(world.digests(ADA)) == 1

    moved = preferences.edit(key, Wishes(zone="Pacific/Honolulu", minute_of_day=20 * 60))

    assert moved.next_slot == "2026-11-25"  # the 24th was had in Auckland


def test_a_change_before_the_first_digest_counts_today(reading: World) -> None:
    changed = reading.mailer.preferences.edit(
        tie(reading).id, Wishes(minute_of_day=23 * 60, language="de")
    )

    assert (changed.next_slot, changed.language) == ("2026-11-22", "de")


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(days=[]),
        Wishes(days=[7]),
        Wishes(minute_of_day=24 * 60),
        Wishes(zone="Europe/Atlantis"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_changes_nothing(world: World, wishes: Wishes) -> None:
    world.newsletter()
    world.reader(ADA)
    before = tie(world)

    with pytest.raises(UsageError):
        world.mailer.preferences.edit(before.id, wishes)

    assert tie(world) == before


@pytest.mark.parametrize("until", [date(2026, 11, 24), date(2026, 11, 22), date(2027, 12, 1)])
def test_a_pause_ends_after_today_and_within_a_year(world: World, until: date) -> None:
    world.newsletter()
    world.reader(ADA)

    with pytest.raises(UsageError):
        world.mailer.preferences.pause(tie(world).id, until)


def two_hours(world: World) -> int:
    """Ada reads at 07:00 in Berlin, Ben at 09:00; publish before each, and return the edition."""
    world.reader("ben@example.org")
    with world.mailer.store.read() as tx:
        ben = tx.subscribers.by_address(parse_address("ben@example.org"))
        (his,) = tx.subscriptions.of_subscriber(ben.id)
    world.mailer.preferences.edit(his.id, Wishes(minute_of_day=9 * 60))
    world.at(2026, 11, 23, 6)
    world.run_what_is_due()
    world.publish()
    with world.mailer.store.read() as tx:
        return tx.editions.newest()[0].id


def test_a_later_wave_takes_newer_articles_under_the_same_number(reading: World) -> None:
    world = reading
    two_hours(world)
    world.at(2026, 11, 23, 8)
    world.run_what_is_due()

    (his,) = world.digests("ben@example.org")
    assert "Story number 1" in his
    assert "Story number 2" in his
    with world.mailer.store.read() as tx:
        waves = tx.editions.newest()
        assert len(tx.archive.editions(waves[0].newsletter_id)) == 1
    assert [(one.number, one.wave) for one in waves] == [(1, 1), (1, 0)]


def test_a_frozen_edition_is_everybodys(reading: World) -> None:
    world = reading
    world.mailer.approve.freeze(two_hours(world))
    world.at(2026, 11, 23, 8)
    world.run_what_is_due()

    (his,) = world.digests("ben@example.org")
    assert "Story number 1" in his
    assert "Story number 2" not in his


def test_who_has_seen_less_than_an_edition_opens_with_gets_all_of_it(reading: World) -> None:
    """A weekly reader who wants it daily, on a date whose edition is made already."""
    world, preferences, key = reading, reading.mailer.preferences, tie(reading).id
    preferences.edit(key, Wishes(rhythm=Rhythm.WEEKLY, days=[6]))
    world.reader("ben@example.org")
    for day in (23, 24):
        world.at(2026, 11, day, 6)
        world.run_what_is_due()
        world.publish()
    preferences.edit(key, Wishes(rhythm=Rhythm.DAILY, minute_of_day=7 * 60 + 30))
    world.at(2026, 11, 24, 6, 30)
    world.run_what_is_due()

    (digest,) = world.digests(ADA)
    assert all(f"Story number {number}\r\n" in digest for number in (1, 2, 3))
