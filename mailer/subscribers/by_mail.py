"""Leaving by mail: whoever fetches the mailbox hands each letter to this verb."""

import logging

from mailer.clock import Clock
from mailer.errors import TokenError
from mailer.store.database import Store, Transaction
from mailer.subscribers.farewell import Farewell, read_farewell
from mailer.subscribers.leaving import end
from mailer.subscribers.model import Origin, Subscription, Way
from mailer.tokens import Keyring, Purpose

log = logging.getLogger(__name__)


class ByMail:
    """Ends subscriptions that a mail asks to end. The same mail again changes nothing."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        self._store = store
        self._clock = clock
        self._keyring = keyring

    def take(self, raw: bytes) -> bool:
        """Read a mail as it came (RFC 5322, octets); return whether it ended a subscription.

        A mail that is not about leaving, of a program, of somebody else, or about somebody who was
        erased, ends none, and is no error: a mailbox gets all sorts.
        """
        asked = read_farewell(raw)
        if asked is None:
            log.debug("subscription.mail_asks_for_nothing")
            return False
        now = self._clock.now()
        with self._store.write() as tx:
            found = self._found(tx, asked)
            if found is None:
                log.debug("subscription.mail_is_about_nobody")
                return False
            way = Way.REPLY if asked.token is None else Way.MAILTO
            ended = end(tx, found, Origin(way), now)
        log.info("subscription.left_by_mail", extra={"subscription": found.id, "ended": ended})
        return ended

    def _found(self, tx: Transaction, asked: Farewell) -> Subscription | None:
        """Return the subscription a mail is about; the token of an old link, too, says which."""
        if asked.token is not None:
            try:
                token = self._keyring.read(Purpose.LEAVE, asked.token, self._clock.now())
            except TokenError:
                return None
            return tx.subscriptions.get(token.subject)
        for delivery_id, key in asked.answers:
            sent = tx.deliveries.sent_as(delivery_id, key)
            # Ids can be guessed: an answer counts when it comes from where the mail went to.
            if sent is not None and asked.sender is not None and sent[1] == asked.sender.key:
                return tx.subscriptions.get(sent[0])
        return None
