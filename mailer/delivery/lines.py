"""Several conversations at a time, kept open while there is something to say."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from mailer.delivery.model import Envelope, Outcome, Unsent
from mailer.delivery.transport import Session, Transport
from mailer.errors import DeliveryError

PAUSE = timedelta(seconds=30)  # for rows whose relay was away

Ended = tuple[int, Outcome | Unsent, str | None]  # delivery, what became of it, the relay's name


class Lines:
    """The open sessions of one run; leaving its `async with` ends them in order."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._idle: list[Session] = []
        self.trouble: DeliveryError | None = None  # why the last session could not be opened

    @property
    def width(self) -> int:
        """At most so many conversations at a time."""
        return self._transport.connections

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await asyncio.gather(*(session.close() for session in self._idle))

    async def send(self, envelopes: Sequence[Envelope]) -> AsyncIterator[list[Ended]]:
        """Send all, and yield what has ended since the last time, until every one has."""
        waiting = deque(envelopes)
        ended: asyncio.Queue[Ended] = asyncio.Queue()
        self.trouble = None
        talk = asyncio.gather(
            *(self._talk(waiting, ended) for _ in range(min(self.width, len(envelopes))))
        )
        try:
            while not talk.done():
                first = asyncio.create_task(ended.get())
                either: list[asyncio.Future[Any]] = [first, talk]
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if first.done():
                    yield [first.result(), *_rest(ended)]
                else:
                    first.cancel()
            await talk
        finally:
            talk.cancel()
        left = Unsent(self._why_not(), PAUSE)
        unsent: list[Ended] = [(envelope.delivery_id, left, None) for envelope in waiting]
        yield [*_rest(ended), *unsent]

    async def _talk(self, waiting: deque[Envelope], ended: "asyncio.Queue[Ended]") -> None:
        """Send one message after another over one session, until none waits or none opens."""
        while waiting:
            session = await self._session()
            if session is None:
                return
            while waiting and not session.lost:
                envelope = waiting.popleft()
                outcome = await session.send(envelope)
                ended.put_nowait((envelope.delivery_id, outcome, session.relay))
            if session.lost:
                await session.close()
            else:
                self._idle.append(session)

    def _why_not(self) -> str:
        return str(self.trouble or "no conversation stayed open")

    async def _session(self) -> Session | None:
        while self._idle:
            session = self._idle.pop()
            if not session.lost:
                return session
            await session.close()
        try:
            return await self._transport.connect()
        except DeliveryError as why:
            self.trouble = why
            return None


def _rest(ended: "asyncio.Queue[Ended]") -> list[Ended]:
    """Take what is there without waiting for more."""
    return [ended.get_nowait() for _ in range(ended.qsize())]
