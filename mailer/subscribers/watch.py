"""Sees floods of signups coming, and says when they are over.

Under attack forms ask for a proof of work; and a newsletter whose confirmations nobody answers
takes no signups for a while: whoever is mailed then did not ask, and the operator is told. Both are
rows: they survive a restart.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from mailer.address import Address
from mailer.clock import Clock
from mailer.config.settings import ProofOfWork, SignupSettings
from mailer.delivery.model import Notice
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
from mailer.subscribers.notices import owe_operator
from mailer.tokens import Keyring

log = logging.getLogger(__name__)


class Watch:
    """What the scheduler asks every few seconds. Any number of these may run at once."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keyring: Keyring,
        settings: SignupSettings,
        operator: Address | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._keyring = keyring
        self._settings = settings
        self._operator = operator

    def due(self) -> list[Alarm]:
        """Raise the alarms there is cause for, and return those that were not raised before."""
        now = self._clock.now()
        with self._store.write() as tx:
            known = {(one.kind, one.newsletter_id) for one in tx.signup_alarms.open(now)}
            found = list(self._found(tx, now))
            rung = [one for one in found if tx.signup_alarms.ring(one)]
            new = [one for one in rung if (one.kind, one.newsletter_id) not in known]
            for alarm in new:
                if alarm.kind is AlarmKind.REST and self._operator is not None:
                    self._tell(tx, alarm, self._operator)
        for alarm in new:
            log.warning("signups.flood", extra={"leads_to": alarm.kind, "reason": alarm.reason})
        return new

    def reopen(self, slug: str) -> bool:
        """Let a newsletter take signups again at once; False when it does. Raises NotFound.

        What stood open before is not counted again.
        """
        now = self._clock.now()
        with self._store.write() as tx:
            newsletter = tx.newsletters.by_slug(slug)
            ended = tx.signup_alarms.end(AlarmKind.REST, newsletter.id, now)
        if ended:
            log.info("signups.reopened", extra={"newsletter": slug})
        return ended

    def _tell(self, tx: Transaction, alarm: Alarm, operator: Address) -> None:
        """Owe the operator a mail about a rest, once."""
        owe_operator(
            tx,
            operator,
            self._keyring.pepper,
            tx.newsletters.by_id(alarm.newsletter_id),
            Notice.SIGNUPS_REST,
            f"{alarm.since:%Y-%m-%dT%H:%M:%S}",
            alarm.since,
        )

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
