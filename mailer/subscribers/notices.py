"""Small mails that are owed to people."""

from datetime import datetime

from mailer.delivery.model import Notice
from mailer.store.database import Transaction
from mailer.subscribers.limits import use_of_mail
from mailer.subscribers.model import Subscription


def owe_notice(tx: Transaction, found: Subscription, notice: Notice, now: datetime) -> bool:
    """Owe a person a small mail; False when their address has had its share of that kind."""
    person = tx.subscribers.by_id(found.subscriber_id)
    newsletter = tx.newsletters.by_id(found.newsletter_id)
    hashed = tx.subscribers.hash_of(person.id)
    if tx.suppressions.holds(hashed):
        return False
    return tx.signup_limits.take([use_of_mail(notice, hashed)], now) and tx.deliveries.add_notice(
        subscription_id=found.id,
        newsletter_id=newsletter.id,
        notice=notice,
        language=found.language or person.language or newsletter.language,
        slot=f"{notice}:{now:%Y-%m-%d}",
        now=now,
    )
