"""A sender's books: what is taken, what is settled, and an answer that never came."""

from datetime import timedelta

import pytest

from mailer.address import address_hash, parse_address
from mailer.delivery.model import DeliveryState, Reply, Settlement, Taken, Wish
from mailer.delivery.process import this_process
from mailer.store.books import Books
from tests.delivery.test_ledger_run import READERS, planned, states
from tests.system.world import World

LEASE = timedelta(seconds=15)
TAKEN = Reply(250, "2.0.0", "queued")


def opened(world: World) -> Books:
    now = world.clock.now()
    with world.mailer.store.write() as tx:
        number = tx.senders.register(this_process(), now, now + LEASE)
    return world.mailer.store.books(number)


def write(
    world: World, books: Books, *ended: Settlement, most: int = 0, known: list[int] | None = None
) -> Taken:
    now = world.clock.now()
    return books.write(now, now + LEASE, ended, Wish(most) if most else None, known)


def sent(key: int) -> Settlement:
    sending, done = DeliveryState.SENDING, DeliveryState.SENT
    return Settlement(key, sending, done, 1, TAKEN, relay="r")


def test_what_is_taken_is_being_sent_and_what_is_settled_is_over(both_worlds: World) -> None:
    world = planned(both_worlds)
    books = opened(world)

    first = write(world, books, most=8)
    second = write(world, books, *(sent(job.id) for job in first.jobs), most=50)
    books.flush()

    assert (len(first.jobs), len(second.jobs)) == (8, 12)
    assert states(world) == {"sent": 8, "sending": 12}
    assert write(world, books, most=1).dry
    books.close()


def test_whoever_waits_for_a_confirmation_comes_first(both_worlds: World) -> None:
    world = planned(both_worlds)
    world.sign_up("new@example.org")
    books = opened(world)

    jobs = write(world, books, most=5).jobs

    assert [str(job.recipient) for job in jobs] == ["new@example.org"]
    assert write(world, books, most=5).jobs[0].notice is None
    books.close()


def test_a_reader_who_may_not_get_it_is_taken_aside(both_worlds: World) -> None:
    world = planned(both_worlds)
    blocked = address_hash(parse_address(READERS[1]), world.mailer.keyring.pepper)
    with world.mailer.store.write() as tx:
        tx.suppressions.add(blocked, "complained", world.clock.now())
    books = opened(world)

    taken = write(world, books, most=50)

    assert [str(job.recipient) for job in taken.unwanted] == [READERS[1]]
    assert states(world) == {"sending": 19, "claimed": 1}
    books.close()


@pytest.mark.parametrize("how", ["held", "paused"])
def test_what_is_stopped_is_not_taken_from_that_moment_on(both_worlds: World, how: str) -> None:
    world = planned(both_worlds)
    books = opened(world)
    assert write(world, books, most=4).jobs

    if how == "held":
        world.mailer.approve.hold(1)
    else:
        world.mailer.steer.pause(None, "look first")

    assert write(world, books, most=4).jobs == []
    books.close()


def test_a_sender_that_was_declared_dead_settles_and_takes_nothing(both_worlds: World) -> None:
    world = planned(both_worlds)
    books = opened(world)
    (job,) = write(world, books, most=1).jobs
    with world.mailer.store.write() as tx:
        (peer,) = tx.senders.others(0)
        assert tx.senders.declare_dead(peer)

    late = write(world, books, sent(job.id), most=5)

    assert not late.alive
    assert late.jobs == []
    assert states(world) == {"sent": 1, "due": 19}
    books.close()


def test_rows_whose_marking_was_not_answered_are_owed_again(both_worlds: World) -> None:
    world = planned(both_worlds)
    books = opened(world)
    known, lost = write(world, books, most=2).jobs

    write(world, books, known=[known.id])

    with world.mailer.store.read() as tx:
        row = tx.ledger_reports.row(lost.id)
    assert row is not None
    assert row.state is DeliveryState.DUE
    assert states(world) == {"sending": 1, "due": 19}
    books.close()
