"""Small mails that are owed to people."""

from datetime import datetime

from mailer.address import Address, address_hash
from mailer.delivery.model import Notice, OwedNotice
from mailer.editions.apart import Apart
from mailer.editions.model import Newsletter
from mailer.store.database import Transaction
from mailer.subscribers.limits import uses_of_mail
from mailer.subscribers.model import Subscription


def owe_notice(tx: Transaction, found: Subscription, notice: Notice, now: datetime) -> bool:
    """Owe a person a small mail; False when their address has had its share of that kind."""
    person = tx.subscribers.by_id(found.subscriber_id)
    newsletter = tx.newsletters.by_id(found.newsletter_id)
    hashed = tx.subscribers.hash_of(person.id)
    if tx.suppressions.holds(hashed):
        return False
    language = found.language or person.language or newsletter.language
    form = Apart(text=found.text_only).key
    owed = OwedNotice(found.id, newsletter.id, notice, language, form)
    uses = uses_of_mail(notice, newsletter.id, hashed)
    return tx.signup_limits.take(uses, now) and tx.deliveries.add_notice(owed, now)


def owe_operator(
    tx: Transaction,
    operator: Address,
    pepper: bytes,
    newsletter: Newsletter,
    notice: Notice,
    occasion: str,
    now: datetime,
) -> bool:
    """Owe the operator a mail about a newsletter, once for its occasion.

    Who is no reader gets a tie for it. `pepper` is what addresses are hashed with.
    """
    person = tx.subscribers.get_or_add({operator: address_hash(operator, pepper)}, now)[operator]
    key = person.id, newsletter.id
    if key not in tx.subscriptions.of_subscribers([person.id]):
        tx.subscriptions.add_pending([(person.id, newsletter)], now)
    tie = tx.subscriptions.of_subscribers([person.id])[key]
    language = tie.language or newsletter.language
    owed = OwedNotice(tie.id, newsletter.id, notice, language, occasion=occasion)
    return tx.deliveries.add_notice(owed, now)
