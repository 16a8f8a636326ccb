"""What an operator decides about mail: pause, resume, settle what is in doubt, send once more."""

import logging
from collections.abc import Collection

from mailer.clock import Clock
from mailer.delivery.model import DeliveryState
from mailer.store.database import Store, Transaction

RESENDABLE = frozenset({DeliveryState.REFUSED, DeliveryState.GIVEN_UP, DeliveryState.IN_DOUBT})
DECISIONS = {
    "sent": DeliveryState.SENT,
    "repeat": DeliveryState.DUE,
    "given_up": DeliveryState.GIVEN_UP,
}

log = logging.getLogger(__name__)


class Steer:
    """Works beside running senders, and at any moment."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def pause(self, slug: str | None, reason: str) -> bool:
        """Let no digest start, of one newsletter or of any; False when it is so already.

        What is on the wire ends; people who wait for a confirmation still get theirs. Raises
        NotFound for an unknown newsletter.
        """
        with self._store.write() as tx:
            done = tx.steering.pause(_newsletter(tx, slug), reason, self._clock.now())
        log.info("delivery.paused", extra={"newsletter": slug or "all", "reason": reason})
        return done

    def resume(self, slug: str | None) -> bool:
        """Let digests start again; False when nothing was paused."""
        with self._store.write() as tx:
            return tx.steering.resume(_newsletter(tx, slug))

    def resume_receiver(self, name: str) -> bool:
        """Send to a receiver as to any other again; False when it has no pace of its own.

        Mails that were put off keep the time they were put off to.
        """
        with self._store.write() as tx:
            return tx.pacing.free_receiver(name)

    def resume_edition(self, edition_id: int) -> bool:
        """Let everybody have an edition whose canary wave is under way; False when none is.

        Raises NotFound for an unknown edition.
        """
        with self._store.write() as tx:
            tx.editions.by_id(edition_id)
            done = tx.canaries.let_go(edition_id)
        log.info("canary.ended", extra={"edition": edition_id})
        return done

    def settle(
        self,
        decision: str,
        *,
        keys: Collection[int] | None = None,
        edition_id: int | None = None,
    ) -> int:
        """Decide about mails in doubt: `sent`, `repeat` or `given_up`; return how many.

        A repeat carries the same Message-ID.
        """
        with self._store.write() as tx:
            return tx.steering.decide(
                DECISIONS[decision], self._clock.now(), keys=keys, edition_id=edition_id
            )

    def resend(self, edition_id: int, states: Collection[DeliveryState]) -> int:
        """Owe an edition once more to just those whose mail ended so; return how many.

        Each is tried as patiently as a new one.

        Raises NotFound for an unknown edition, ValueError for a state that nobody may undo.
        """
        if not RESENDABLE.issuperset(states):
            raise ValueError(f"only {', '.join(sorted(RESENDABLE))} can be sent again")
        with self._store.write() as tx:
            tx.editions.by_id(edition_id)
            return tx.steering.owe_again(edition_id, states, self._clock.now())


def _newsletter(tx: Transaction, slug: str | None) -> int | None:
    return None if slug is None else tx.newsletters.by_slug(slug).id
