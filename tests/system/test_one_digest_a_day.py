"""Exactly one digest per reader and local date, whatever happens to the scheduler."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from mailer.address import parse_address
from mailer.editions.model import Rhythm, Schedule
from mailer.jobs.run import run_job
from mailer.store.tables import subscription
from mailer.wiring import Mailer
from tests.feeds.samples import a_draft
from tests.system.world import World

BERLIN = ZoneInfo("Europe/Berlin")
ADA = "ada@example.org"


def test_the_digest_goes_out_at_its_hour_and_not_before(world: World) -> None:
    world.newsletter()
    world.reader(ADA)
    world.publish(3)

    world.at(2026, 11, 24, 5, 59)
    world.run_what_is_due()
    assert world.digests() == []

    world.at(2026, 11, 24, 6, 0)
    world.run_what_is_due()
    (digest,) = world.digests(ADA)
    assert all(f"Story number {number}" in digest for number in (1, 2, 3))


def test_a_second_look_at_the_same_hour_sends_nothing_more(world: World) -> None:
    world.newsletter()
    world.reader(ADA)
    world.publish()
    world.at(2026, 11, 24, 6, 0)
    world.run_what_is_due()

    world.publish()
    world.run_what_is_due()

    assert len(world.digests()) == 1


def test_each_story_is_mailed_once(world: World) -> None:
    world.newsletter()
    world.reader(ADA)
    for day in range(24, 29):
        world.publish(2)
        world.at(2026, 11, day, 6, 0)
        world.run_what_is_due()

    assert len(world.digests(ADA)) == 5
    for number in range(1, 11):
        mails = [mail for mail in world.digests(ADA) if f"Story number {number}\r\n" in mail]
        assert len(mails) == 1, number


def test_a_missed_hour_is_made_up_once(world: World) -> None:
    world.newsletter()
    world.reader(ADA)
    world.publish()

    world.at(2026, 11, 24, 10, 30)  # four and a half hours late, within the grace
    world.run_what_is_due()
    world.run_what_is_due()
    assert len(world.digests()) == 1

    world.publish()
    world.at(2026, 11, 25, 6, 0)
    world.run_what_is_due()
    assert len(world.digests()) == 2


def test_what_was_missed_for_too_long_flows_into_the_next_digest(world: World) -> None:
    world.newsletter()
    world.reader(ADA)
    world.publish()

    world.at(2026, 11, 24, 13, 0)  # an hour beyond the grace
    world.run_what_is_due()
    assert world.digests() == []

    world.at(2026, 11, 25, 6, 0)
    world.run_what_is_due()
    (digest,) = world.digests(ADA)
    assert "Story number 1" in digest
    with world.mailer.store.read() as tx:
        states = {edition.slot: str(edition.state) for edition in tx.editions.newest()}
    assert states == {"2026-11-24": "missed", "2026-11-25": "approved"}


def test_a_day_without_news_sends_nothing_and_the_next_day_does(world: World) -> None:
    world.newsletter()
    world.reader(ADA)

    world.at(2026, 11, 24, 6, 0)
    world.run_what_is_due()
    assert world.digests() == []

    world.publish()
    world.at(2026, 11, 25, 6, 0)
    world.run_what_is_due()
    assert len(world.digests()) == 1


@pytest.mark.parametrize("first_day", [date(2026, 10, 24), date(2027, 3, 27)], ids=str)
@pytest.mark.parametrize("hour", ["02:00", "02:30", "03:00"])
def test_both_daylight_saving_nights_send_one_digest_a_date(
    world: World, first_day: date, hour: str
) -> None:
    minute = int(hour[:2]) * 60 + int(hour[3:])
    schedule = Schedule(Rhythm.DAILY, minute, 0, "Europe/Berlin")
    begin = datetime.combine(first_day, datetime.min.time(), tzinfo=BERLIN).astimezone(UTC)
    world.clock.set(begin - timedelta(minutes=1))
    world.newsletter(schedule=schedule)
    world.reader(ADA)

    quarters = [begin + step * timedelta(minutes=15) for step in range(3 * 24 * 4)]
    night = [at for at in quarters if at.minute == 0 or at.astimezone(BERLIN).hour < 5]
    arrived: list[date] = []
    for step, moment in enumerate(night):
        world.clock.set(moment)
        if step % 6 == 0:
            world.publish()
            run_job(world.mailer, "gather")
        run_job(world.mailer, "digests")
        before = len(world.relay.messages)
        run_job(world.mailer, "send")
        local = world.clock.now().astimezone(BERLIN).date()
        arrived += [local] * (len(world.relay.messages) - before)

    assert arrived == [first_day + timedelta(days=day) for day in range(3)]


def test_two_schedulers_and_two_senders_at_once_send_one_digest_each(both_worlds: World) -> None:
    world = both_worlds
    world.newsletter()
    readers = [f"reader{number}@example.org" for number in range(30)]
    world.reader(*readers)
    world.publish(2)
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    start = Barrier(3)

    def run(program: Mailer) -> None:
        start.wait()
        for job in ("digests", "send"):
            run_job(program, job)
        program.store.close()

    threads = [Thread(target=run, args=(world.second_program(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.run_what_is_due()

    assert Counter(to for message in world.relay.messages for to in message.recipients) == Counter(
        readers
    )


def test_what_came_after_a_filled_slot_is_in_the_next_mail(both_worlds: World) -> None:
    world = both_worlds
    world.newsletter()
    world.reader(ADA)
    world.publish()
    world.at(2026, 11, 24, 6, 0)
    world.run_what_is_due()

    world.move(ADA, Schedule(Rhythm.WEEKDAYS, 18 * 60, 0, "Europe/Berlin"))
    world.publish()
    world.at(2026, 11, 24, 17, 0)  # an edition is made of it, for a date on which Ada had her mail
    world.run_what_is_due()
    assert len(world.digests(ADA)) == 1

    world.at(2026, 11, 25, 17, 0)
    world.run_what_is_due()
    assert "Story number 2" in world.digests(ADA)[1]


def test_readers_with_hours_of_their_own_are_planned_together_and_keep_them(
    both_worlds: World,
) -> None:
    world = both_worlds
    world.newsletter()
    hours = {f"at{hour}@example.org": hour for hour in (7, 8, 9)}
    world.reader(*hours)
    for address, hour in hours.items():
        world.move(address, Schedule(Rhythm.DAILY, hour * 60, 0, "Europe/Berlin"))
    world.publish()

    world.at(2026, 11, 24, 8, 30)
    world.run_what_is_due()

    with world.mailer.store.read() as tx:
        ties = [tx.subscriptions.by_id(key) for key in (1, 2, 3)]
    assert [tie.next_due_at for tie in ties] == [
        datetime(2026, 11, 25, hour - 1, tzinfo=UTC) for hour in hours.values()
    ]
    assert len(world.digests()) == 3


def test_nobody_gets_a_digest_of_a_story_they_had_from_another_feed(both_worlds: World) -> None:
    world = both_worlds
    world.newsletter()
    world.reader(ADA, "ben@example.org")
    now, store = world.clock.now(), world.mailer.store
    with store.write() as tx:
        first = tx.feeds.by_url(world.site.url("/feed.xml"))
        second = tx.feeds.add("https://city.example/feed.xml", now)
        tx.newsletters.add_source(tx.newsletters.by_slug("brief").id, second.id, "City")
        text = " ".join(f"word{number}" for number in range(80))
        copies = [a_draft(f"https://{n}.example/", html=text, published_at=now) for n in "ab"]
        tx.articles.keep(second.id, copies[:1], now)  # Ben had this one
        tx.articles.keep(first.id, copies[1:], now)
        person = tx.subscribers.by_address(parse_address("ben@example.org"))
        (ben,) = tx.subscriptions.of_subscriber(person.id)
        tx.connection.execute(
            update(subscription).where(subscription.c.id == ben.id).values(watermark=1)
        )

    world.at(2026, 11, 24, 6, 0)
    for job in ("digests", "send"):
        run_job(world.mailer, job)

    assert len(world.digests(ADA)) == 1
    assert world.digests("ben@example.org") == []
