"""Puts every reader who is owed an edition into the ledger, and sets their next date."""

import logging
from datetime import datetime

from mailer.address import parse_address
from mailer.clock import Clock
from mailer.config.settings import DeliverySettings
from mailer.delivery.model import Canary, PlanReport
from mailer.editions.calendar import next_due
from mailer.editions.model import Edition, EditionState
from mailer.store.database import Store, Transaction

BATCH = 10_000  # readers a transaction: long enough to be quick, short enough to wait for

log = logging.getLogger(__name__)


class Plan:
    """From approved editions to ledger rows. Any number of these may run at once."""

    def __init__(self, store: Store, clock: Clock, settings: DeliverySettings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings

    def due(self) -> PlanReport:
        """Plan for everybody whose hour has come, and move on those who have nothing to get.

        A reader's next date is always after now: what was made up for is not followed by a second
        digest for a day gone by.
        """
        now = self._clock.now()
        with self._store.read() as tx:
            editions = [
                tx.editions.by_id(key) for key in tx.planning.editions_with_waiting_readers(now)
            ]
        report = PlanReport()
        for edition in editions:
            report = _sum(report, edition, *self._plan(edition, now))
        return report

    def _plan(self, edition: Edition, now: datetime) -> tuple[int, int]:
        """Return how many rows an edition came to, and how many readers were moved on."""
        with self._store.read() as tx:
            schedules = tx.planning.schedules(edition, now)
            canary = self._canary(tx, edition, now)
        turns = {schedule: next_due(schedule, now, past=edition.slot) for schedule in schedules}
        planned, moved, last = 0, 0, None
        while turns:
            with self._store.write() as tx:
                batch = tx.planning.plan_batch(edition, turns, now, BATCH, canary, last)
            planned, moved, last = planned + batch.planned, moved + batch.readers, batch.last
            if last is None:
                break
        log.info(
            "edition.planned",
            extra={"edition": edition.id, "planned": planned, "readers": moved},
        )
        return planned, moved

    def _canary(self, tx: Transaction, edition: Edition, now: datetime) -> Canary:
        """Return who gets an edition first; nobody when all get it at once."""
        size = self._settings.canary
        if not size or tx.planning.has_begun(edition.id):
            return Canary(frozenset(), now)
        own = [parse_address(text).key for text in self._settings.canary_addresses]
        chosen = tx.planning.canary(edition, now, size, own)
        return Canary(frozenset(chosen), now + self._settings.canary_wait)


def _sum(report: PlanReport, edition: Edition, planned: int, readers: int) -> PlanReport:
    missed = readers if edition.state is EditionState.MISSED else 0
    return PlanReport(
        planned=report.planned + planned,
        moved_on=report.moved_on + readers - planned - missed,
        missed=report.missed + missed,
    )
