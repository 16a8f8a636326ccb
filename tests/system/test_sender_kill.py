"""Senders that are killed, stopped and starved in mid-run: nobody lost, every double explained.

`script/nightly` kills a thousand of them: `MAILER_TEST_KILLS=1000`.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailer.delivery.model import DeliveryState
from mailer.editions.model import Rhythm, Schedule
from mailer.jobs.run import run_job
from tests.delivery.test_ledger_run import adds_up, states
from tests.system.world import World

KILLS = -(-int(os.environ.get("MAILER_TEST_KILLS", "50")) // 4)  # a test; there are four
READERS = [f"reader{number}@example.org" for number in range(1, KILLS * 120 + 101)]
CONNECTIONS = 4

pytestmark = pytest.mark.timeout(180 + 20 * KILLS)  # what hangs is told; a night may take longer


def owed(world: World) -> World:
    """Owe everybody a digest, by the real clock: processes have clocks of their own."""
    world.clock.set(datetime.now(UTC) - timedelta(minutes=2))
    world.newsletter(schedule=Schedule(Rhythm.MINUTELY, 0, 0, "UTC"))
    world.crowd(len(READERS))
    world.publish(2)
    run_job(world.mailer, "gather")
    world.clock.set(datetime.now(UTC))
    run_job(world.mailer, "digests")
    return world


def sender(config: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "mailer", "--config", str(config), "deliveries", "send"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def killed_again_and_again(world: World, config: Path) -> list[int]:
    """Kill a sender after a random number of mails, many times.

    Return how many mails each kill left that were accepted and not written down as sent.
    """
    moments = random.Random(KILLS)  # noqa: S311 - a test that can be repeated
    left: list[int] = []
    for _ in range(KILLS):
        before = Counter(received(world))
        running = sender(config)
        world.relay.wait_for(before.total() + moments.randint(1, 40), timeout=120)
        running.kill()
        running.wait()
        came = Counter(received(world)) - before
        with world.mailer.store.read() as tx:
            unsettled = tx.ledger_reports.rows(state=DeliveryState.SENDING, limit=1000)
        left.append(sum(row.recipient in came for row in unsettled))
    return left


def received(world: World) -> list[str]:
    return [message.recipients[0] for message in world.relay.messages]


def message_ids(world: World) -> dict[str, set[bytes]]:
    ids: dict[str, set[bytes]] = {}
    for message in world.relay.messages:
        number = message.content.split(b"Message-ID: <")[1].split(b">")[0]
        ids.setdefault(message.recipients[0], set()).add(number)
    return ids


def test_killed_senders_that_repeat_lose_nobody_and_say_who_got_two(both_worlds: World) -> None:
    world = owed(both_worlds)
    config = world.config_file(when_in_doubt="repeat")

    left = killed_again_and_again(world, config)
    assert sender(config).wait() == 0

    assert set(received(world)) == set(READERS)
    assert {len(numbers) for numbers in message_ids(world).values()} == {1}
    assert max(left) <= 2 * CONNECTIONS
    assert states(world) == {"sent": len(READERS)}
    assert adds_up(world)


def test_killed_senders_that_rather_miss_double_nobody_and_list_who_is_uncertain(
    both_worlds: World,
) -> None:
    world = owed(both_worlds)
    config = world.config_file(when_in_doubt="miss")

    killed_again_and_again(world, config)
    assert sender(config).wait() == 0

    assert max(Counter(received(world)).values()) == 1
    found = states(world)
    assert found["sent"] + found["in_doubt"] == len(READERS)
    assert set(found) <= {"sent", "in_doubt"}
    assert len(set(received(world))) >= found["sent"]
    assert adds_up(world)


# On SQLite a process that sleeps inside a transaction keeps everybody out, until it wakes.
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_sender_that_slept_past_its_lease_sends_nothing_of_what_others_have(
    both_worlds: World,
) -> None:
    world = owed(both_worlds)
    config = world.config_file(when_in_doubt="repeat")
    asleep = sender(config)
    world.relay.wait_for(20)
    asleep.send_signal(signal.SIGSTOP)

    assert sender(config).wait() == 0
    asleep.send_signal(signal.SIGCONT)
    asleep.wait()

    twice = [reader for reader, times in Counter(received(world)).items() if times > 1]
    assert set(received(world)) == set(READERS)
    assert len(twice) <= 2 * CONNECTIONS  # on the wire while it fell asleep
    assert adds_up(world)


FULL_DISK = """
import logging, os, resource, sys
from pathlib import Path
from mailer.config.read import read
from mailer.wiring import build

sys.dont_write_bytecode = True  # half a file of it would be read by the next program
mailer = build(read(Path(sys.argv[1]), os.environ))
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, most))  # the disk ends here


class MakeRoom(logging.Handler):
    def emit(self, record):
        if record.getMessage() == "ledger.waiting":
            print(record.reason, flush=True)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


logging.getLogger("mailer").addHandler(MakeRoom())
mailer.send.until_done()
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_stops_the_run_until_there_is_room(both_worlds: World) -> None:
    world = owed(both_worlds)
    with world.mailer.store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    world.mailer.store.close()

    told = subprocess.run(
        [sys.executable, "-c", FULL_DISK, world.config_file()],
        check=True,
        capture_output=True,
        text=True,
    )

    assert "the disk under the database is full" in told.stdout
    assert Counter(received(world)) == Counter(READERS)
    assert states(world) == {"sent": len(READERS)}


def test_three_senders_at_once_send_each_mail_once(both_worlds: World) -> None:
    world = owed(both_worlds)
    config = world.config_file()

    assert [running.wait() for running in [sender(config) for _ in range(3)]] == [0, 0, 0]

    assert Counter(received(world)) == Counter(READERS)
    assert states(world) == {"sent": len(READERS)}


def test_a_sender_that_is_asked_to_end_settles_what_is_on_the_wire(both_worlds: World) -> None:
    world = owed(both_worlds)
    config = world.config_file()
    command = [sys.executable, "-m", "mailer", "--config", str(config), "work"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    world.relay.wait_for(20)

    running.terminate()
    assert running.wait() == 0

    found = states(world)
    assert set(found) <= {"sent", "due"}
    assert found["sent"] == len(world.relay.messages)
