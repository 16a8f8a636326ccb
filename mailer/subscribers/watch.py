"""Sees floods of signups coming, and says when they are over.

Under attack forms ask for a proof of work; and a newsletter whose confirmations nobody answers
takes no signups for a while: whoever is mailed then did not ask. Both are rows: they survive a
restart.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from mailer.clock import Clock
from mailer.config.settings import ProofOfWork, SignupSettings
from mailer.editions.model import Newsletter
from mailer.store.database import Store, Transaction
from mailer.subscribers.limits import (
    EVERYBODY,
    NO_NEWSLETTER,
    REST,
    WARY,
    is_rush,
    unanswered,
)
from mailer.subscribers.model import Alarm, AlarmKind

log = logging.getLogger(__name__)


class Watch:
    """What the scheduler asks every few seconds. Any number of these may run at once."""

    def __init__(self, store: Store, clock: Clock, settings: SignupSettings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings

    def due(self) -> list[Alarm]:
        """Raise the alarms there is cause for, and return those that were not raised before."""
        now = self._clock.now()
        with self._store.write() as tx:
            known = {(one.kind, one.newsletter_id) for one in tx.signup_alarms.open(now)}
            found = list(self._found(tx, now))
            for alarm in found:
                tx.signup_alarms.ring(alarm)
        new = [one for one in found if (one.kind, one.newsletter_id) not in known]
        for alarm in new:
            log.warning("signups.flood", extra={"leads_to": alarm.kind, "reason": alarm.reason})
        return new

    def _found(self, tx: Transaction, now: datetime) -> Iterator[Alarm]:
        rush = self._rush(tx, now)
        for newsletter in tx.newsletters.all():
            open_ones = self._unanswered(tx, newsletter, now)
            rush = rush or open_ones * 2 >= self._settings.unanswered > 0
            if open_ones >= self._settings.unanswered > 0:
                reason = f"{open_ones:,} confirmations were not answered"
                yield Alarm(AlarmKind.REST, newsletter.id, now, now + REST, reason)
        if rush and self._settings.proof_of_work is ProofOfWork.AUTO:
            reason = "more signups than usual"
            yield Alarm(AlarmKind.PROOF, NO_NEWSLETTER, now, now + WARY, reason)

    def _rush(self, tx: Transaction, now: datetime) -> bool:
        limits = self._settings.in_all
        return any(is_rush(tx.signup_limits.used(EVERYBODY, one, now), one) for one in limits)

    def _unanswered(self, tx: Transaction, newsletter: Newsletter, now: datetime) -> int:
        """Return how many confirmations of a day stand open, if hardly any is answered."""
        rested_until = tx.signup_alarms.last_until(AlarmKind.REST, newsletter.id)
        if rested_until is not None and rested_until > now:
            return 0
        asked, answered = tx.signup_limits.confirmations(newsletter.id, rested_until, now)
        return unanswered(asked, answered)
