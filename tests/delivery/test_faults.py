"""The n-th thing that can fail fails, for every n: nobody is lost, and nobody is mailed twice."""

import errno
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Semaphore
from typing import Any, Self

import pytest
from sqlalchemy import event, update

from mailer.config.settings import DeliverySettings, RelaySettings, Tls
from mailer.delivery.model import DeliveryState
from mailer.errors import MailerError, StoreError
from mailer.jobs.run import run_job
from mailer.store import tables
from mailer.store.migrate import upgrade
from mailer.wiring import Mailer, build
from tests.conftest import require
from tests.delivery.test_ledger_run import READERS, adds_up, planned, states
from tests.fakes import postgres
from tests.fakes.clock import StandingClock
from tests.fakes.postgres import PostgresServer
from tests.fakes.smtp_server import DROP, SmtpServer, Stage, make_certificate
from tests.system.conftest import a_world
from tests.system.world import World

IMPATIENT = DeliverySettings(lease=timedelta(seconds=0.3))


class Statements:
    """Every statement that a connection of a database runs; some fail, as on a full disk."""

    def __init__(self, fail_at: int, times: int) -> None:
        self._numbers = count(1)
        self._fails = range(fail_at, fail_at + times)

    def connection(self) -> type[sqlite3.Connection]:
        """Return what the driver is to make its connections of."""
        statements = self

        class Connection(sqlite3.Connection):
            def execute(self, *args: Any) -> sqlite3.Cursor:
                statements.next()
                return super().execute(*args)

            def cursor(self, *_: Any) -> Any:
                return super().cursor(Cursor)

        class Cursor(sqlite3.Cursor):
            def execute(self, *args: Any) -> Any:
                statements.next()
                return super().execute(*args)

        return Connection

    def next(self) -> None:
        if next(self._numbers) in self._fails:
            raise sqlite3.OperationalError("disk I/O error")


@contextmanager
def failing(mailer: Mailer, number: int, times: int) -> Iterator[None]:
    """Let the n-th statement fail, and those right behind it, whoever runs them."""
    statements = Statements(number, times)

    def with_our_connection(*args: Any) -> None:
        args[-1]["factory"] = statements.connection()

    mailer.store.close()  # what is open is not ours
    event.listen(mailer.store.engine, "do_connect", with_our_connection)
    try:
        yield
    finally:
        event.remove(mailer.store.engine, "do_connect", with_our_connection)
        mailer.store.close()


@pytest.mark.parametrize("number", range(1, 91))  # a run of twenty readers has 82
def test_the_database_fails_at_any_statement(world: World, number: int) -> None:
    planned(world)
    mailer = build(replace(world.settings, delivery=IMPATIENT), world.clock)

    with failing(mailer, number, times=1 + number % 2), suppress(MailerError):
        mailer.send.until_done()
    mailer.send.until_done()
    mailer.store.close()

    got = Counter(message.recipients[0] for message in world.relay.messages)
    assert max(got.values()) == 1
    assert states(world)["sent"] + states(world)["in_doubt"] == len(READERS)
    assert set(READERS) - set(got) == set()
    assert adds_up(world)


