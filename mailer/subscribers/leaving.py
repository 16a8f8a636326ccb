"""The end of one subscription, through whatever door."""

from datetime import datetime

from mailer.delivery.model import Notice
from mailer.store.database import Transaction
from mailer.subscribers.model import Act, Origin, State, Subscription, Way
from mailer.subscribers.notices import owe_notice

# A link may have been forwarded, a sender's address be another's: the reader is told, and can undo.
TOLD = frozenset({Way.PAGE, Way.MAILTO, Way.REPLY})


def end(tx: Transaction, found: Subscription, origin: Origin, now: datetime) -> bool:
    """End a subscription; what is planned does not leave. False: it was over already."""
    if found.state is State.LEFT or not tx.subscriptions.end(found, now):
        return False
    tx.recall.take_back(found.id, now, "the subscription is left")
    tx.consent.record(found.id, Act.LEFT, origin, now)
    if found.state in {State.ACTIVE, State.PAUSED} and origin.way in TOLD:
        owe_notice(tx, found, Notice.GOODBYE, now)
    return True
