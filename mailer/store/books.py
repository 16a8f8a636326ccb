"""One sender's books: rows marked as being sent and rows settled, on a connection of its own.

One transaction does both, hundreds of times a second: it renews the sender's lease, writes down how
rows ended, and marks the next ones. So whoever was declared dead starts nothing, and one commit
serves both ends. The statements are those of `taking` and `endings`, compiled once.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import Engine, Executable, bindparam, or_, update

from mailer.delivery.model import DeliveryState, Job, Lane, Settlement, Taken, Wish
from mailer.store.aggregate import EACH, listed
from mailer.store.endings import OTHERWISE, SENT, endings
from mailer.store.prepared import NOTHING, Parameters, Prepared, prepare
from mailer.store.tables import Id, delivery
from mailer.store.taking import DUE_NOTICE, OWED_EDITIONS

LOOK_EVERY = 0.5  # seconds between two looks for what goes first: a person may wait


class Source(NamedTuple):
    """Where rows are taken from."""

    lane: Lane
    edition_id: int | None  # None: notices


class Transact(NamedTuple):
    """What one transaction is to do."""

    now: datetime
    lease_until: datetime
    statements: Sequence[tuple[Prepared, Parameters]]
    source: Source | None
    most: int

    @property
    def wanted(self) -> Parameters:
        """What the statement that takes wants to know."""
        assert self.source is not None  # noqa: S101 - asked for when there is one
        lane, edition_id = self.source
        of_edition = {} if edition_id is None else {"edition": edition_id}
        return {"now": self.now, "lane": int(lane), "most": self.most, **of_edition}


class Books(ABC):
    """The ledger as one sender writes it. One thread at a time may."""

    # Whether whoever calls may be kept waiting: by a server, and not by a disk's cache only.
    waits: ClassVar[bool]

    def __init__(self, engine: Engine, sender_id: int) -> None:
        self._engine = engine
        self._dialect = engine.dialect
        self._mine = sender_id
        self._sources: list[Source] = []
        self._looked_at = 0.0
        self._looked_for: int | None = None
        self._due_notice = self._prepare(DUE_NOTICE)
        self._owed_editions = self._prepare(OWED_EDITIONS)
        self._unmark = self._prepare(_unmarking(self._dialect.name))
        self._endings = {one: self._prepare(one) for one in (SENT[self._dialect.name], OTHERWISE)}

    def write(
        self,
        now: datetime,
        lease_until: datetime,
        settlements: Sequence[Settlement],
        wish: Wish | None = None,
        known: Collection[int] | None = None,
    ) -> Taken:
        """Settle and take in one transaction; what is taken may leave after the next `flush`.

        `known` are the rows the sender holds, when it cannot be sure that the last transaction was
        written: all others that are marked as its own are given back. Settled rows survive the end
        of this process at once, and a power cut from the next flush on. Raises StoreError.
        """
        if wish is not None:
            self._look(now, wish)
        source = self._sources[0] if wish is not None and self._sources else None
        ends = endings(self._dialect.name, self._mine, settlements)
        statements = [(self._endings[one], given) for one, given in ends]
        if known is not None:
            keys = listed(self._dialect.name, known)
            statements.append((self._unmark, {"mine": self._mine, "keys": keys}))
        most = 0 if wish is None else wish.most
        alive, jobs = self._transact(Transact(now, lease_until, statements, source, most))
        if source is not None and len(jobs) < most:
            self._sources.remove(source)
        return Taken(
            alive,
            [job for job in jobs if job.wanted],
            [job for job in jobs if not job.wanted],
            dry=wish is not None and not jobs and not self._sources,
        )

    @abstractmethod
    def flush(self) -> None:
        """Return when all that was written survives a power cut; raise StoreError."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection."""

    @abstractmethod
    def _transact(self, what: Transact) -> tuple[bool, list[Job]]:
        """Run one transaction; return whether the sender lives, and what it took."""

    @abstractmethod
    def _rows(self, statement: Prepared, given: Parameters) -> Sequence[tuple[Any, ...]]:
        """Run a query by itself."""

    def _prepare(
        self, statement: Executable, spelled_out: Mapping[str, int | str] = NOTHING
    ) -> Prepared:
        return prepare(statement, self._dialect, spelled_out)

    def _look(self, now: datetime, wish: Wish) -> None:
        """See which editions have rows to send, and whether anybody waits for a notice."""
        moment = time.monotonic()
        fresh = self._sources and moment - self._looked_at < LOOK_EVERY
        if fresh and self._looked_for == wish.edition_id:
            return
        self._looked_at, self._looked_for = moment, wish.edition_id
        found = self._notices(now)
        for lane in (Lane.URGENT, Lane.CANARY, Lane.DIGEST):
            found += self._editions(now, lane)
        self._sources = [one for one in found if wish.edition_id in {None, one.edition_id}]

    def _notices(self, now: datetime) -> list[Source]:
        given = {"now": now, "lane": int(Lane.NOTICE)}
        return [Source(Lane.NOTICE, None)] if self._rows(self._due_notice, given) else []

    def _editions(self, now: datetime, lane: Lane) -> Sequence[Source]:
        rows = self._rows(self._owed_editions, {"now": now, "lane": int(lane)})
        return [Source(lane, key) for (key,) in rows]


def own_connection(engine: Engine) -> object:
    """Open a driver's connection as the others are, that nobody else gets."""
    fairy = engine.raw_connection()
    connection = fairy.driver_connection
    fairy.detach()
    return connection


def _unmarking(dialect: str) -> Executable:
    held = or_(delivery.c.state == DeliveryState.SENDING, delivery.c.state == DeliveryState.CLAIMED)
    return (
        update(delivery)
        .where(
            delivery.c.sender_id == bindparam("mine", type_=Id),
            held,
            delivery.c.id.not_in(EACH[dialect]),
        )
        .values(state=DeliveryState.DUE, sender_id=None)
    )
