"""Sends what is due. May be killed and started again at any moment."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from threading import Event

from mailer.clock import Clock
from mailer.config.settings import DeliverySettings
from mailer.delivery.lines import Lines
from mailer.delivery.model import (
    DeliveryState,
    Envelope,
    Job,
    SendReport,
    Settlement,
)
from mailer.delivery.sender import LeaseLost, Sender
from mailer.delivery.settling import settle, unwritable
from mailer.delivery.transport import Transport
from mailer.delivery.writer import Writer
from mailer.errors import DeliveryError, MailerError, StoreError
from mailer.links import Links
from mailer.rendering.templates import Templates
from mailer.store.database import Store
from mailer.tokens import Keyring

LOOK_EVERY = 0.5  # seconds between two looks for something due: a person waits for a notice
AFTER_TROUBLE = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works together in one run."""

    sender: Sender
    lines: Lines
    writer: Writer


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
        keyring: Keyring,
        settings: DeliverySettings,
    ) -> None:
        self._store = store
        self._clock = clock
        self._transport = transport
        self._templates = templates
        self._links = links
        self._keyring = keyring
        self._settings = settings

    def until_done(
        self, edition_id: int | None = None, heard: Callable[[SendReport], None] = _unheard
    ) -> SendReport:
        """Send until nothing is due any more; `heard` is told how far it is after each group.

        Waits for rows that a dead sender held. Raises DeliveryError when the relay could not be
        used: everything stays owed.
        """
        return asyncio.run(self._until_done(edition_id, heard))

    def serve(self, stop: Event) -> None:
        """Send whatever becomes due, until `stop` is set; then settle what is in flight."""
        asyncio.run(self._serve(stop))

    async def _until_done(
        self, edition_id: int | None, heard: Callable[[SendReport], None]
    ) -> SendReport:
        report = SendReport()
        trouble: DeliveryError | None = None
        async with self._sender() as sender, Lines(self._transport) as lines:
            crew = Crew(sender, lines, self._writer())
            while True:
                group = await self._send_group(crew, edition_id)
                trouble = lines.trouble or trouble
                if group is not None:
                    report = _added(report, group)
                    heard(report)
                elif not await sender.anything_due(edition_id):
                    break
                else:
                    await asyncio.sleep(LOOK_EVERY / 2)
                    await sender.recover()
        if trouble is not None and not report.sent:
            raise trouble
        return report

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
                    next_recovery = loop.time() + self._settings.lease.total_seconds()
                if await sender.anything_due():
                    await self._send_all(sender, stop)
                await _pause(stop, LOOK_EVERY)
            log.info("sender.stopping")

    async def _send_all(self, sender: Sender, stop: Event) -> None:
        async with Lines(self._transport) as lines:
            crew = Crew(sender, lines, self._writer())
            while not stop.is_set():
                group = await self._send_group(crew, None)
                if group is None:
                    return
                log.info("mail.sent", extra={"sent": group.sent, "refused": group.refused})
                if lines.trouble is not None:
                    log.warning("relay.trouble", extra={"reason": str(lines.trouble)})
                    return

    async def _send_group(self, crew: Crew, edition_id: int | None) -> SendReport | None:
        """Claim, write, start, send and settle one group; None when nothing could be claimed."""
        limit = min(self._settings.in_flight_limit, crew.lines.width * 8)
        jobs = await crew.sender.claim(limit, edition_id)
        if not jobs:
            return None
        written, broken = await crew.sender.run(lambda: self._write(crew.writer, jobs))
        await crew.sender.settle(broken)
        started, skipped = await crew.sender.start([job for job, _ in written])
        envelopes = {envelope.delivery_id: envelope for _, envelope in written}
        mine = [(job, envelopes[job.id]) for job in started]
        endings = await self._hand_over(crew, mine)
        return _counted([*broken, *skipped, *endings])

    def _write(
        self, writer: Writer, jobs: Sequence[Job]
    ) -> tuple[list[tuple[Job, Envelope]], list[Settlement]]:
        """Write each message; what cannot be written is refused by itself, and the rest goes on."""
        written, broken = [], []
        for job in jobs:
            try:
                written.append((job, writer.write(job)))
            except StoreError:
                raise
            except Exception as why:
                if not isinstance(why, MailerError):
                    log.exception("delivery.unwritable", extra={"delivery": job.id})
                broken.append(unwritable(job, str(why), self._clock.now()))
        return written, broken

    async def _hand_over(
        self, crew: Crew, mine: Sequence[tuple[Job, Envelope]]
    ) -> list[Settlement]:
        """Send the group over all lines, and write outcomes down as they come."""
        jobs = {job.id: job for job, _ in mine}
        endings: list[Settlement] = []
        async for ended in crew.lines.send([envelope for _, envelope in mine]):
            batch = [
                settle(
                    jobs[key],
                    outcome,
                    self._clock.now(),
                    relay=relay,
                    give_up_after=self._settings.give_up_after,
                    chance=random.random(),  # noqa: S311 - spreads retries, guards nothing
                )
                for key, outcome, relay in ended
            ]
            await crew.sender.settle(batch)
            endings += batch
        return endings

    def _sender(self) -> Sender:
        return Sender(self._store, self._clock, self._settings, self._keyring.pepper)

    def _writer(self) -> Writer:
        return Writer(self._store, self._clock, self._templates, self._links)


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


def _counted(settlements: Sequence[Settlement]) -> SendReport:
    report = SendReport()
    for settlement in settlements:
        name = FIELDS[settlement.state]
        report = replace(report, **{name: getattr(report, name) + 1})
    return report


def _added(one: SendReport, other: SendReport) -> SendReport:
    return SendReport(
        *(getattr(one, field.name) + getattr(other, field.name) for field in fields(SendReport))
    )
