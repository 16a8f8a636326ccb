"""One running sender: its number, its lease, and every write it makes to the ledger.

The books are written on a connection of their own, each time in one short transaction: in the
loop's own thread where that is a file, because handing Python's lock to and fro costs more; from
another thread where it is a server. Everything else is asked from that thread.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

from mailer.clock import Clock
from mailer.config.settings import DeliverySettings, WhenInDoubt
from mailer.delivery.model import (
    DeliveryState,
    Job,
    Lane,
    Peer,
    Receiver,
    Reply,
    Settlement,
    Taken,
    Wish,
)
from mailer.delivery.process import is_gone, this_process
from mailer.delivery.settling import skip
from mailer.delivery.transport import Relay
from mailer.errors import StoreError
from mailer.store.database import Store, Transaction

T = TypeVar("T")

WRITES_FOR = 120  # seconds for which an outcome is tried to be written down
BETWEEN_WRITES = 0.5
KEEP_ENDED = timedelta(days=1)
LOST = "this sender's lease ran out; its rows are anybody's"

log = logging.getLogger(__name__)


class LeaseLost(StoreError):
    """This sender was declared dead: others have its rows, and it may not start any more."""


class Started(NamedTuple):
    """What one write to the ledger came to."""

    jobs: list[Job]  # marked as being sent
    skipped: list[Settlement]  # may not be sent any more
    dry: bool = False  # nothing more may start now


class Sender:
    """Claims, starts and settles rows under one number; leaving its `async with` ends it."""

    def __init__(self, store: Store, clock: Clock, settings: DeliverySettings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._lease = settings.lease.total_seconds()
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._id = 0
        self._alive_until = 0.0  # on the monotonic clock: nobody can have taken our rows before
        self._unsure = False  # whether the last write was written
        self._seen: dict[int, tuple[Peer, float]] = {}
        self.lost = False

    async def __aenter__(self) -> Self:
        self._id = await self._do(self._register)
        self._heart = asyncio.create_task(self._beat())
        self._books = await self.run(lambda: self._store.books(self._id))
        await self._rehearse()
        await self.recover()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._heart.cancel()
        with suppress(asyncio.CancelledError, LeaseLost):
            await self._heart
        with suppress(StoreError):  # then the lease runs out by itself
            await self._do(lambda tx: tx.senders.end(self._id))
            await self._do(self._take_back)  # what was claimed and never started
        await self.run(self._books.close)
        self._thread.shutdown()

    @property
    def may_send(self) -> bool:
        """Whether what it has marked is still its own: a process that slept too long stops here."""
        return not self.lost and time.monotonic() < self._alive_until

    @property
    def waits(self) -> bool:
        """Whether a write waits for a server; what it marks survives a power cut at once then."""
        return self._books.waits

    async def claim(
        self, limit: int, edition_id: int | None = None, lanes: Sequence[Lane] = tuple(Lane)
    ) -> list[Job]:
        """Take up to `limit` rows that are due."""
        now = self._clock.now()
        return await self._patiently(
            lambda tx: tx.deliveries.claim(self._id, now, limit, edition_id, lanes=lanes)
        )

    async def give_back(self, jobs: Sequence[Job]) -> None:
        """Let claimed rows be due again."""
        keys = [job.id for job in jobs]
        await self._do(lambda tx: tx.deliveries.give_back(self._id, keys))

    async def start(self, jobs: Sequence[Job]) -> Started:
        """Mark claimed rows as being sent: durably, at once. Raises LeaseLost as `write` does."""
        return await self._patiently(lambda tx: self._start(tx, jobs))

    async def write(
        self,
        settlements: Sequence[Settlement],
        wish: Wish | None = None,
        known: Callable[[], Iterable[int]] = tuple,
        aside: Sequence[Job] = (),
    ) -> Started:
        """Write down how rows ended, and mark as many as wished for as being sent.

        What is marked may leave after the next `flush`. `known` are the rows in the sender's hands,
        `aside` those that were claimed by `write_at_once` and are to be looked at.
        A database that is away is asked again for two minutes. Raises LeaseLost when others have
        the rows; how rows ended is kept even then.
        """
        taken = await self._again_and_again(
            lambda: self._write(settlements, wish, list(known()) if self._unsure else None)
        )
        if not taken.alive:
            self.lost = True
            raise LeaseLost(LOST)
        unwanted = [*aside, *taken.unwanted]
        skipped = await self._do(lambda tx: self._skip(tx, unwanted)) if unwanted else []
        return Started(taken.jobs, skipped, taken.dry)

    def write_at_once(self, settlements: Sequence[Settlement], wish: Wish | None) -> Taken | None:
        """Do what `write` does where nothing has to be waited for; None: it has to be called.

        What is unwanted is the caller's to keep until then.
        """
        if self._unsure:
            return None
        began, now = time.monotonic(), self._clock.now()
        self._unsure = True
        try:
            taken = self._books.write(now, now + self._settings.lease, settlements, wish)
        except StoreError as why:
            log.warning("ledger.waiting", extra={"reason": str(why)})
            return None
        self._unsure = False
        if not taken.alive:
            return None
        self._alive_until = began + self._lease
        return taken

    async def flush(self) -> None:
        """Wait until what was written survives a power cut. Raises StoreError."""
        await self.run(self._books.flush)

    async def permits(self, relay: Relay, wanted: int, *, reserve: bool) -> int:
        """Return how many mails a relay with limits may be given now, and count them as given."""
        now = self._clock.now()
        return await self._patiently(
            lambda tx: tx.pacing.take(
                relay.name, relay.limits, relay.warm_up, wanted, now, reserve=reserve
            )
        )

    async def return_permits(self, relay: Relay, count: int) -> None:
        """Give back permits that were not used."""
        with suppress(StoreError):  # then they count as used
            await self._do(lambda tx: tx.pacing.give_back(relay.name, count))

    async def receivers(self) -> list[Receiver] | None:
        """Return the receivers that have a pace; None when the database is away just now."""

        def ask() -> list[Receiver]:
            with self._store.read() as tx:
                return tx.pacing.receivers()

        try:
            return await self.run(ask)
        except StoreError as why:
            log.warning("ledger.waiting", extra={"reason": str(why)})
            return None

    async def note(
        self, receivers: Mapping[str, Receiver | None], pauses: Mapping[int, str]
    ) -> None:
        """Write down what was learned of receivers (None: free again), and newsletters to pause."""
        now = self._clock.now()

        def write(tx: Transaction) -> None:
            for name, receiver in receivers.items():
                if receiver is None:
                    tx.pacing.free_receiver(name)
                else:
                    tx.pacing.set_receiver(receiver)
            for key, why in pauses.items():
                tx.steering.pause(key, why, now, by_itself=True)

        await self._patiently(write)

    async def recover(self) -> None:
        """Take back the rows of senders that have ended or give no sign of life."""
        await self._patiently(self._recover)

    async def anything_due(self, edition_id: int | None = None) -> bool:
        """Whether there is a row to claim, or one in another sender's hands."""
        now = self._clock.now()

        def ask() -> bool:
            with self._store.read() as tx:
                return tx.deliveries.anything_due(now, edition_id)

        return await self.run(ask)

    async def read(self, work: Callable[[], T]) -> T:
        """Read something else, in the database's thread, when the database is there."""
        return await self._again_and_again(lambda: self.run(work))

    async def run(self, work: Callable[[], T]) -> T:
        """Do something else with the database, in the same thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _do(self, work: Callable[[Transaction], T]) -> T:
        def in_transaction() -> T:
            with self._store.write() as tx:
                return work(tx)

        return await self.run(in_transaction)

    async def _patiently(self, work: Callable[[Transaction], T]) -> T:
        return await self._again_and_again(lambda: self._do(work))

    async def _again_and_again(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask until the database is there again; raise StoreError after two minutes."""
        for _ in range(int(WRITES_FOR / BETWEEN_WRITES)):
            try:
                return await ask()
            except StoreError as why:
                if not why.temporary:
                    raise
                log.warning("ledger.waiting", extra={"reason": str(why)})
                await asyncio.sleep(BETWEEN_WRITES)
        raise StoreError("the database did not come back", temporary=True)

    def _register(self, tx: Transaction) -> int:
        now = self._clock.now()
        tx.senders.forget(now - KEEP_ENDED)
        self._alive_until = time.monotonic() + self._lease
        return tx.senders.register(this_process(), now, now + self._settings.lease)

    async def _rehearse(self) -> None:
        """Write once, of no row: the first time takes a hundred times as long.

        While it does, mails arrive whose answers are not written, and a crash doubles those.
        """
        nothing = Settlement(0, DeliveryState.SENDING, DeliveryState.SENT, 0, Reply(250, None, ""))
        await self.write([nothing])
        await self.flush()

    def _recover(self, tx: Transaction) -> None:
        """Judge the others by our own monotonic clock: theirs may be wrong, and so may ours be."""
        now = time.monotonic()
        peers = {peer.id: peer for peer in tx.senders.others(self._id)}
        self._seen = {
            key: (peer, self._seen[key][1] if self._seen.get(key, (None,))[0] == peer else now)
            for key, peer in peers.items()
        }
        for peer, since in self._seen.values():
            if now - since >= self._lease or is_gone(peer.process):
                tx.senders.declare_dead(peer)
        self._take_back(tx)
        tx.recall.of_nobody(self._clock.now())

    def _take_back(self, tx: Transaction) -> None:
        repeat = self._settings.when_in_doubt is WhenInDoubt.REPEAT
        becomes = DeliveryState.DUE if repeat else DeliveryState.IN_DOUBT
        claimed, sending = tx.deliveries.recover(self._clock.now(), becomes)
        if claimed or sending:
            log.warning(
                "sender.recovered",
                extra={"due_again": claimed, "unknown": sending, "became": becomes.value},
            )

    async def _write(
        self,
        settlements: Sequence[Settlement],
        wish: Wish | None,
        known: Collection[int] | None,
    ) -> Taken:
        began, now = time.monotonic(), self._clock.now()
        books, until = self._books, now + self._settings.lease
        self._unsure = True
        if books.waits:
            taken = await self.run(lambda: books.write(now, until, settlements, wish, known))
        else:
            taken = books.write(now, until, settlements, wish, known)
        self._unsure = False
        if taken.alive:
            self._alive_until = began + self._lease
        return taken

    def _start(self, tx: Transaction, jobs: Sequence[Job]) -> Started:
        # Renewed in the transaction that marks: whoever was declared dead starts nothing.
        self._renew(tx)
        started = tx.deliveries.start(self._id, [job.id for job in jobs])
        if len(started) == len(jobs):
            return Started(list(jobs), [])
        return Started(
            [job for job in jobs if job.id in started],
            self._skip(tx, [job for job in jobs if job.id not in started]),
        )

    def _skip(self, tx: Transaction, jobs: Sequence[Job]) -> list[Settlement]:
        now = self._clock.now()
        standings = tx.deliveries.standings([job.id for job in jobs])
        endings = [skip(job, standings.get(job.id), now) for job in jobs]
        skipped = [ending for ending in endings if ending is not None]
        tx.deliveries.settle(self._id, skipped)
        again = {job.id for job in jobs} - {ending.delivery_id for ending in skipped}
        tx.deliveries.give_back(self._id, again)  # a reader who came back meanwhile
        return skipped

    def _renew(self, tx: Transaction) -> None:
        began = time.monotonic()
        if self.lost or not tx.senders.renew(self._id, self._clock.now() + self._settings.lease):
            self.lost = True
            raise LeaseLost(LOST)
        self._alive_until = began + self._lease

    async def _beat(self) -> None:
        """Renew the lease three times as often as it would run out."""
        while True:
            await asyncio.sleep(self._lease / 3)
            try:
                await self._do(self._renew)
            except LeaseLost:
                return
            except StoreError as why:
                log.warning("lease.not_renewed", extra={"reason": str(why)})
