"""Leaving while the database is away, or busy for long: nobody is told to come back."""

import logging
from datetime import datetime

from mailer.clock import Clock
from mailer.errors import TokenError
from mailer.store.database import Store, Transaction
from mailer.subscribers.leaving import end
from mailer.subscribers.model import Act, Origin, Subscription, Way
from mailer.subscribers.parked import Parked, ParkedLeavings
from mailer.tokens import Keyring, Purpose

CAME = frozenset({Act.CONFIRMED, Act.RETURNED, Act.ADDED})
log = logging.getLogger(__name__)


class LeaveLater:
    """Keeps what was asked for on the disk, and does it when the database is there again."""

    def __init__(
        self, store: Store, clock: Clock, keyring: Keyring, parked: ParkedLeavings
    ) -> None:
        self._store = store
        self._clock = clock
        self._keyring = keyring
        self._parked = parked

    def park(self, text: str, way: Way) -> None:
        """Keep a leaving for later. Raises TokenError for a link that is not ours, OSError."""
        now = self._clock.now()
        self._keyring.read(Purpose.LEAVE, text, now)
        self._parked.keep(Parked(now, way, text))
        log.warning("leaving.parked")

    def due(self) -> int:
        """End what was to be ended meanwhile; return how many that were."""
        return self._parked.each(self._end)

    def _end(self, one: Parked) -> None:
        try:
            subject = self._keyring.read(Purpose.LEAVE, one.token, one.at).subject
        except TokenError:  # cut off in the middle, or its key is retired
            log.warning("leaving.unreadable", extra={"at": one.at, "way": one.way})
            return
        with self._store.write() as tx:
            found = tx.subscriptions.get(subject)
            if found is not None and not _came_since(tx, found, one.at):
                end(tx, found, Origin(one.way), one.at)


def _came_since(tx: Transaction, found: Subscription, at: datetime) -> bool:
    """Whether somebody signed up, or came back, after that press: nothing of theirs is ended."""
    events = tx.consent.history(found.id)
    return found.requested_at > at or any(one.act in CAME and one.at > at for one in events)
