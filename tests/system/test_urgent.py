"""Urgent articles go at once to those who chose that, and are not in their next digest."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from mailer.address import parse_address
from mailer.delivery.model import DeliveryState, Settlement
from mailer.delivery.process import this_process
from mailer.editions.model import Approval, EditionState, TopicSection
from mailer.jobs.run import run_job
from mailer.wiring import Mailer
from tests.system.world import World

ADA, BEN = "ada@example.org", "ben@example.org"
JOBS = ("gather", "urgent", "digests", "send")


def run_all(world: World) -> None:
    for job in JOBS:
        run_job(world.mailer, job)


def wants_urgent(world: World, address: str) -> None:
    with world.mailer.store.write() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        (tie,) = tx.subscriptions.of_subscriber(person.id)
        tx.subscriptions.want_urgent(tie, urgent=True)


def two_readers(world: World, articles: int = 3, **changes: object) -> None:
    """Ada wants urgent news at once, Ben does not; some articles are there."""
    world.newsletter(**changes)
    world.reader(ADA, BEN)
    wants_urgent(world, ADA)
    world.publish(articles)
    run_job(world.mailer, "gather")


def number_of(world: World, title: str) -> int:
    with world.mailer.store.read() as tx:
        return next(one.id for one in tx.articles.listing(None, None, 99) if one.title == title)


def tells(mail: str, number: int) -> bool:
    return f"Story number {number}\r\n" in mail


def test_it_goes_at_once_to_whoever_chose_that_and_once(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)

    run_all(world)
    run_all(world)

    (alert,) = world.digests(ADA)
    assert [tells(alert, number) for number in (1, 2, 3)] == [False, True, False]
    assert "Just in" in alert
    assert world.digests(BEN) == []


def test_it_is_left_out_of_their_next_digest_only(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)
    run_all(world)

    world.at(2026, 11, 24, 6, 0)
    run_all(world)
    world.publish()
    world.at(2026, 11, 25, 6, 0)
    run_all(world)

    _, ada, later = world.digests(ADA)
    assert [tells(ada, number) for number in (1, 2, 3)] == [True, False, True]
    assert tells(later, 4)
    assert [tells(world.digests(BEN)[0], number) for number in (1, 2, 3)] == [True] * 3


def test_a_copy_of_what_they_had_is_left_out_too(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    text = " ".join(f"word{number}" for number in range(60))
    world.at(2026, 11, 24, 5, 30)
    for title in ("Dam gives way", "Water over the valley"):
        world.publish_item(title, text=text)
    run_job(world.mailer, "gather")
    world.mailer.retract.mark_urgent([number_of(world, "Water over the valley")], urgent=True)
    run_all(world)

    world.at(2026, 11, 24, 6, 0)
    run_all(world)

    _, ada = world.digests(ADA)
    (ben,) = world.digests(BEN)
    assert [title in ada for title in ("Dam gives way", "Water over the valley")] == [False] * 2
    assert "Dam gives way" in ben or "Water over the valley" in ben


def test_who_had_everything_at_once_gets_no_empty_digest(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world, 1)
    world.mailer.retract.mark_urgent([number_of(world, "Story number 1")], urgent=True)
    run_all(world)

    world.at(2026, 11, 24, 6, 0)
    run_all(world)

    assert len(world.digests(ADA)) == 1
    assert len(world.digests(BEN)) == 1


def test_what_a_digest_has_brought_is_not_urgent_any_more(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.at(2026, 11, 24, 6, 0)
    run_all(world)

    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)
    run_all(world)

    assert len(world.digests(ADA)) == 1


def test_a_mail_that_was_refused_leaves_the_story_in_the_digest(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)
    world.relay.refuse(ADA, "550 5.7.1 not now")
    run_all(world)
    world.relay.refuse(ADA, "250 2.1.5 fine")

    world.at(2026, 11, 24, 6, 0)
    run_all(world)

    (digest,) = world.digests(ADA)
    assert tells(digest, 2)


def test_what_could_not_leave_until_the_digest_comes_with_it_and_once(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)
    world.relay.refuse(ADA, "451 4.7.1 greylisted")
    run_all(world)
    world.relay.refuse(ADA, "250 2.1.5 fine")

    world.at(2026, 11, 24, 6, 0)
    run_all(world)
    world.at(2026, 11, 24, 9, 0)
    run_all(world)

    (digest,) = world.digests(ADA)
    assert tells(digest, 2)


@pytest.mark.parametrize(
    ("ends", "with_digest"),
    [(DeliveryState.REFUSED, True), (DeliveryState.GIVEN_UP, True), (DeliveryState.SENT, False)],
)
def test_a_digest_waits_for_an_urgent_mail_that_is_under_way(
    both_worlds: World, ends: DeliveryState, *, with_digest: bool
) -> None:
    world = both_worlds
    two_readers(world)
    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)
    run_job(world.mailer, "urgent")
    now = world.clock.now()
    with world.mailer.store.write() as tx:
        sender = tx.senders.register(this_process(), now, now + timedelta(days=1))
        (job,) = tx.deliveries.claim(sender, now, 10)
        tx.deliveries.start(sender, [job.id])

    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "digests")
    with world.mailer.store.write() as tx:
        (waits,) = tx.subscriptions.of_subscriber(tx.subscribers.by_address(parse_address(ADA)).id)
        found = DeliveryState.SENDING
        tx.deliveries.settle(sender, [Settlement(job.id, found, ends, 1, settled_at=now)])
    assert waits.next_slot == "2026-11-24"
    run_all(world)

    (digest,) = world.digests(ADA)
    assert tells(digest, 2) is with_digest
    assert [tells(digest, number) for number in (1, 3)] == [True, True]
    assert len(world.digests(BEN)) == 1


def test_many_schedulers_at_once_send_it_once(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)
    programs = [world.second_program() for _ in range(4)]
    start = Barrier(len(programs))

    def run(mailer: Mailer) -> None:
        start.wait()
        run_job(mailer, "urgent")
        run_job(mailer, "send")

    threads = [Thread(target=run, args=(program,)) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for program in programs:
        program.store.close()

    assert len(world.digests(ADA)) == 1


def test_the_owner_s_rule_makes_a_section_urgent_from_then_on(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    with world.mailer.store.write() as tx:
        brief = tx.newsletters.by_slug("brief")
        breaking = TopicSection("Breaking", ("breaking",), urgent_since=world.clock.now())
        tx.sections.put(brief.id, breaking)
    world.at(2026, 11, 24, 5, 30)
    world.publish_item("Dam gives way", topics=("Breaking",))
    world.publish_item("A quiet day", topics=("Weather",))

    run_all(world)

    (alert,) = world.digests(ADA)
    assert "Dam gives way" in alert
    assert "A quiet day" not in alert


def test_a_rule_waits_for_a_word_where_everything_does(world: World) -> None:
    two_readers(world, approval=Approval.MANUAL)
    with world.mailer.store.write() as tx:
        brief = tx.newsletters.by_slug("brief")
        breaking = TopicSection("Breaking", ("breaking",), urgent_since=world.clock.now())
        tx.sections.put(brief.id, breaking)
    world.at(2026, 11, 24, 5, 30)
    world.publish_item("Dam gives way", topics=("Breaking",))
    run_all(world)
    assert world.digests() == []

    with world.mailer.store.read() as tx:
        (draft,) = tx.editions.newest()
    world.mailer.approve.approve(draft.id)
    run_all(world)

    assert len(world.digests(ADA)) == 1


@pytest.mark.parametrize("approval", Approval)
def test_what_the_checks_stop_is_held_until_somebody_wants_it_out(
    approval: Approval, world: World
) -> None:
    two_readers(world, postal_address="", approval=approval)
    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)

    run_all(world)
    assert world.digests(ADA) == []
    with world.mailer.store.read() as tx:
        (held,) = [one for one in tx.editions.newest() if one.is_urgent]
    assert held.state is EditionState.HELD

    world.mailer.approve.approve(held.id, despite=True)
    run_all(world)
    assert tells(world.digests(ADA)[0], 2)


def test_who_marks_an_article_has_approved_its_edition(world: World) -> None:
    two_readers(world, approval=Approval.MANUAL)
    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)

    run_all(world)

    assert tells(world.digests(ADA)[0], 2)
