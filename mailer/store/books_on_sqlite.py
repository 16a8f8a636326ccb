"""A sender's books in a SQLite file.

Commits are not waited for: what must not be lost to a power cut is brought to the disk by `flush`,
from another thread and while the next commits go on. Together that is `synchronous=FULL`.
"""

import sqlite3
from collections.abc import Sequence
from time import monotonic
from typing import Any

from sqlalchemy import Engine, Text, bindparam, select, update

from mailer.delivery.model import DeliveryState, Job, Lane
from mailer.store.aggregate import EACH, listed
from mailer.store.books import Books, Transact, own_connection
from mailer.store.prepared import Parameters, Prepared
from mailer.store.senders import RENEW
from mailer.store.tables import Id, delivery, sender
from mailer.store.taking import NOTICES, OF_EDITION, packed, unpacked
from mailer.store.troubles import told_plainly
from mailer.store.write_ahead_log import WriteAheadLog

RENEW_EVERY = 1.0  # seconds; between, that the sender lives is only read: no writer is beside us

_LIVES = select(sender.c.id).where(
    sender.c.id == bindparam("mine", type_=Id), sender.c.ended.is_(False)
)
_MARK = (
    update(delivery)
    .where(delivery.c.id.in_(EACH["sqlite"]))
    .values(state=bindparam("becomes", type_=Text()), sender_id=bindparam("mine", type_=Id))
)


class SqliteBooks(Books):
    """Writes in the thread of whoever calls; nothing it does takes longer than a disk's cache."""

    waits = False

    def __init__(self, engine: Engine, sender_id: int) -> None:
        super().__init__(engine, sender_id)
        # A query a lane, spelled out: a lane that is a parameter is compared while SQLite plans, so
        # that it plans anew whenever one is bound, and that takes longer than to find 32 rows.
        self._queries = {
            lane: self._prepare(packed(query), {"lane": int(lane)})
            for lane in Lane
            for query in [NOTICES if lane is Lane.NOTICE else OF_EDITION]
        }
        self._renew = self._prepare(RENEW)
        self._lives = self._prepare(_LIVES)
        self._mark = self._prepare(_MARK)
        self._renewed_at = 0.0
        with told_plainly():
            self._connection = self._open()
            self._log = WriteAheadLog(str(engine.url.database), self._open())

    def flush(self) -> None:
        self._log.flush()

    def close(self) -> None:
        self._log.close()
        self._connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = own_connection(self._engine)
        assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - narrows the type
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        return connection

    def _transact(self, what: Transact) -> tuple[bool, list[Job]]:
        with told_plainly():
            if self._connection.in_transaction:  # the last one could not even be rolled back
                self._connection.execute("ROLLBACK")
            if self._log.is_long:
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                alive = self._still_lives(what)
                for statement, given in what.statements:
                    self._run(statement, given)
                jobs = self._take(what) if alive and what.source is not None else []
                self._connection.execute("COMMIT")
            except BaseException:  # whatever it is, nothing of it is kept
                self._renewed_at = 0.0
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            return alive, jobs

    def _still_lives(self, what: Transact) -> bool:
        moment = monotonic()
        if moment - self._renewed_at < RENEW_EVERY:
            return self._run(self._lives, {"mine": self._mine}).fetchone() is not None
        self._renewed_at = moment
        given = {"mine": self._mine, "until": what.lease_until}
        return self._run(self._renew, given).rowcount == 1

    def _take(self, what: Transact) -> list[Job]:
        assert what.source is not None  # noqa: S101 - else it is not called
        query = self._queries[what.source.lane]
        jobs = unpacked(self._run(query, what.wanted).fetchone()[0])
        self._mark_as(DeliveryState.SENDING, [job.id for job in jobs if job.wanted])
        self._mark_as(DeliveryState.CLAIMED, [job.id for job in jobs if not job.wanted])
        return jobs

    def _mark_as(self, becomes: DeliveryState, keys: Sequence[int]) -> None:
        if keys:
            given = {"becomes": becomes.value, "mine": self._mine, "keys": listed("sqlite", keys)}
            self._run(self._mark, given)

    def _rows(self, statement: Prepared, given: Parameters) -> Sequence[tuple[Any, ...]]:
        with told_plainly():
            return self._run(statement, given).fetchall()

    def _run(self, statement: Prepared, given: Parameters) -> sqlite3.Cursor:
        return self._connection.execute(statement.text, statement.given(given))
