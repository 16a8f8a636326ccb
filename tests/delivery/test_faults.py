"""The n-th thing that can fail fails, for every n: nobody is lost, and nobody is mailed twice."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from mailer.config.settings import DeliverySettings
from mailer.errors import MailerError
from mailer.wiring import Mailer, build
from tests.delivery.test_ledger_run import READERS, adds_up, planned, states
from tests.fakes.smtp_server import DROP, Stage
from tests.system.world import World

IMPATIENT = DeliverySettings(lease=timedelta(seconds=0.3))


@contextmanager
def failing(mailer: Mailer, number: int, times: int) -> Iterator[None]:
    """Let the n-th statement fail, and those right behind it, as a full disk would."""
    numbers = count(1)

    def fail(*args: object) -> None:
        if number <= next(numbers) < number + times:
            raise OperationalError(str(args[2]), {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(mailer.store.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(mailer.store.engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("number", range(1, 31))
def test_the_database_fails_at_any_statement(world: World, number: int, times: int) -> None:
    planned(world)
    mailer = build(replace(world.settings, delivery=IMPATIENT), world.clock)

    with failing(mailer, number, times), suppress(MailerError):
        mailer.send.until_done()
    mailer.send.until_done()
    mailer.store.close()

    got = Counter(message.recipients[0] for message in world.relay.messages)
    assert max(got.values()) == 1
    assert states(world)["sent"] + states(world)["in_doubt"] == len(READERS)
    assert set(READERS) - set(got) == set()
    assert adds_up(world)


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


def test_one_poisoned_row_among_many_stops_nobody_else(world: World) -> None:
    many = [f"reader{number}@example.org" for number in range(500)]
    planned(world, *many)
    with world.mailer.store.write() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE subscriber SET address = 'a b' || char(10) || '@example.org' WHERE id = 250"
        )

    world.mailer.send.until_done()

    assert states(world) == {"sent": 499, "refused": 1}
    assert adds_up(world)
