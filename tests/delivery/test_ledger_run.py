"""Planning and sending: what each row of the ledger goes through."""

import random
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from mailer.address import address_hash, parse_address
from mailer.config.settings import DeliverySettings, WhenInDoubt
from mailer.delivery.model import DeliveryState, LedgerRow, Notice, OwedNotice, Process
from mailer.delivery.process import this_process
from mailer.editions.model import Rhythm, Schedule
from mailer.errors import DeliveryError
from mailer.jobs.run import run_job
from mailer.wiring import build
from tests.fakes.smtp_server import DROP, LOSE
from tests.system.world import World

ELSEWHERE = Process("elsewhere:1", "another machine", "1:1")
ENDED = replace(this_process(), identity="999999999:1")
READERS = [f"reader{number}@example.org" for number in range(20)]


def planned(world: World, *readers: str) -> World:
    """Bring everything to the point where a digest is owed to each reader."""
    world.newsletter()
    world.reader(*(readers or READERS))
    world.publish(2)
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    run_job(world.mailer, "digests")
    return world


def rows(world: World, state: DeliveryState | None = None) -> list[LedgerRow]:
    with world.mailer.store.read() as tx:
        return tx.ledger_reports.rows(state=state, limit=100_000)


def states(world: World) -> Counter[str]:
    return Counter(row.state.value for row in rows(world))


def adds_up(world: World) -> bool:
    with world.mailer.store.read() as tx:
        return all(audit.balanced for audit in tx.ledger_reports.audits())


def test_each_reader_gets_one_row_and_a_date_for_the_next_one(both_worlds: World) -> None:
    world = planned(both_worlds)

    assert states(world) == {"due": 20}
    with world.mailer.store.read() as tx:
        listed = tx.subscribers.listing(limit=100)
    assert {row.next_due_at for row in listed} == {datetime(2026, 11, 25, 6, 0, tzinfo=UTC)}


def test_what_is_sent_is_settled_with_the_servers_words(both_worlds: World) -> None:
    world = planned(both_worlds)

    report = world.mailer.send.until_done()

    assert report.sent == 20
    assert {(row.state, row.reply_code, row.relay) for row in rows(world)} == {
        (DeliveryState.SENT, 250, "fake")
    }
    assert (
        len({message.content.split(b"Message-ID: ")[1][:60] for message in world.relay.messages})
        == 20
    )
    assert adds_up(world)


def test_a_refusal_is_one_readers_own(both_worlds: World) -> None:
    world = planned(both_worlds)
    world.relay.refuse(READERS[3], "550 5.1.1 nobody here")

    world.mailer.send.until_done()

    (row,) = rows(world, DeliveryState.REFUSED)
    assert (row.recipient, row.reply_status, row.reply_text) == (READERS[3], "5.1.1", "nobody here")
    assert states(world) == {"sent": 19, "refused": 1}
    assert adds_up(world)


def test_a_later_is_tried_again_later_and_given_up_in_the_end(world: World) -> None:
    planned(world, "ada@example.org")
    world.relay.refuse("ada@example.org", "451 4.7.1 greylisted")

    world.mailer.send.until_done()
    (row,) = rows(world)
    assert (row.state, row.attempts) == (DeliveryState.DUE, 1)
    assert timedelta(minutes=4) <= row.due_at - world.clock.now() <= timedelta(minutes=6)
    world.mailer.send.until_done()
    assert rows(world)[0].attempts == 1

    for _ in range(5):
        world.clock.advance(timedelta(days=1))
        assert states(world) == {"due": 1}
        world.mailer.send.until_done()
    assert states(world) == {"given_up": 1}
    assert adds_up(world)


