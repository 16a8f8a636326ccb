"""The run itself: rows claimed, marked, handed to the lines, and settled, all at the same time.

One task keeps the books: with each write to the ledger it settles what has ended and marks what may
go next, so that a commit serves both. Meanwhile the lines take what is marked. Never are more rows
marked and unsettled than `in_flight_limit`: after a crash nobody knows more than that of.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from mailer.clock import Clock
from mailer.config.settings import DeliverySettings
from mailer.delivery.exchanges import Exchanges
from mailer.delivery.model import (
    DeliveryState,
    Envelope,
    Job,
    Lane,
    Outcome,
    Settlement,
    Unsent,
)
from mailer.delivery.pool import AWAY_FOR, Pool
from mailer.delivery.sender import Sender
from mailer.delivery.settling import settle, unsendable, unwritable
from mailer.delivery.traffic import Traffic
from mailer.delivery.transport import Line, Transport
from mailer.delivery.writer import Writer
from mailer.editions.model import URGENT_SLOT
from mailer.errors import DeliveryError, MailerError

CLAIM = 1_000  # rows a claim
AHEAD = (Lane.NOTICE, Lane.URGENT)  # they overtake what was claimed already
NOTICES_EVERY = 0.5  # seconds between two looks for a person who waits
GROUP_COMMIT = 0.002  # seconds that a write waits for others, while the lines have enough to do
DRAIN_FOR = 30.0  # seconds for what is under way when the end is asked for
WORTH_WAITING = 64  # rows a write, from which on it is worth to wait for more

log = logging.getLogger(__name__)

Heard = Callable[[Sequence[Settlement]], None]


class Engine:
    """Sends rows until none is due. It is the `Post` of its lines."""

    def __init__(
        self,
        sender: Sender,
        writer: Writer,
        transport: Transport,
        exchanges: Exchanges,
        clock: Clock,
        settings: DeliverySettings,
        heard: Heard,
    ) -> None:
        self._sender = sender
        self._writer = writer
        self._clock = clock
        self._limit = settings.in_flight_limit
        self._give_up_after = settings.give_up_after
        self._heard = heard
        self._traffic = Traffic(sender, clock, transport, exchanges, settings)
        self._pool = Pool(transport, self, self._traffic.may)
        self._claimed: deque[Job] = deque()
        self._ready: deque[Job] = deque()  # marked as being sent, and not yet on a line
        self._flying: dict[int, Job] = {}
        self._ended: list[Settlement] = []
        self._group = min(self._pool.width, self._limit)
        self._taken = 0  # by the lines, since the last write
        self._writing = 0  # answers that the write under way settles
        self._something = asyncio.Event()
        self._stopping = False
        self._next_look = 0.0
        self._dry = False  # nothing more was due at the last look

    @property
    def trouble(self) -> DeliveryError | None:
        """Why a line could not be opened, the last time."""
        return self._pool.trouble

    def stop(self) -> None:
        """Start nothing more; what is under way is settled."""
        self._stopping = True
        self._something.set()

    async def send(self, edition_id: int | None = None) -> None:
        """Send until nothing is due that this sender can claim, or it is stopped.

        Raises LeaseLost, and StoreError when the database stays away.
        """
        try:
            while await self._turn(edition_id):
                pass
        finally:
            await self._drain()

    async def close(self) -> None:
        """End the conversations."""
        await self._pool.close()

    # What the lines ask and tell.

    def following(self, relay: str) -> Envelope | None:
        """Write and return the next message, unless this sender's rows may be another's by now."""
        while self._ready and self._sender.may_send and self._may_have_more_in_doubt:
            if not self._pool.takes(relay) or not self._traffic.takes(relay):
                return None
            job = self._ready.popleft()
            try:
                envelope = self._writer.write(job)
            except Exception as why:
                if not isinstance(why, MailerError):
                    log.exception("delivery.unwritable", extra={"delivery": job.id})
                self._end(unwritable(job, str(why), self._clock.now()))
                continue
            self._flying[job.id] = job
            self._taken += 1
            if len(self._ready) * 2 < self._group and self._claimed:
                self._something.set()
            return envelope
        return None

    def told(self, relay: str, endings: Sequence[tuple[Envelope, Outcome | Unsent]]) -> None:
        """Note what became of messages; the books are written as soon as the last write is done."""
        now = self._clock.now()
        for envelope, outcome in endings:
            job = self._flying.pop(envelope.delivery_id)
            self._traffic.heard(job, outcome)
            self._end(
                settle(
                    job,
                    outcome,
                    now,
                    relay=relay,
                    give_up_after=self._give_up_after,
                    chance=random.random,
                )
            )

    def rests(self, line: Line) -> None:
        """Forget a line that is lost, and see whether there is anything to do."""
        if line.lost:
            self._pool.forget(line)
            self._something.set()

    # The books.

    async def _turn(self, edition_id: int | None) -> bool:
        """Write once what has ended and what begins; False when there is nothing left to do."""
        await self._traffic.look(urgent=any(job.notice for job in self._claimed))
        await self._claim_more(edition_id)
        if self._lines_are_busy:
            await asyncio.sleep(GROUP_COMMIT)
        await self._keep_books()
        if self._stopping:
            return False
        self._pool.wanted(len(self._ready))
        if self._pool.nowhere_to_go:
            await self._hand_back()
            return False
        if self._ended or (self._claimed and self._appetite() > 0):
            return True
        if not (self._ready or self._flying or self._claimed or self._traffic.waiting):
            return False
        await self._wait()
        return True

    @property
    def _lines_are_busy(self) -> bool:
        """Whether a write can wait a little, and serve more rows: nobody waits for it."""
        enough = len(self._ready) >= self._pool.width and self._may_have_more_in_doubt
        many = min(self._group, 2 * self._pool.width) >= 2 * WORTH_WAITING
        return enough and many and len(self._ended) * 2 < self._group

    async def _claim_more(self, edition_id: int | None) -> None:
        """Claim when little is left, and every half second for a person who waits."""
        now = asyncio.get_running_loop().time()
        room = self._traffic.room
        waits = len(self._claimed) >= self._limit or not room
        if self._stopping or ((waits or self._dry) and now < self._next_look):
            return
        self._next_look = now + NOTICES_EVERY
        asked = max(CLAIM, self._limit) if waits else min(max(CLAIM, self._limit), room)
        lanes = AHEAD if waits else tuple(Lane)
        jobs = await self._sender.claim(asked, edition_id, lanes)
        self._dry = not waits and len(jobs) < asked
        await self._sender.run(lambda: self._writer.prepare(jobs))
        if jobs and _lane(jobs[0]) is not Lane.DIGEST:  # they go before what was claimed already
            self._claimed = deque(sorted((*self._claimed, *jobs), key=_lane))
        else:
            self._claimed.extend(jobs)

    async def _keep_books(self) -> None:
        """Settle what has ended, and mark the next group: one durable write for both."""
        count = 0 if self._stopping else max(0, self._appetite())
        jobs, rests = self._traffic.pick(self._claimed, count)
        ended, self._ended = [*self._ended, *rests], []
        if not jobs and not ended:
            return
        self._writing = len(ended)
        started = await self._sender.write(ended, jobs)
        self._writing = 0
        self._traffic.ended([*ended, *started.skipped])
        self._heard([*ended, *started.skipped])
        # Twice what the lines took since the last write: they never wait, and little is marked
        # that has not left. A slow relay has a handful of rows in doubt after a crash.
        self._group = min(self._limit, max(self._pool.width, 2 * self._taken))
        self._taken = 0
        self._ready.extend(started.jobs)

    @property
    def _may_have_more_in_doubt(self) -> bool:
        """A crash doubles what may have arrived and is not written: at most two mails a line."""
        unwritten = len(self._ended) + self._writing
        return unwritten + len(self._flying) < 2 * self._pool.width

    def _appetite(self) -> int:
        """Return how many rows may be marked now."""
        unsettled = len(self._ready) + len(self._flying) + len(self._ended)
        room = self._traffic.room - len(self._ready)
        return min(self._group - len(self._ready), self._limit - unsettled, room)

    async def _wait(self) -> None:
        self._something.clear()
        try:
            async with asyncio.timeout(NOTICES_EVERY):
                await self._something.wait()
        except TimeoutError:
            return

    async def _hand_back(self) -> None:
        """No relay is there: what was marked and never left is owed still, a little later."""
        now = self._clock.now()
        reason = str(self._pool.trouble or "no conversation stayed open")
        away = Unsent(reason, timedelta(seconds=AWAY_FOR))
        for job in self._ready:
            self._end(unsendable(job, away, now, found=DeliveryState.SENDING))
        for job in self._claimed:
            self._end(unsendable(job, away, now, found=DeliveryState.CLAIMED))
        self._ready.clear()
        self._claimed.clear()

    async def _drain(self) -> None:
        """Let what is under way end, for half a minute; then settle everything."""
        loop = asyncio.get_running_loop()
        until = loop.time() + DRAIN_FOR
        now = self._clock.now()
        for job in self._ready:
            self._end(unsendable(job, Unsent("the sender ended"), now, found=DeliveryState.SENDING))
        self._ready.clear()
        while self._flying and loop.time() < until:
            await self._wait()
            await self._keep_books_to_the_end()
        if self._flying:
            await self._pool.close()
        await self._keep_books_to_the_end()
        left = [*self._claimed, *await self._traffic.close()]
        self._claimed.clear()
        if left and not self._sender.lost:
            await self._sender.give_back(left)

    async def _keep_books_to_the_end(self) -> None:
        ended, self._ended = self._ended, []
        if ended:
            await self._sender.write(ended, [])
            self._heard(ended)

    def _end(self, settlement: Settlement) -> None:
        self._ended.append(settlement)
        self._something.set()


def _lane(job: Job) -> Lane:
    if job.notice is not None:
        return Lane.NOTICE
    return Lane.URGENT if job.slot.startswith(URGENT_SLOT) else Lane.DIGEST
