"""Puts every reader who is owed an edition into the ledger, and sets their next date."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple

from mailer.clock import Clock
from mailer.config.settings import DeliverySettings
from mailer.delivery.model import PlanReport
from mailer.editions.calendar import next_due
from mailer.editions.model import Edition, EditionState
from mailer.store.database import Store, Transaction
from mailer.store.planning import Batch, Turn
from mailer.store.turns import by_hand

LATE_COMERS = timedelta(minutes=5)
JUST_NOW = timedelta(minutes=1)  # an approval may be seen a little later than it says
BATCH = 10_000  # readers a transaction: long enough to be quick, short enough to wait for

log = logging.getLogger(__name__)


class Owed(NamedTuple):
    """What one of those who plan an edition came to."""

    planned: int  # rows
    moved: int  # readers who have their next date
    taken: int  # looked at

    def and_of(self, batch: Batch) -> "Owed":
        return Owed(
            self.planned + batch.planned, self.moved + batch.readers, self.taken + batch.taken
        )


class Plan:
    """From approved editions to ledger rows. Any number of these may run at once."""

    def __init__(self, store: Store, clock: Clock, settings: DeliverySettings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._nobody_at: datetime | None = None  # when nobody was owed what was made by hand

    def due(self) -> PlanReport:
        """Plan for everybody whose hour has come, and move on those who have nothing to get.

        Where a canary wave is wanted, what is planned waits until the wave was chosen and judged.
        A reader's next date is always after now: what was made up for is not followed by a second
        digest for a day gone by.
        """
        now = self._clock.now()
        with self._store.read() as tx:
            came = tx.appointments.came(now)
            editions = self._waiting(tx, now)
        report = PlanReport()
        for edition in editions:
            report = _sum(report, edition, *self._plan(edition, now))
        if came:
            with self._store.write() as tx:
                tx.appointments.move_on(now)
        return report

    def _waiting(self, tx: Transaction, now: datetime) -> list[Edition]:
        """Return the editions that somebody waits for, or may.

        Once nobody was left who is owed what was made by hand, whoever is later, after a pause or
        in another rhythm until now, is looked for a few times an hour: it takes reading everybody.
        """
        nobody = self._nobody_at
        lately = nobody is not None and timedelta() <= now - nobody < LATE_COMERS
        since = nobody - JUST_NOW if nobody is not None and lately else None
        keys = tx.planning.editions_with_waiting_readers(now, since)
        found = [tx.editions.by_id(key) for key in keys]
        busy = any(map(by_hand, found)) or tx.planning.is_looking_at_what_was_made_by_hand(now)
        if since is None:
            self._nobody_at = None if busy else now
        return found

    def _plan(self, edition: Edition, now: datetime) -> tuple[int, int]:
        """Return how many rows an edition came to, and how many readers were moved on."""
        with self._store.read() as tx:
            schedules = tx.planning.schedules(edition, now)
        turns = [Turn(one, next_due(one, now, past=edition.slot)) for one in schedules]
        if self._settings.canary and edition.state is EditionState.APPROVED:
            with self._store.write() as tx:
                tx.canaries.begin(edition.id, now)
        done = [self._owe(edition, turns, now, BATCH)]
        if done[0].taken == BATCH:  # many wait: they are worth more than one connection
            several = self._store.writers
            with ThreadPoolExecutor(several) as side_by_side:
                work = [side_by_side.submit(self._owe, edition, turns, now) for _ in range(several)]
            done += [one.result() for one in work]
        planned = sum(one.planned for one in done)
        moved = sum(one.moved for one in done)
        log.info(
            "edition.planned",
            extra={"edition": edition.id, "planned": planned, "readers": moved},
        )
        return planned, moved

    def _owe(
        self, edition: Edition, turns: Sequence[Turn], now: datetime, most: int | None = None
    ) -> Owed:
        """Plan for whom nobody else is planning at this moment, for `most` of them when it is said.

        Several may: what one has taken the others pass over, and whoever finds no more is done.
        """
        left, after, done = list(turns), 0, Owed(0, 0, 0)
        while left and (most is None or done.taken < most):
            with self._store.write() as tx:
                room = BATCH
                while left and room:
                    batch = tx.planning.plan_batch(edition, left[-1], now, room, after)
                    done = done.and_of(batch)
                    if batch.taken < room:
                        left.pop()
                    room, after = room - batch.taken, batch.last if batch.taken == room else 0
        return done


def _sum(report: PlanReport, edition: Edition, planned: int, readers: int) -> PlanReport:
    missed = readers if edition.state is EditionState.MISSED else 0
    return PlanReport(
        planned=report.planned + planned,
        moved_on=report.moved_on + readers - planned - missed,
        missed=report.missed + missed,
    )
