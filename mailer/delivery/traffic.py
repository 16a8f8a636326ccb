"""How fast a run may go: the relays' limits, the receivers' pace, and the brake.

What was learned is in the database: a restart forgets nothing, and several senders share a limit.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Collection, Sequence
from datetime import timedelta

from mailer.clock import Clock
from mailer.config.settings import DeliverySettings
from mailer.delivery.brake import Brake
from mailer.delivery.exchanges import Exchanges
from mailer.delivery.model import (
    Deferred,
    DeliveryState,
    Job,
    Outcome,
    Receiver,
    Refused,
    Reply,
    Sent,
    Settlement,
    Unsent,
)
from mailer.delivery.receivers import STRIKES, Sure, judge, silenced, took_one
from mailer.delivery.sender import Sender
from mailer.delivery.settling import unsendable
from mailer.delivery.transport import Relay, Transport

PLENTY = 1_000_000_000
CHUNK = 64  # permits a question; fewer where little is allowed
ASK_EVERY = 0.5  # seconds between two questions that came to nothing
LOOK_EVERY = 2.0  # seconds between two looks at what other senders learned
WAITING = 500  # rows kept at hand for receivers that are slow
COMES_BACK = timedelta(minutes=1)  # after which those that do not fit come again

log = logging.getLogger(__name__)


class Traffic:
    """Says which claimed rows may start, and learns from what became of them."""

    def __init__(
        self,
        sender: Sender,
        clock: Clock,
        transport: Transport,
        exchanges: Exchanges,
        settings: DeliverySettings,
    ) -> None:
        self._sender = sender
        self._clock = clock
        self._limited = {one.name: one for one in transport if one.limits or one.warm_up}
        self._unlimited = any(one.name not in self._limited for one in transport)
        self._permits = dict.fromkeys(self._limited, 0)
        self._ask_at = dict.fromkeys(self._limited, 0.0)
        self._exchanges = exchanges
        self._asking: asyncio.Task[None] | None = None
        self._receivers: dict[str, Receiver] = {}
        self._strikes: Counter[str] = Counter()
        self._changed: set[str] = set()
        self._under_way: dict[int, str] = {}  # rows for receivers that have a pace
        self._waiting: deque[Job] = deque()
        self._look_at = 0.0
        self._brake = Brake(settings.refusals_limit)
        self._pauses: dict[int, str] = {}

    @property
    def shapes(self) -> bool:
        """Whether rows are to be picked: a relay has limits, or a receiver has a pace."""
        return bool(self._limited or self._receivers or self._waiting)

    @property
    def learned(self) -> bool:
        """Whether there is something to write down, which `look` does."""
        return bool(self._changed or self._pauses)

    @property
    def room(self) -> int:
        """How many mails the relays may still be given."""
        if self._unlimited or not self._limited:
            return PLENTY
        return sum(self._permits.values())

    @property
    def waiting(self) -> Sequence[Job]:
        """Claimed rows whose receivers are slow."""
        return self._waiting

    def takes(self, relay: str) -> bool:
        """Use a permit for a relay; False when it has none."""
        if relay not in self._limited:
            return True
        if self._permits[relay] <= 0:
            return False
        self._permits[relay] -= 1
        return True

    def may(self, relay: str) -> bool:
        """Whether a relay could be given a mail."""
        return relay not in self._limited or self._permits[relay] > 0

    async def look(self, *, urgent: bool) -> None:
        """Ask the database for what may be sent, and tell it what was learned.

        `urgent` also uses what is kept for people who wait.
        """
        now = asyncio.get_running_loop().time()
        for relay in self._limited.values():
            if now >= self._ask_at[relay.name]:
                await self._ask_for_permits(relay, urgent=urgent)
        if self.learned:
            await self._write_down()
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            found = await self._sender.receivers()
            if found is not None:
                self._receivers = {one.name: self._as_known(one) for one in found}

    def pick(self, claimed: deque[Job], count: int) -> tuple[list[Job], list[Settlement]]:
        """Take up to `count` rows that may start from `claimed`, and settle those that may not."""
        if not self._receivers and not self._waiting:
            return [claimed.popleft() for _ in range(min(count, len(claimed)))], []
        self._ask_for_exchanges(claimed)
        busy = Counter(self._under_way.values())
        picked: list[Job] = []
        rests: list[Settlement] = []
        for rows in (self._waiting, claimed):
            for _ in range(len(rows)):
                if len(picked) >= count:
                    break
                self._place(rows.popleft(), picked, rests, busy)
        return picked, rests

    def heard(self, job: Job, outcome: Outcome | Unsent) -> None:
        """Learn from what a server said."""
        if isinstance(outcome, Sent):
            if job.notice is None:
                self._brake.taken(job.newsletter_id)
            if self._receivers or self._strikes:
                self._taken_by(self._receiver_of(job))
        elif isinstance(outcome, Refused):
            self._brake_for(job)
            self._refused_by(self._receiver_of(job), outcome.reply)
        elif isinstance(outcome, Deferred):
            self._refused_by(self._receiver_of(job), outcome.reply)

    def ended(self, settlements: Collection[Settlement]) -> None:
        """Forget rows that are not under way any more."""
        if self._under_way:
            for one in settlements:
                self._under_way.pop(one.delivery_id, None)

    async def close(self) -> list[Job]:
        """Give back what was not used; return the rows that waited."""
        if self._asking is not None:
            self._asking.cancel()
        if self._changed or self._pauses:
            await self._write_down()
        for name, count in self._permits.items():
            if count:
                self._permits[name] = 0
                await self._sender.return_permits(self._limited[name], count)
        rows = list(self._waiting)
        self._waiting.clear()
        return rows

    # Relays.

    async def _ask_for_permits(self, relay: Relay, *, urgent: bool) -> None:
        most = min([CHUNK, *(max(1, limit.count // 10) for limit in relay.limits)])
        there = self._permits[relay.name]
        if there and (urgent or there * 2 > most):
            return
        granted = await self._sender.permits(relay, most - there, reserve=not urgent)
        self._permits[relay.name] += granted
        if not granted:
            self._ask_at[relay.name] = asyncio.get_running_loop().time() + ASK_EVERY

    # Receivers.

    def _place(
        self, job: Job, picked: list[Job], rests: list[Settlement], busy: Counter[str]
    ) -> None:
        """Start a row, let it wait at hand, or put it off."""
        name = self._exchanges.operator(job.recipient.domain)
        receiver = self._receivers.get(name or job.recipient.domain)
        now = self._clock.now()
        if name is not None and receiver is None:
            picked.append(job)
        elif receiver is not None and receiver.silent_until > now:
            away = Unsent(f"{receiver.name} rests: {receiver.cause}", receiver.silent_until - now)
            rests.append(unsendable(job, away, now, found=DeliveryState.CLAIMED))
        elif receiver is not None and busy[receiver.name] < receiver.at_once:
            busy[receiver.name] += 1
            self._under_way[job.id] = receiver.name
            picked.append(job)
        elif len(self._waiting) < WAITING:
            self._waiting.append(job)
        else:
            slow = "its receiver takes mail slowly" if receiver else "its receiver is looked up"
            later = Unsent(slow, COMES_BACK)
            rests.append(unsendable(job, later, now, found=DeliveryState.CLAIMED))

    def _as_known(self, found: Receiver) -> Receiver:
        """Return a receiver with what we counted ourselves, unless somebody changed its pace."""
        ours = self._receivers.get(found.name)
        same = ours is not None and ours._replace(taken=0) == found
        return ours if ours is not None and same else found

    def _receiver_of(self, job: Job) -> str:
        domain = job.recipient.domain
        return self._exchanges.operator(domain) or domain

    def _taken_by(self, name: str) -> None:
        self._strikes.pop(name, None)
        receiver = self._receivers.get(name)
        if receiver is None:
            return
        faster = took_one(receiver)
        if faster is None:
            del self._receivers[name]
            log.info("receiver.free", extra={"receiver": name})
        else:
            self._receivers[name] = faster
        if faster is None or faster.at_once != receiver.at_once:
            self._changed.add(name)

    def _refused_by(self, name: str, reply: Reply) -> None:
        silence = judge(reply)
        if silence.sure is Sure.NO:
            return
        self._strikes[name] += 1
        if silence.sure is Sure.PERHAPS and self._strikes[name] < STRIKES:
            return
        del self._strikes[name]
        now = self._clock.now()
        before = self._receivers.get(name)
        self._receivers[name] = silenced(name, silence, reply, now, before)
        self._changed.add(name)
        cause = self._receivers[name].cause
        log.warning("receiver.rests", extra={"receiver": name, "cause": cause})

    def _ask_for_exchanges(self, claimed: Collection[Job]) -> None:
        """Ask who takes the mail of these, while the run goes on."""
        if self._asking is not None and not self._asking.done():
            return
        of = self._exchanges.operator
        rows = (*self._waiting, *claimed)
        unknown = {job.recipient.domain for job in rows if of(job.recipient.domain) is None}
        unknown |= {name for name in self._receivers if of(name) is None}
        if unknown:
            self._asking = asyncio.create_task(self._learn(unknown))

    async def _learn(self, domains: Collection[str]) -> None:
        """Ask, and let what was learned of a domain hold for all that its operator serves."""
        await self._exchanges.ask(domains)
        for name in list(self._receivers):
            operator = self._exchanges.operator(name) or name
            if operator != name:
                self._receivers.setdefault(
                    operator, self._receivers.pop(name)._replace(name=operator)
                )
                self._changed |= {name, operator}

    # What is written down.

    def _brake_for(self, job: Job) -> None:
        if job.notice is None:
            why = self._brake.refused(job.newsletter_id)
            if why is not None:
                self._pauses[job.newsletter_id] = why

    async def _write_down(self) -> None:
        changed, self._changed = self._changed, set()
        pauses, self._pauses = self._pauses, {}
        known = {name: self._receivers.get(name) for name in changed}
        await self._sender.note(known, pauses)
        for key, why in pauses.items():
            log.warning("delivery.paused", extra={"newsletter": key, "reason": why})
