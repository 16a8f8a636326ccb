"""Chooses who gets an edition first, and lets the others follow when that went well."""

import logging
from collections.abc import Sequence
from datetime import datetime

from mailer.address import parse_address
from mailer.clock import Clock
from mailer.config.settings import DeliverySettings
from mailer.delivery.brake import Verdict, cause, verdict
from mailer.delivery.model import Wave
from mailer.editions.model import EditionState
from mailer.store.database import Store, Transaction

log = logging.getLogger(__name__)


class Canary:
    """Looks after the waves that are under way. Any number of these may run at once."""

    def __init__(self, store: Store, clock: Clock, settings: DeliverySettings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings

    def due(self) -> list[int]:
        """Choose and judge; return the editions that wait no more, let go or held.

        One whose first mails were refused too often, or not answered at all, is held with the cause
        until somebody approves it.
        """
        with self._store.read() as tx:
            under_way = tx.canaries.under_way()
        return [key for key in under_way if self._look(key) is not Verdict.WAIT]

    def _look(self, edition_id: int) -> Verdict:
        """Fill one edition's wave up, or judge it."""
        seen, candidates = self._candidates(edition_id)
        now = self._clock.now()
        with self._store.write() as tx:
            wave = tx.canaries.wave(edition_id, keep=True)
            if wave is None or wave.since != seen:  # another program was quicker
                return Verdict.WAIT
            chosen = tx.canaries.send_ahead(edition_id, candidates, now)
            if chosen:
                log.info("canary.chosen", extra={"edition": edition_id, "readers": chosen})
                return Verdict.WAIT
            waited = now - wave.since >= self._settings.canary_wait
            found = verdict(wave, self._settings.refusals_limit, waited=waited)
            if found is not Verdict.WAIT:
                self._end(tx, edition_id, wave, found)
        return found

    def _candidates(self, edition_id: int) -> tuple[datetime | None, Sequence[int]]:
        """Return since when the wave is as it is, and who is to go first as well.

        Chance looks at all who wait: nobody else is kept from writing meanwhile.
        """
        own = {parse_address(text).key for text in self._settings.canary_addresses}
        with self._store.read() as tx:
            wave = tx.canaries.wave(edition_id)
            if wave is None:
                return None, ()
            newsletter = tx.newsletters.by_id(tx.editions.by_id(edition_id).newsletter_id)
            own |= {one.key for one in (newsletter.sender, newsletter.reply_to) if one is not None}
            missing = max(0, self._settings.canary - wave.size)
            return wave.since, tx.canaries.waiting(edition_id, missing, own)

    def _end(self, tx: Transaction, edition_id: int, wave: Wave, found: Verdict) -> None:
        tx.canaries.let_go(edition_id)
        told = {"edition": edition_id, "sent": wave.sent, "refused": wave.refused}
        if found is Verdict.GO:
            log.info("canary.passed", extra=told)
            return
        why = cause(wave, tx.canaries.refusal(edition_id))
        tx.editions.move(edition_id, EditionState.HELD, self._clock.now(), because=why)
        log.warning("canary.stopped", extra={**told, "reason": why})