@pytest.mark.parametrize("trouble", ["refused", "greeting", "dropped"])
def test_a_relay_that_is_away_is_no_readers_fault(world: World, trouble: str) -> None:
    planned(world)
    if trouble == "refused":
        away = replace(world.settings.relay[0], port=1)
        world.mailer = build(replace(world.settings, relay=(away,)), world.clock)
    else:
        world.relay.answer("greeting", *(["554 no"] * 50 if trouble == "greeting" else [DROP] * 50))

    with pytest.raises(DeliveryError):
        world.mailer.send.until_done()

    assert {(row.state, row.attempts) for row in rows(world)} == {(DeliveryState.DUE, 0)}
    assert all(row.reply_text for row in rows(world))
    world.mailer = build(world.settings, world.clock)
    world.relay.forget_answers()
    world.clock.advance(timedelta(minutes=1))
    assert world.mailer.send.until_done().sent == 20


def test_lines_that_break_lose_nobody_and_double_nobody(both_worlds: World) -> None:
    world = planned(both_worlds)
    world.relay.answer("MAIL", "250 2.0.0 fine", DROP, "421 4.3.2 restarting")
    world.relay.answer("RCPT", DROP, "421 4.3.2 restarting")
    world.relay.answer("DATA", "421 4.3.2 restarting", DROP)

    world.mailer.send.until_done()
    for _ in range(5):
        world.clock.advance(timedelta(hours=1))
        world.mailer.send.until_done()

    got = Counter(reader for message in world.relay.messages for reader in message.recipients)
    assert got == Counter(READERS)
    assert adds_up(world)


def test_a_lost_answer_is_doubt_which_is_listed_and_not_repeated(both_worlds: World) -> None:
    world = planned(both_worlds)
    world.relay.answer("dot", LOSE)

    world.mailer.send.until_done()
    world.clock.advance(timedelta(days=1))
    world.mailer.send.until_done()

    (row,) = rows(world, DeliveryState.IN_DOUBT)
    assert row.reply_text == "the relay hung up"
    assert len(world.relay.messages) == 20
    assert adds_up(world)


def test_who_left_or_was_blocked_after_planning_is_skipped(both_worlds: World) -> None:
    world = planned(both_worlds)
    mailer = world.mailer
    mailer.signup.unsubscribe(parse_address(READERS[0]))
    blocked = address_hash(parse_address(READERS[1]), mailer.keyring.pepper)
    with mailer.store.write() as tx:
        tx.suppressions.add(blocked, "complained", world.clock.now())

    mailer.send.until_done()

    skipped = {row.recipient: row.reply_text for row in rows(world, DeliveryState.SKIPPED)}
    assert skipped == {
        READERS[0]: "the subscription is left",
        READERS[1]: "the address is suppressed",
    }
    assert len(world.relay.messages) == 18
    assert adds_up(world)


def test_a_row_that_cannot_be_written_stops_nobody_else(world: World) -> None:
    planned(world)
    with world.mailer.store.write() as tx:
        tx.connection.execute(
            text("UPDATE subscriber SET address = 'zoë@example.org' WHERE id = 1")
        )

    world.relay.offers = ("SIZE 1000000",)
    world.mailer.send.until_done()

    assert states(world) == {"sent": 19, "refused": 1}
    assert adds_up(world)


def test_a_held_edition_waits_and_a_cancelled_one_is_skipped(world: World) -> None:
    planned(world)
    world.mailer.approve.hold(1)
    world.mailer.send.until_done()
    assert states(world) == {"due": 20}

    world.mailer.approve.approve(1)
    world.mailer.approve.cancel(1)
    world.mailer.send.until_done()
    assert world.relay.messages == []


def test_a_person_who_waits_goes_before_a_digest(world: World) -> None:
    planned(world)
    slow = replace(world.settings.relay[0], connections=1)
    world.mailer = build(replace(world.settings, relay=(slow,)), world.clock)
    world.sign_up("new@example.org")

    world.mailer.send.until_done()

    assert world.relay.messages[0].recipients == ("new@example.org",)
    assert world.relay.messages[0].sender == ""


