"""The run itself: rows marked, handed to the lines, and settled, all at the same time.

One task keeps the books: it settles what has ended and marks what may go next; where a write waits
for a server, one serves both. What is marked is brought to the disk beside that, and only then do
the lines get it. Three limits bound what a crash leaves in doubt: never more rows are marked and
unsettled than `in_flight_limit`; of no more than two mails a line has content left that is not
settled; and no answer waits longer than a few milliseconds to be written.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import islice

from mailer.clock import Clock
from mailer.config.settings import DeliverySettings
from mailer.delivery.bell import Bell
from mailer.delivery.desk import Desk
from mailer.delivery.exchanges import Exchanges
from mailer.delivery.group import Group
from mailer.delivery.model import (
    DeliveryState,
    Envelope,
    Job,
    Lane,
    Outcome,
    Settlement,
    Unsent,
    Wish,
)
from mailer.delivery.pool import AWAY_FOR, Pool
from mailer.delivery.sender import LeaseLost, Sender
from mailer.delivery.settling import settle, unsendable
from mailer.delivery.switchboard import switchboard
from mailer.delivery.traffic import Traffic
from mailer.delivery.transport import Line, Transport
from mailer.delivery.writer import Writer
from mailer.errors import DeliveryError, StoreError

CLAIM = 1_000  # rows a claim
AHEAD = (Lane.NOTICE, Lane.URGENT, Lane.CANARY)  # they overtake what was claimed already
LOOK_EVERY = 0.5  # seconds between two looks for a person who waits
GROUP_COMMIT = 0.002  # seconds that an answer waits for others, at most, to be written with them
DRAIN_FOR = 30.0  # seconds for what is under way when the end is asked for

log = logging.getLogger(__name__)


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
        heard: Callable[[Sequence[Settlement]], None],
    ) -> None:
        self._sender = sender
        self._desk = Desk(writer, clock, self._end)
        self._clock = clock
        self._limit = settings.in_flight_limit
        self._settle = partial(settle, give_up_after=settings.give_up_after, chance=random.random)
        self._heard = heard
        self._traffic = Traffic(sender, clock, transport, exchanges, settings)
        self._pool = Pool(transport, self, self._traffic.may)
        self._group = Group(self._pool.width, self._limit)
        self._aside: list[Job] = []  # claimed, and to be looked at: their readers may have left
        self._claimed: deque[Job] = deque()  # only where somebody limits how fast it may go
        self._marked: list[Job] = []  # as being sent, and not on the disk yet
        self._ready: deque[Job] = deque()  # marked for good, and not on a line
        self._flying: dict[int, Job] = {}
        self._left: set[int] = set()  # rows whose content was said, and which are not settled
        self._kept_back = False  # whether a line waits for one of these
        self._hungry = False  # whether a line found nothing to say
        self._told: list[tuple[str, Sequence[tuple[Envelope, Outcome | Unsent]]]] = []
        self._ended: list[Settlement] = []
        self._held: list[Line] = []  # which have content to say as soon as it may leave
        self.switchboard = switchboard()
        self._flushing: asyncio.Task[None] | None = None
        self._bell = Bell()
        self._loop = asyncio.get_running_loop()
        self._edition_id: int | None = None
        self._in_rounds = False  # whether a round may do what else a turn does
        self._round_is_near = False
        self._counted = 0  # answers that the round knows of
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
        self._bell.ring()

    async def send(self, edition_id: int | None = None) -> None:
        """Send until nothing is due that this sender can have, or it is stopped.

        Raises LeaseLost, and StoreError when the database stays away.
        """
        self._dry, self._next_look, self._edition_id = False, 0.0, edition_id
        try:
            while await self._turn():
                pass
        finally:
            self._in_rounds = False
            await self._drain()

    async def close(self) -> None:
        """End the conversations."""
        await self._pool.close()
        if self.switchboard is not None:
            self.switchboard.close()

    # What the lines ask and tell.

    def following(self, relay: str) -> Envelope | None:
        """Write and return the next message, unless this sender's rows may be another's by now."""
        while self._ready and self._sender.may_send:
            if not self._pool.takes(relay) or not self._traffic.takes(relay):
                self._hungry = True
                return None
            job = self._ready.popleft()
            envelope = self._desk.write(job)
            if envelope is None:
                continue
            self._flying[job.id] = job
            low = len(self._ready) * 2 < self._group.size and not (self._marked or self._dry)
            if low and not (self._in_rounds or self._sender.waits):  # the next write sees it
                self._bell.ring()
            return envelope
        self._hungry = True
        if not self._dry:
            self._group.starved()
            if not self._marked:
                self._stir()
        return None

    def may_leave(self, envelope: Envelope) -> bool:
        """Count what may have arrived and is not settled: a crash doubles no more than that.

        Where a write takes no time, what was answered is settled before anything else leaves: of a
        line no more than one mail is in doubt. Whoever slept past its lease says nothing more, not
        even of what it had begun.
        """
        first_settle = (self._told or self._ended) and not self._sender.waits
        full = len(self._left) >= 2 * self._pool.width
        if first_settle or full or not self._sender.may_send:
            self._kept_back = True
            return False
        self._left.add(envelope.delivery_id)
        return True

    def told(self, relay: str, endings: Sequence[tuple[Envelope, Outcome | Unsent]]) -> None:
        """Keep what became of messages; it is written with what others tell, or very soon."""
        self._told.append((relay, endings))
        self._stir(len(self._told))

    def strode(self, line: Line, ending: tuple[Envelope, Outcome | Unsent]) -> None:
        """Keep what became of a message, and let its line go on."""
        self.told(line.relay, (ending,))
        self.holds(line)

    def holds(self, line: Line) -> None:
        """Let a line go on: where a write takes no time, right behind that."""
        if self._sender.waits:
            line.go_on()
        else:
            self._held.append(line)

    def rests(self, line: Line) -> None:
        """Forget a line that is lost, and see whether there is anything to do."""
        if line.lost:
            self._pool.forget(line)
            self._bell.ring()

    # The books.

    async def _turn(self) -> bool:
        """Write once what has ended and what begins; False when there is nothing left to do."""
        self._in_rounds = False
        self._hear()
        await self._traffic.look(urgent=any(job.notice for job in self._claimed))
        shaped = bool(self._traffic.shapes or self._claimed)
        await (self._keep_shaped_books() if shaped else self._keep_books())
        self._in_rounds = not (shaped or self._stopping or self._sender.waits)
        self._flush_marked()
        if shaped or not self._sender.waits or len(self._told) < self._group.worth_writing:
            self._go_on()  # else when the next write has begun, at once
        self._feed()
        if self._stopping:
            return False
        self._pool.wanted(len(self._ready) + len(self._marked))
        if self._pool.nowhere_to_go:
            await self._hand_back()
            return False
        if self._in_hand or self._ended or self._told:
            await self._bell.heard(LOOK_EVERY)
            return True
        return not (self._dry or self._traffic.shapes)

    def _hear(self) -> None:
        """Work out what all that was told means for the ledger, and for how fast to go on."""
        told, self._told = self._told, []
        now = self._clock.now()
        for relay in {relay for relay, _ in told}:
            self._pool.answered(relay)
        for relay, endings in told:
            for envelope, outcome in endings:
                job = self._flying.pop(envelope.delivery_id)
                self._traffic.heard(job, outcome)
                self._ended.append(self._settle(job, outcome, now, relay=relay))

    def _round(self) -> None:
        """Do what a turn does for all lines that were answered together, without any waiting.

        A turn takes as long as five mails; so this is what happens in the middle of a run, and
        everything else is left to the next turn.
        """
        told = len(self._told)
        if self._in_rounds and self._counted < told < len(self._left):
            self._counted = told  # as long as each look brings another answer, it looks again
            self._loop.call_soon(self._round)
            return
        self._counted = 0
        self._round_is_near = False
        if not (self._in_rounds and self._keep_books_at_once()):
            self._bell.ring()

    def _keep_books_at_once(self) -> bool:
        """Settle, mark, and let the lines go on; False when a turn is wanted.

        What was answered is in doubt until it is settled: so that comes first, by itself, and what
        takes long while no line has anything more in doubt.
        """
        self._hear()
        if self._traffic.learned or (self._ended and not self._write_at_once(None)):
            return False
        wish = self._wish()
        if wish is not None and not self._write_at_once(wish):
            return False
        self._go_on()
        self._desk.write_ahead(islice(self._ready, self._pool.width))
        return self._in_hand and not (self._aside or self._dry)

    def _write_at_once(self, wish: Wish | None) -> bool:
        taken = self._sender.write_at_once(self._ended, wish)
        if taken is None:
            return False
        ended, self._ended = self._ended, []
        self._settled(ended)
        self._aside += taken.unwanted
        self._begun(taken.jobs, wish, dry=taken.dry)
        return True

    async def _keep_books(self) -> None:
        """Settle what has ended, and mark the next group, straight from what is due."""
        wish = self._wish()
        ended, self._ended = self._ended, []
        aside, self._aside = self._aside, []
        if wish is not None or ended or aside:
            writing = asyncio.ensure_future(self._sender.write(ended, wish, self._known, aside))
            if self._sender.waits:
                await asyncio.sleep(0)  # it begins; what the last one freed is said meanwhile
                self._go_on()
                self._desk.write_ahead(islice(self._ready, 2 * self._pool.width))
            started = await writing
            await self._prepare(started.jobs)
            self._begun(started.jobs, wish, dry=started.dry)
            self._settled([*ended, *started.skipped])

    def _wish(self) -> Wish | None:
        count = self._appetite() if self._may_look() else 0
        return Wish(count, self._edition_id) if count > 0 else None

    def _begun(self, jobs: Sequence[Job], wish: Wish | None, *, dry: bool) -> None:
        """Keep what was marked, and see to it that it is brought to the disk."""
        if wish is None:
            return
        self._group.took(len(jobs), len(self._ready))
        self._dry = dry
        self._marked += jobs
        self._flush_marked()

    async def _keep_shaped_books(self) -> None:
        """Do the same where rows are held back: they are claimed first, and picked from there."""
        await self._claim_more()
        count = 0 if self._stopping else max(0, self._appetite())
        jobs, rests = self._traffic.pick(self._claimed, count)
        ended, self._ended = [*self._ended, *rests], []
        aside, self._aside = self._aside, []
        if ended or aside:
            started = await self._sender.write(ended, known=self._known, aside=aside)
            self._settled([*ended, *started.skipped])
        if jobs:
            started = await self._sender.start(jobs)
            self._settled(started.skipped)
            await self._prepare(started.jobs)
            self._let_go(started.jobs)

    async def _prepare(self, jobs: Sequence[Job]) -> None:
        if self._desk.lacks(jobs):
            await self._sender.read(lambda: self._desk.prepare(jobs))

    def _may_look(self) -> bool:
        """Whether to ask for more: not again at once when there was nothing."""
        now = self._loop.time()
        if self._stopping or (self._dry and now < self._next_look):
            return False
        self._next_look = now + LOOK_EVERY
        return True

    async def _claim_more(self) -> None:
        """Claim when little is left, and every half second for a person who waits."""
        now = self._loop.time()
        room = self._traffic.room
        waits = len(self._claimed) >= self._limit or not room
        if self._stopping or ((waits or self._dry) and now < self._next_look):
            return
        self._next_look = now + LOOK_EVERY
        asked = max(CLAIM, self._limit) if waits else min(max(CLAIM, self._limit), room)
        lanes = AHEAD if waits else tuple(Lane)
        jobs = await self._sender.claim(asked, self._edition_id, lanes)
        self._dry = not waits and len(jobs) < asked
        if jobs and jobs[0].lane is not Lane.DIGEST:  # they go before what was claimed already
            self._claimed = deque(sorted((*self._claimed, *jobs), key=lambda job: job.lane))
        else:
            self._claimed.extend(jobs)

    def _flush_marked(self) -> None:
        """See to it that what is marked is brought to the disk; raise what went wrong there."""
        if self._sender.waits:
            self._let_go_marked(len(self._marked))
        elif self._marked and (self._flushing is None or self._flushing.done()):
            if self._flushing is not None and self._flushing.exception() is not None:
                self._bell.ring()
                if self._in_rounds:
                    return
                self._flushing.result()
            self._flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        """Bring to the disk what was marked, and let it go; again while more was marked."""
        try:
            while self._marked:
                count = len(self._marked)
                await self._sender.flush()
                self._let_go_marked(count)
                self._pool.wanted(len(self._ready))
        finally:
            if not self._in_rounds:
                self._bell.ring()

    def _let_go_marked(self, count: int) -> None:
        jobs, self._marked = self._marked[:count], self._marked[count:]
        self._let_go(jobs)

    def _let_go(self, jobs: Sequence[Job]) -> None:
        if jobs and jobs[0].lane is not Lane.DIGEST:
            self._ready.extendleft(reversed(jobs))  # before what was marked already
        else:
            self._ready.extend(jobs)
        self._feed()

    def _feed(self) -> None:
        """Ask the lines again that found nothing to say."""
        if self._hungry and self._ready:
            self._hungry = False
            self._pool.go_on()

    def _appetite(self) -> int:
        """Return how many rows may be marked now."""
        waiting = len(self._ready) + len(self._marked)
        unsettled = waiting + len(self._flying) + len(self._ended)
        wish = self._group.wish(waiting, anyway=bool(self._ended) and self._sender.waits)
        return min(wish, self._limit - unsettled, self._traffic.room - waiting)

    def _settled(self, settlements: Sequence[Settlement]) -> None:
        """Forget rows that are settled: lines that were kept back may go on."""
        if not settlements:
            return
        for one in settlements:
            self._left.discard(one.delivery_id)
        self._traffic.ended(settlements)
        self._heard(settlements)

    def _go_on(self) -> None:
        """Let lines say content that was kept back, when it may leave now."""
        held, self._held = self._held, []
        for line in held:
            line.compose()
        for line in held:  # all at once: the other end is woken once, and not once a mail
            line.say()
        if self._kept_back:
            self._kept_back = False
            self._pool.go_on()

    @property
    def _in_hand(self) -> bool:
        ours = self._ready, self._marked, self._flying, self._claimed, self._aside
        return any(ours) or bool(self._traffic.waiting)

    def _known(self) -> Iterator[int]:
        """Every row that this sender holds."""
        for jobs in (self._claimed, self._aside, self._marked, self._ready, self._flying.values()):
            yield from (job.id for job in jobs)
        yield from (job.id for job in self._traffic.waiting)
        yield from (one.delivery_id for one in self._ended)

    async def _hand_back(self) -> None:
        """No relay is there: what was marked and never left is owed still, a little later."""
        now = self._clock.now()
        reason = str(self._pool.trouble or "no conversation stayed open")
        away = Unsent(reason, timedelta(seconds=AWAY_FOR))
        await self._until_flushed()
        for job in (*self._ready, *self._marked):
            self._end(unsendable(job, away, now, found=DeliveryState.SENDING))
        for job in self._claimed:
            self._end(unsendable(job, away, now, found=DeliveryState.CLAIMED))
        self._ready.clear()
        self._marked.clear()
        self._claimed.clear()

    async def _until_flushed(self) -> None:
        """Wait for the flush under way; what it could not bring to the disk stays marked."""
        if self._flushing is not None:
            with suppress(StoreError):
                await self._flushing

    async def _drain(self) -> None:
        """Let what is under way end, for half a minute; then settle everything."""
        until = self._loop.time() + DRAIN_FOR
        self._desk.clear()
        self._dry = True
        await self._until_flushed()
        now, over = self._clock.now(), Unsent("the sender ended")
        for job in (*self._ready, *self._marked):
            self._end(unsendable(job, over, now, found=DeliveryState.SENDING))
        self._ready.clear()
        self._marked.clear()
        while self._answers_come and self._loop.time() < until:
            await self._keep_books_to_the_end()
            if self._answers_come:
                await self._bell.heard(LOOK_EVERY)
        if self._flying:
            await self._pool.close()
        await self._keep_books_to_the_end()
        with suppress(StoreError):
            await self._sender.flush()  # what is settled survives a power cut from here on
        left = [*self._claimed, *self._aside, *await self._traffic.close()]
        self._claimed.clear()
        if left and not self._sender.lost:
            await self._sender.give_back(left)

    @property
    def _answers_come(self) -> bool:
        """Whether to wait for what is under way: what may not leave any more has no answer."""
        return any(self._sender.may_send or key in self._left for key in self._flying)

    async def _keep_books_to_the_end(self) -> None:
        self._hear()
        ended, self._ended = self._ended, []
        if ended:
            with suppress(LeaseLost):  # they are written all the same
                await self._sender.write(ended, known=self._known)
            self._settled(ended)
            self._go_on()

    def _end(self, settlement: Settlement) -> None:
        self._ended.append(settlement)
        self._stir(len(self._ended))

    def _stir(self, count: int = 1) -> None:
        """See to it that what has ended is written: at once, or with what comes right behind it."""
        if self._in_rounds:
            if not self._round_is_near:
                self._round_is_near = True
                self._loop.call_soon(self._round)
        elif not self._sender.waits or count >= self._group.worth_writing:
            self._bell.ring()
        elif count == 1:
            self._bell.ring_in(GROUP_COMMIT)