def test_a_disk_that_does_not_take_the_log_ends_the_run_and_everybody_is_owed_still(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(world)

    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("os.fdatasync", broken)
        with pytest.raises(StoreError, match="disk"):
            world.mailer.send.until_done()
    assert world.relay.messages == []

    world.mailer.send.until_done()
    assert states(world) == {"sent": len(READERS)}


@pytest.mark.parametrize("number", range(20))
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_the_line_breaks_at_any_command(world: World, stage: Stage, number: int) -> None:
    planned(world)
    usual = {"MAIL": "250 2.1.0 fine", "RCPT": "250 2.1.5 fine", "DATA": "354 go on"}.get(stage, "")
    world.relay.answer(stage, *[usual] * number, DROP)

    world.mailer.send.until_done()
    world.clock.advance(timedelta(hours=1))
    world.mailer.send.until_done()

    assert Counter(message.recipients[0] for message in world.relay.messages) == Counter(READERS)
    assert states(world) == {"sent": len(READERS)}


def test_one_poisoned_row_among_ten_thousand_stops_nobody_else(both_worlds: World) -> None:
    world = both_worlds
    world.newsletter()
    world.crowd(10_000)
    world.publish(2)
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    run_job(world.mailer, "digests")
    with world.mailer.store.write() as tx:
        tx.connection.execute(
            update(tables.subscriber)
            .where(tables.subscriber.c.address == "reader5000@example.org")
            .values(address="a b\n@example.org")
        )

    assert world.mailer.send.until_done().sent == 9_999

    with world.mailer.store.read() as tx:
        (poisoned,) = tx.ledger_reports.rows(state=DeliveryState.REFUSED)
    assert "the message could not be made" in (poisoned.reply_text or "")
    assert adds_up(world)


@pytest.mark.parametrize(("hours", "meanwhile"), [(1, 30), (-1, 20)])  # an hour ago none was due
def test_a_clock_that_jumps_doubles_nobody_and_loses_nobody(
    both_worlds: World, hours: int, meanwhile: int
) -> None:
    many = [f"reader{number}@example.org" for number in range(300)]
    world = planned(both_worlds, *many)

    with world.sender_at_work():
        world.relay.wait_for(20)
        world.clock.advance(timedelta(hours=hours))
        world.relay.wait_for(meanwhile)
        world.clock.advance(timedelta(hours=-hours))
        world.relay.wait_for(300)

    assert Counter(message.recipients[0] for message in world.relay.messages) == Counter(many)
    assert states(world) == {"sent": 300}


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
def test_a_protected_line_is_cut(world: World, tmp_path: Path, stage: Stage) -> None:
    with SmtpServer(tls="implicit", certificate=make_certificate(tmp_path)) as relay:
        safe = RelaySettings("safe", "127.0.0.1", relay.port, tls=Tls.IMPLICIT, verify=False)
        world.mailer = build(replace(world.settings, relay=(safe,)), world.clock)
        planned(world)
        relay.answer(stage, *[DROP] * 2)

        world.mailer.send.until_done()
        world.clock.advance(timedelta(hours=1))
        world.mailer.send.until_done()

        got = Counter(message.recipients[0] for message in relay.messages)
        assert max(got.values()) == 1
        assert all(message.protected for message in relay.messages)
        assert states(world) == ({"sent": 18, "in_doubt": 2} if stage == "dot" else {"sent": 20})


class Attempts(logging.Handler):
    """Counts how often a sender has asked a database that is away."""

    def __init__(self) -> None:
        super().__init__()
        self._made = Semaphore(0)

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "ledger.waiting":
            self._made.release()

    def __enter__(self) -> Self:
        logging.getLogger("mailer").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("mailer").removeHandler(self)

    def wait_for(self, count: int) -> None:
        assert all(self._made.acquire(timeout=60) for _ in range(count))


@pytest.mark.postgres
@pytest.mark.parametrize("lease", [15, 1])  # seconds: shorter than it is away, and longer
def test_the_database_is_away_for_ten_seconds_in_the_middle_of_a_run(
    clock: StandingClock, tmp_path: Path, lease: int
) -> None:
    found = postgres.programs()
    require(found, "PostgreSQL's server (Debian: postgresql)")
    assert found is not None
    server = PostgresServer.start(found)
    url = server.new_database()
    many = [f"reader{number}@example.org" for number in range(600)]
    with a_world(url, clock, tmp_path) as world:
        upgrade(world.mailer.store)
        patient = replace(world.settings.delivery, lease=timedelta(seconds=lease))
        world.mailer = build(replace(world.settings, delivery=patient), clock)
        planned(world, *many)
        with Attempts() as attempts, world.sender_at_work():
            world.relay.wait_for(50)
            server.down()
            attempts.wait_for(20)  # half a second apart
            server.up()
            world.relay.wait_for(600)

        assert Counter(message.recipients[0] for message in world.relay.messages) == Counter(many)
        assert states(world) == {"sent": 600}
        assert adds_up(world)
    server.stop()
