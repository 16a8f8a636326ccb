"""Sends what is due. May be killed and started again at any moment."""

import asyncio
import gc
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event

from mailer.clock import Clock
from mailer.config.settings import DeliverySettings
from mailer.delivery.engine import Engine
from mailer.delivery.exchanges import Exchanges
from mailer.delivery.model import DeliveryState, SendReport, Settlement
from mailer.delivery.sender import LeaseLost, Sender
from mailer.delivery.transport import Transport
from mailer.delivery.writer import Writer
from mailer.errors import DeliveryError, StoreError
from mailer.links import Links
from mailer.message.sign import Signers
from mailer.rendering.templates import Templates
from mailer.store.database import Store

RECOVER_EVERY = 2.0  # seconds between two looks after the other senders
LOOK_EVERY = 0.5  # seconds between two looks for something due: a person waits for a notice
AFTER_TROUBLE = 5.0

log = logging.getLogger(__name__)


def _unheard(report: SendReport) -> None:
    """Tell nobody."""


class Send:
    """From ledger rows to mails. Any number of these may run at once."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        transport: Transport,
        templates: Templates,
        links: Links,
        signers: Signers,
        exchanges: Exchanges,
        settings: DeliverySettings,
    ) -> None:
        self._store = store
        self._clock = clock
        self._transport = transport
        self._templates = templates
        self._links = links
        self._signers = signers
        self._exchanges = exchanges
        self._settings = settings

    def until_done(
        self, edition_id: int | None = None, heard: Callable[[SendReport], None] = _unheard
    ) -> SendReport:
        """Send until nothing is due any more; `heard` is told how far it is after each group.

        Waits for rows that a dead sender held. Raises DeliveryError when the relay could not be
        used: everything stays owed.
        """
        with few_collections():
            return asyncio.run(self._until_done(edition_id, heard))

    def serve(self, stop: Event) -> None:
        """Send whatever becomes due, until `stop` is set; then settle what is in flight."""
        with few_collections():
            asyncio.run(self._serve(stop))

    async def _until_done(
        self, edition_id: int | None, heard: Callable[[SendReport], None]
    ) -> SendReport:
        count = Count(heard)
        trouble: DeliveryError | None = None
        async with self._sender() as sender:
            engine = self._engine(sender, count)
            try:
                while True:
                    await engine.send(edition_id)
                    trouble = engine.trouble or trouble
                    if not await sender.anything_due(edition_id):
                        break
                    await asyncio.sleep(LOOK_EVERY / 2)
                    await sender.recover()
            finally:
                await engine.close()
        if trouble is not None and not count.report.sent:
            raise trouble
        return count.report

    async def _serve(self, stop: Event) -> None:
        while not stop.is_set():
            try:
                await self._serve_as_one(stop)
            except LeaseLost as why:
                log.warning("sender.lost_its_lease", extra={"reason": str(why)})
            except StoreError as why:
                log.warning("sender.waiting", extra={"reason": str(why)})
                await _pause(stop, AFTER_TROUBLE)

    async def _serve_as_one(self, stop: Event) -> None:
        loop = asyncio.get_running_loop()
        async with self._sender() as sender:
            log.info("sender.started")
            next_recovery = loop.time()
            while not stop.is_set():
                if loop.time() >= next_recovery:
                    await sender.recover()
                    next_recovery = loop.time() + RECOVER_EVERY
                if await sender.anything_due():
                    await self._send_all(sender, stop)
                await _pause(stop, LOOK_EVERY)
            log.info("sender.stopping")

    async def _send_all(self, sender: Sender, stop: Event) -> None:
        """Send what is due, until nothing is or somebody asks for the end."""
        count = Count()
        engine = self._engine(sender, count)
        watch = asyncio.create_task(_stop_with(stop, engine))
        try:
            await engine.send()
        finally:
            watch.cancel()
            await engine.close()
            report = count.report
            log.info("mail.sent", extra={"sent": report.sent, "refused": report.refused})

    def _engine(self, sender: Sender, count: "Count") -> Engine:
        writer = Writer(self._store, self._templates, self._links, self._signers)
        return Engine(
            sender,
            writer,
            self._transport,
            self._exchanges,
            self._clock,
            self._settings,
            count,
        )

    def _sender(self) -> Sender:
        return Sender(self._store, self._clock, self._settings)


class Count:
    """Adds up how rows ended, and tells after each write."""

    def __init__(self, heard: Callable[[SendReport], None] = _unheard) -> None:
        self._ended: Counter[DeliveryState] = Counter()
        self._heard = heard

    def __call__(self, settlements: Sequence[Settlement]) -> None:
        self._ended.update(one.state for one in settlements)
        self._heard(self.report)

    @property
    def report(self) -> SendReport:
        return SendReport(**{name: self._ended[state] for state, name in FIELDS.items()})


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for garbage in circles seldom: a run makes none, and hundreds of objects a mail."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


async def _stop_with(stop: Event, engine: Engine) -> None:
    while not stop.is_set():
        await asyncio.sleep(0.05)
    engine.stop()


async def _pause(stop: Event, seconds: float) -> None:
    """Wait, but not past the moment when somebody asks for the end."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while not stop.is_set() and (left := until - loop.time()) > 0:
        await asyncio.sleep(min(left, 0.1))


FIELDS = {
    DeliveryState.SENT: "sent",
    DeliveryState.REFUSED: "refused",
    DeliveryState.DUE: "deferred",
    DeliveryState.GIVEN_UP: "given_up",
    DeliveryState.SKIPPED: "skipped",
    DeliveryState.IN_DOUBT: "in_doubt",
}
