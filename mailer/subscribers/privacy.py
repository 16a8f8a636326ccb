"""What is kept of a person: told to them, given to them, erased for them.

Only by a mail to the address itself: the link to leave, which may have been forwarded, is no key to
any of it.
"""

from mailer.address import Address, address_hash
from mailer.clock import Clock
from mailer.delivery.model import Notice
from mailer.errors import MailUnderWay, NotFound, TokenExpired
from mailer.store.database import Store, Transaction
from mailer.store.erasure import Row
from mailer.store.suppressions import ERASED
from mailer.subscribers.model import Subscriber
from mailer.subscribers.notices import owe_notice
from mailer.subscribers.private_links import refuse_if_moved
from mailer.tokens import Keyring, Purpose

# Notices that hold a link which is given to nobody but the owner of the address.
PRIVATE_LINKS = frozenset({Notice.PREFERENCES_LINK, Notice.DATA_LINK})


class Privacy:
    """A reader's own say over what is kept of them."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        self._store = store
        self._clock = clock
        self._keyring = keyring

    def mail_link(self, text: str, notice: Notice, purpose: Purpose = Purpose.LEAVE) -> None:
        """Mail a private link to the reader whose link this is, once a day at most.

        One that has expired will do: the mail goes to its owner. Says nothing about whether there
        was anybody to mail. Raises TokenError for a link that is not ours.
        """
        now = self._clock.now()
        token = self._keyring.genuine(purpose, text)
        with self._store.write() as tx:
            found = tx.subscriptions.held(token.subject)  # or erased at this moment
            if found is not None and notice in PRIVATE_LINKS:
                owe_notice(tx, found, notice, now)

    def copy(self, text: str) -> dict[str, list[Row]]:
        """Return all that is kept of a person, by table. Raises as `erase` does."""
        token = self._keyring.read(Purpose.DATA, text, self._clock.now())
        with self._store.read() as tx:
            refuse_if_moved(tx, token)
            return tx.erasure.copy(_known(tx, token.subject).id)

    def erase(self, text: str) -> None:
        """Erase a person: no row, no log line, nothing but a keyed hash of the address.

        Raises TokenError for a link that is not ours, TokenExpired when there is nobody left, and
        MailUnderWay while a mail to them is in a sender's hands.
        """
        token = self._keyring.read(Purpose.DATA, text, self._clock.now())
        with self._store.write() as tx:
            refuse_if_moved(tx, token)
            self._erase(tx, _known(tx, token.subject))
        self._store.scrub()

    def erase_by_operator(self, address: Address) -> bool:
        """Erase a person; raise NotFound when nobody is known by that address.

        False: bytes of what was erased are on the disk until `Store.scrub` has been done again.
        """
        with self._store.write() as tx:
            self._erase(tx, tx.subscribers.by_address(address))
        return self._store.scrub()

    def copy_by_operator(self, address: Address) -> dict[str, list[Row]]:
        """Return all that is kept of a person; raise NotFound."""
        with self._store.read() as tx:
            return tx.erasure.copy(tx.subscribers.by_address(address).id)

    def knows_who_wants_no_mail(self) -> bool:
        """Whether addresses are hashed as they were when the first of those here came.

        If not, the oldest secret of `[site] secret_key` was taken away: whoever was erased, or
        refused to be written to, would not be known again.
        """
        with self._store.read() as tx:
            oldest = tx.subscribers.oldest()
        return oldest is None or address_hash(oldest[0], self._keyring.pepper) == oldest[1]

    def _erase(self, tx: Transaction, person: Subscriber) -> None:
        tx.erasure.hold(person.id)
        if tx.erasure.under_way(person.id):
            raise MailUnderWay(person.address.masked)
        hashed = tx.subscribers.hash_of(person.id)
        tx.erasure.erase(person.id)
        tx.suppressions.add(hashed, ERASED, self._clock.now())


def _known(tx: Transaction, subscription_id: int) -> Subscriber:
    found = tx.subscriptions.get(subscription_id)
    if found is None:
        raise TokenExpired("nothing is kept of the person this link belongs to")
    try:
        return tx.subscribers.by_id(found.subscriber_id)
    except NotFound as why:
        raise TokenExpired("nothing is kept of the person this link belongs to") from why
