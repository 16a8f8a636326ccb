"""Owes urgent editions to those who chose to get them at once."""

import logging

from mailer.clock import Clock
from mailer.store.database import Store

BATCH = 2_000  # readers a transaction

log = logging.getLogger(__name__)


class Alert:
    """From urgent editions to ledger rows. Any number of these may run: the key is the slot."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def due(self) -> int:
        """Owe every urgent edition that is out to whoever chose that; return how many rows."""
        now = self._clock.now()
        with self._store.read() as tx:
            editions = [tx.editions.by_id(key) for key in tx.urgency.editions_to_plan(now)]
        return sum(self._plan(edition.id) for edition in editions)

    def _plan(self, edition_id: int) -> int:
        planned = 0
        while True:
            with self._store.write() as tx:
                edition = tx.editions.by_id(edition_id)
                rows = tx.urgency.plan_batch(edition, self._clock.now(), BATCH)
            planned += rows
            if not rows:
                log.info("edition.alerted", extra={"edition": edition_id, "planned": planned})
                return planned