def test_a_sender_whose_lease_ran_out_may_not_write(both_worlds: World) -> None:
    world = planned(both_worlds, "ada@example.org")
    now = world.clock.now()
    with world.mailer.store.write() as tx:
        paused = tx.senders.register(ELSEWHERE, now, now + timedelta(seconds=15))
        (job,) = tx.deliveries.claim(paused, now, 10)
        tx.deliveries.start(paused, [job.id])

    short = DeliverySettings(lease=timedelta(seconds=0.2))
    other = build(replace(world.settings, delivery=short), world.clock)
    other.send.until_done()
    other.store.close()

    with world.mailer.store.write() as tx:
        assert not tx.senders.renew(paused, world.clock.now() + timedelta(seconds=15))
        assert tx.deliveries.start(paused, [job.id]) == set()
    assert states(world) == {"in_doubt": 1}


@pytest.mark.parametrize(
    ("choice", "state", "mails"),
    [(WhenInDoubt.MISS, "in_doubt", 0), (WhenInDoubt.REPEAT, "sent", 1)],
)
def test_the_owner_chooses_which_way_to_err(
    world: World, choice: WhenInDoubt, state: str, mails: int
) -> None:
    planned(world, "ada@example.org")
    now = world.clock.now()
    with world.mailer.store.write() as tx:
        dead = tx.senders.register(ENDED, now, now + timedelta(seconds=15))
        (job,) = tx.deliveries.claim(dead, now, 10)
        tx.deliveries.start(dead, [job.id])

    chosen = replace(world.settings, delivery=DeliverySettings(when_in_doubt=choice))
    build(chosen, world.clock).send.until_done()

    assert states(world) == {state: 1}
    assert len(world.relay.messages) == mails


@pytest.mark.parametrize("seed", range(2))
def test_a_sender_killed_again_and_again_loses_nobody(both_worlds: World, seed: int) -> None:
    """Doubles can only be mails whose answer was not written down; they have one Message-ID."""
    world = both_worlds
    readers = [f"reader{number}@example.org" for number in range(400)]
    world.clock.set(datetime.now(UTC) - timedelta(minutes=2))  # processes have clocks of their own
    world.newsletter(schedule=Schedule(Rhythm.MINUTELY, 0, 0, "UTC"))
    world.reader(*readers)
    world.publish(2)
    run_job(world.mailer, "gather")
    world.clock.set(datetime.now(UTC))
    run_job(world.mailer, "digests")
    config = world.config_file(when_in_doubt="repeat")
    moments = random.Random(seed)  # noqa: S311 - a test that can be repeated
    command = [sys.executable, "-m", "mailer", "--config", str(config), "deliveries", "send"]

    for _ in range(4):
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(
                command, check=True, capture_output=True, timeout=moments.uniform(0.9, 1.8)
            )
    subprocess.run(command, check=True, capture_output=True)

    ids: dict[str, set[bytes]] = {}
    for message in world.relay.messages:
        number = message.content.split(b"Message-ID: <")[1].split(b">")[0]
        ids.setdefault(message.recipients[0], set()).add(number)
    assert set(ids) == set(readers)
    assert {len(numbers) for numbers in ids.values()} == {1}
    assert len(world.relay.messages) - len(readers) <= 4 * 100
    assert states(world) == {"sent": 400}
    assert adds_up(world)


def test_a_notice_whose_reader_is_gone_is_skipped_and_those_behind_it_leave(
    both_worlds: World,
) -> None:
    world = both_worlds
    world.newsletter()
    with world.mailer.store.write() as tx:
        newsletter = tx.newsletters.by_slug("brief")
        owed = OwedNotice(4711, newsletter.id, Notice.ALREADY_SUBSCRIBED, "en")
        tx.deliveries.add_notice(owed, world.clock.now())
    world.sign_up("ada@example.net")

    world.mailer.send.until_done()

    assert [message.recipients for message in world.relay.messages] == [("ada@example.net",)]
    with world.mailer.store.read() as tx:
        ended = (
            tx.connection.execute(text("SELECT state FROM delivery ORDER BY id")).scalars().all()
        )
    assert ended == ["skipped", "sent"]
