"""One running sender: its number, its lease, and every write it makes to the ledger.

The database is asked from one thread of its own, so that a slow disk never keeps the conversations
waiting; each question is one short transaction.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Self, TypeVar

from mailer.address import address_hash
from mailer.clock import Clock
from mailer.config.settings import DeliverySettings, WhenInDoubt
from mailer.delivery.model import DeliveryState, Job, Settlement, Standing
from mailer.delivery.settling import skip
from mailer.errors import StoreError
from mailer.store.database import Store, Transaction

T = TypeVar("T")

WRITES_FOR = 120  # seconds for which an outcome is tried to be written down
BETWEEN_WRITES = 0.5
KEEP_ENDED = timedelta(days=1)

log = logging.getLogger(__name__)


class LeaseLost(StoreError):
    """This sender was declared dead: others have its rows, and it may not write any more."""


class Sender:
    """Claims, starts and settles rows under one number; leaving its `async with` ends it."""

    def __init__(
        self, store: Store, clock: Clock, settings: DeliverySettings, pepper: bytes
    ) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._pepper = pepper
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._id = 0
        self.lost = False

    async def __aenter__(self) -> Self:
        self._id = await self._do(self._register)
        self._heart = asyncio.create_task(self._beat())
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
            await self._do(self._recover)  # what was claimed and never started
        self._thread.shutdown()

    async def claim(self, limit: int, edition_id: int | None = None) -> list[Job]:
        """Take up to `limit` rows that are due."""
        now = self._clock.now()
        return await self._do(lambda tx: tx.deliveries.claim(self._id, now, limit, edition_id))

    async def start(self, jobs: Sequence[Job]) -> tuple[list[Job], list[Settlement]]:
        """Mark claimed rows as being sent, durably, but for those that may not be sent any more.

        Return the rows to send now, and what was written about the others.
        """
        return await self._do(lambda tx: self._start(tx, jobs))

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Write down how rows ended; a database that is away is asked again for two minutes."""
        for _ in range(int(WRITES_FOR / BETWEEN_WRITES)):
            try:
                await self._do(lambda tx: tx.deliveries.settle(self._id, settlements))
            except StoreError as why:
                if not why.temporary:
                    raise
                log.warning("ledger.waiting", extra={"reason": str(why)})
                await asyncio.sleep(BETWEEN_WRITES)
            else:
                return
        raise StoreError("the database did not come back; what was sent could not be written down")

    async def recover(self) -> None:
        """Declare dead whose lease has run out, and take their rows back."""
        await self._do(self._recover)

    async def anything_due(self, edition_id: int | None = None) -> bool:
        """Whether there is a row to claim, or one in another sender's hands."""
        now = self._clock.now()

        def ask() -> bool:
            with self._store.read() as tx:
                return tx.deliveries.anything_due(now, edition_id)

        return await asyncio.get_running_loop().run_in_executor(self._thread, ask)

    async def run(self, work: Callable[[], T]) -> T:
        """Do something else with the database, in the same thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _do(self, work: Callable[[Transaction], T]) -> T:
        if self.lost:
            raise LeaseLost("this sender's lease ran out; its rows are anybody's")

        def in_transaction() -> T:
            with self._store.write() as tx:
                return work(tx)

        return await asyncio.get_running_loop().run_in_executor(self._thread, in_transaction)

    def _register(self, tx: Transaction) -> int:
        now = self._clock.now()
        tx.senders.forget(now - KEEP_ENDED)
        name = f"{socket.gethostname()}:{os.getpid()}"
        return tx.senders.register(name, now, now + self._settings.lease)

    def _recover(self, tx: Transaction) -> None:
        now = self._clock.now()
        tx.senders.declare_dead(now, besides=self._id)
        repeat = self._settings.when_in_doubt is WhenInDoubt.REPEAT
        becomes = DeliveryState.DUE if repeat else DeliveryState.IN_DOUBT
        claimed, sending = tx.deliveries.recover(now, becomes)
        if claimed or sending:
            log.warning(
                "sender.recovered",
                extra={"due_again": claimed, "unknown": sending, "became": becomes.value},
            )

    def _start(self, tx: Transaction, jobs: Sequence[Job]) -> tuple[list[Job], list[Settlement]]:
        now = self._clock.now()
        # Renewed here, in the transaction that marks: whoever was declared dead starts nothing.
        if not self._renew(tx):
            self.lost = True
            raise LeaseLost("this sender's lease ran out; its rows are anybody's")
        standings = tx.deliveries.standings([job.id for job in jobs])
        blocked = self._suppressed(tx, jobs)
        endings = []
        for job in jobs:
            standing = standings.get(job.id)
            if standing is not None and job.id in blocked:
                standing = Standing(standing.subscription, standing.edition, suppressed=True)
            ending = skip(job, standing, now)
            if ending is not None:
                endings.append(ending)
        tx.deliveries.settle(self._id, endings)
        over = {ending.delivery_id for ending in endings}
        started = tx.deliveries.start(self._id, [job.id for job in jobs if job.id not in over])
        return [job for job in jobs if job.id in started], endings

    def _suppressed(self, tx: Transaction, jobs: Sequence[Job]) -> set[int]:
        hashes = {job.id: address_hash(job.recipient, self._pepper) for job in jobs}
        found = tx.suppressions.among(set(hashes.values()))
        return {key for key, hashed in hashes.items() if hashed in found}

    def _renew(self, tx: Transaction) -> bool:
        return tx.senders.renew(self._id, self._clock.now() + self._settings.lease)

    async def _beat(self) -> None:
        """Renew the lease three times as often as it would run out."""
        while True:
            await asyncio.sleep(self._settings.lease.total_seconds() / 3)
            try:
                self.lost = not await self._do(self._renew)
            except StoreError as why:
                log.warning("lease.not_renewed", extra={"reason": str(why)})
