"""A reader's other address: asked for, confirmed from there, and taken back from the old one.

The two addresses change places between the reader and somebody who is made to hold the new one. So
the reader stays who they are, with history, watermark and rhythm; the old address is where it can
be written to and put back from for seven days, and is forgotten after them.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from mailer.address import Address, address_hash
from mailer.clock import Clock
from mailer.config.settings import Limit
from mailer.delivery.model import Notice, OwedNotice
from mailer.editions.model import Newsletter
from mailer.errors import Conflict, MoveError, NeverMailed, NotFound, TokenExpired
from mailer.store.address_changes import AddressChange
from mailer.store.database import Store, Transaction
from mailer.subscribers.limits import Scope, Use, uses_of_mail
from mailer.subscribers.model import GETS_MAIL, Act, Origin, State, Subscription, Way
from mailer.subscribers.notices import owe_notice
from mailer.subscribers.private_links import moved_since
from mailer.tokens import LIFETIME, Keyring, Purpose, Token

# A slip of the finger may be mended on the same day; a link in wrong hands bombs nobody.
ASKS = (Limit(3, timedelta(days=1)), Limit(9, timedelta(days=30)))


class Standing(StrEnum):
    """Where a change of address is."""

    ASKED = "asked"
    DONE = "done"
    UNDONE = "undone"  # stopped, or taken back


class Move(NamedTuple):
    """What the page behind a link about another address may show."""

    newsletter: Newsletter
    standing: Standing
    address: str  # masked: where it goes, or would go after a press of the page's button
    language: str


class Past(NamedTuple):
    """What a link about another address was about, whose time is over."""

    newsletter: Newsletter
    language: str


class Moving:
    """Gives readers another address. Says nothing about who else is known here."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        self._store = store
        self._clock = clock
        self._keyring = keyring

    def ask(self, key: int, wanted: Address) -> None:
        """Ask for a subscription's reader to get everything at another address.

        Whatever that address's state, the caller learns nothing: what is to be said is mailed, to
        the new address and to the old one. Raises MoveError for who gets no mail.
        """
        now = self._clock.now()
        with self._store.write() as tx:
            found = tx.subscriptions.lock(key)
            if found.state not in GETS_MAIL:
                raise MoveError("subscription", found.state, "moved")
            mine = tx.subscribers.hash_of(found.subscriber_id)
            hashed = address_hash(wanted, self._keyring.pepper)
            asks = Use(Scope.ADDRESS, f"another-address:{mine}", ASKS)
            if mine == hashed or not tx.signup_limits.take([asks], now):
                return
            owe_notice(tx, found, Notice.ADDRESS_ASKED, now)
            if not tx.suppressions.holds(hashed):
                self._invite(tx, found, wanted, hashed, now)

    def look(self, purpose: Purpose, text: str) -> Move:
        """Return what a link is about, changing nothing. Raises as the act itself would."""
        token = self._keyring.read(purpose, text, self._clock.now())
        with self._store.read() as tx:
            if purpose is Purpose.MOVE:
                return _move(tx, _confirmed_by(tx, token))
            change = _undone_by(tx, token)
            if change is None:
                return _kept(tx, _asked_long_ago(tx, token), token)
            return _move(tx, change, takes_back=True)

    def look_expired(self, purpose: Purpose, text: str) -> Past | None:
        """Return what a link was about whose time is over; None: there is nothing left of it.

        Raises TokenError for one that is not ours. No address is shown: the link may have gone to
        one that was mistyped.
        """
        token = self._keyring.genuine(purpose, text)
        with self._store.read() as tx:
            reader = _reader_of(tx, token)
            return None if reader is None else Past(*_spoken(tx, reader))

    def renew(self, purpose: Purpose, text: str) -> None:
        """Mail the reader a link to their choices, where they may ask anew; once a day at most.

        It goes to the address that they have now, whoever presses. Says nothing about whether there
        was anybody to mail. Raises TokenError for a link that is not ours.
        """
        now = self._clock.now()
        token = self._keyring.genuine(purpose, text)
        with self._store.write() as tx:
            known = _reader_of(tx, token)
            reader = None if known is None else tx.subscriptions.held(known.id)
            if reader is not None and reader.state in GETS_MAIL:
                owe_notice(tx, reader, Notice.PREFERENCES_LINK, now)

    def confirm(self, text: str, origin: Origin) -> Move:
        """Send everything of a reader to the address whose mailbox this link was in.

        Raises TokenError for a link that is not ours, TokenExpired when it is too old, was stopped,
        or the address has a subscription of its own.
        """
        token = self._keyring.read(Purpose.MOVE, text, self._clock.now())
        with self._store.write() as tx:
            _lock(tx, _confirmed_by(tx, token))
            change = _confirmed_by(tx, token)  # it may have been stopped at this moment
            if change.done_at is None:
                self._exchange(tx, change, origin)
                change = tx.address_changes.by_id(change.id)
            return _move(tx, change)

    def undo(self, text: str, origin: Origin) -> Move:
        """Stop a change, or take it back, from the address there was; again and again is fine.

        Somebody else may have had a link to the choices: what else was asked for by one is stopped
        as well, those links open nothing any more, and feeds whose address they showed are closed.

        Raises TokenError for a link that is not ours, TokenExpired when it is too old, or the old
        address was signed up anew.
        """
        now = self._clock.now()
        token = self._keyring.read(Purpose.RESTORE, text, now)
        with self._store.write() as tx:
            change = _undone_by(tx, token)
            if change is None:  # nobody confirmed it in time, but who asked may have a link yet
                reader = tx.subscriptions.lock(_asked_long_ago(tx, token).id)
                if _kept(tx, reader, token).standing is Standing.ASKED:
                    self._shut_out(tx, reader, Act.STAYED, origin)
                return _kept(tx, reader, token)
            _lock(tx, change)
            change = tx.address_changes.by_id(change.id)  # it may have been done at this moment
            if change.undone_at is None:
                if change.done_at is not None:
                    self._put_back(tx, change)
                tx.address_changes.undone(change.id, now)
                act = Act.STAYED if change.done_at is None else Act.MOVED_BACK
                self._shut_out(tx, tx.subscriptions.by_id(change.reader_id), act, origin)
            return _move(tx, tx.address_changes.by_id(change.id))

    def by_operator(self, old: Address, new: Address) -> None:
        """Give a reader another address at once; the old one is told, and may take it back.

        Raises NotFound when nobody gets mail at the old one, NeverMailed when the new one is never
        mailed, or has a subscription.
        """
        now = self._clock.now()
        with self._store.write() as tx:
            person = tx.subscribers.by_address(old)
            ties = tx.subscriptions.of_subscriber(person.id)
            found = next((tie for tie in ties if tie.state in GETS_MAIL), None)
            if found is None:
                raise NotFound("subscription of", old.text)
            hashed = address_hash(new, self._keyring.pepper)
            if tx.suppressions.holds(hashed):
                raise NeverMailed(new.text)
            known = tx.subscribers.find(new)
            if known is not None and (known.id == person.id or _gets_mail(tx, known.id)):
                raise Conflict("subscriber", new.text)
            change = self._hold(tx, found, new, hashed, now)
            self._exchange(tx, change, Origin(Way.CLI))

    def tidy(self) -> int:
        """Forget the addresses there were, when nobody can go back to them; return how many."""
        now = self._clock.now()
        asked, done = now - LIFETIME[Purpose.MOVE], now - LIFETIME[Purpose.RESTORE]
        with self._store.write() as tx:
            over = tx.address_changes.over(asked, done)
            for change in over:
                tx.address_changes.forget(change)
        if over:
            self._store.scrub()
        return len(over)

    def _invite(
        self, tx: Transaction, found: Subscription, wanted: Address, hashed: str, now: datetime
    ) -> None:
        """Ask whoever reads mail at an address whether they are that reader."""
        known = tx.subscribers.find(wanted)
        if known is not None and _gets_mail(tx, known.id):
            theirs = tx.subscriptions.find(known.id, found.newsletter_id)
            if theirs is not None:  # or erased at this moment
                theirs = tx.subscriptions.held(theirs.id)
            if theirs is not None and theirs.state in GETS_MAIL:
                owe_notice(tx, theirs, Notice.ALREADY_SUBSCRIBED, now)
            return
        uses = uses_of_mail(Notice.ADDRESS_CONFIRM, found.newsletter_id, hashed)
        if not tx.signup_limits.take(uses, now):
            return
        change = self._hold(tx, found, wanted, hashed, now)
        self._tell(tx, found, change.other_id, Notice.ADDRESS_CONFIRM, now)

    def _hold(
        self, tx: Transaction, found: Subscription, wanted: Address, hashed: str, now: datetime
    ) -> AddressChange:
        """Keep a change that is asked for, with somebody who holds the new address for it."""
        holder = tx.subscribers.get_or_add({wanted: hashed}, now)[wanted]
        newsletter = tx.newsletters.by_id(found.newsletter_id)
        theirs = tx.subscriptions.find(holder.id, newsletter.id)
        if theirs is None:
            tx.subscriptions.add_pending([(holder.id, newsletter)], now)
        elif theirs.state is State.LEFT:
            tx.subscriptions.ask_again([theirs], now)
        held = theirs or tx.subscriptions.find(holder.id, newsletter.id)
        if held is None:
            raise NotFound("subscription of", wanted.text)
        return tx.address_changes.add(found.id, held.id, now, made=theirs is None)

    def _tell(
        self, tx: Transaction, reader: Subscription, tie: int, notice: Notice, now: datetime
    ) -> None:
        """Owe a notice to the address that goes with a tie, in the reader's language."""
        newsletter, language = _spoken(tx, reader)
        tx.deliveries.add_notice(OwedNotice(tie, newsletter.id, notice, language), now)

    def _exchange(self, tx: Transaction, change: AddressChange, origin: Origin) -> None:
        now = self._clock.now()
        reader, holder = _both(tx, change)
        hashed = tx.subscribers.hash_of(holder.subscriber_id)
        if (
            reader.state not in GETS_MAIL
            or _gets_mail(tx, holder.subscriber_id)
            or tx.suppressions.holds(hashed)
        ):
            raise TokenExpired("this address cannot be changed to")
        tx.address_changes.swap(reader, holder, now)
        tx.subscriptions.end(holder, now)
        tx.address_changes.done(change.id, now)
        self._record(tx, reader, Act.MOVED, origin, now)
        self._tell(tx, reader, holder.id, Notice.ADDRESS_CHANGED, now)

    def _put_back(self, tx: Transaction, change: AddressChange) -> None:
        now = self._clock.now()
        reader, holder = _both(tx, change)
        if _gets_mail(tx, holder.subscriber_id):
            raise TokenExpired("the address was signed up anew")
        tx.address_changes.swap(reader, holder, now)

    def _shut_out(self, tx: Transaction, reader: Subscription, act: Act, origin: Origin) -> None:
        """End what whoever asked for a change could reach, in all of the reader's ties."""
        now = self._clock.now()
        self._record(tx, reader, act, origin, now)
        for tie in tx.subscriptions.of_subscriber(reader.subscriber_id):
            tx.address_changes.stop_asked(tie.id, now)
            tx.subscriptions.give_feed(tie.id, None)

    def _record(
        self, tx: Transaction, reader: Subscription, act: Act, origin: Origin, now: datetime
    ) -> None:
        for tie in tx.subscriptions.of_subscriber(reader.subscriber_id):
            tx.consent.record(tie.id, act, origin, now)


def _gets_mail(tx: Transaction, subscriber_id: int) -> bool:
    return any(tie.state in GETS_MAIL for tie in tx.subscriptions.of_subscriber(subscriber_id))


def _lock(tx: Transaction, change: AddressChange) -> None:
    """Keep all ties of both people as they are until the commit, in the order of locking."""
    reader = tx.subscriptions.by_id(change.reader_id)
    theirs = {tie.id for tie in tx.subscriptions.of_subscriber(reader.subscriber_id)}
    for key in sorted(theirs | {change.other_id}):
        tx.subscriptions.held(key)


def _both(tx: Transaction, change: AddressChange) -> tuple[Subscription, Subscription]:
    """Return the reader's tie and that of who holds the other address, in the order of locking."""
    ties = {key: tx.subscriptions.lock(key) for key in sorted((change.reader_id, change.other_id))}
    return ties[change.reader_id], ties[change.other_id]


def _confirmed_by(tx: Transaction, token: Token) -> AddressChange:
    """Return the change that a link in the new mailbox confirms; raise TokenExpired."""
    for change in tx.address_changes.touching(token.subject):
        mine = change.other_id == token.subject and _same(change.asked_at, token)
        if mine and change.undone_at is None:
            return change
    raise TokenExpired("this change of address was stopped, or is over")


def _undone_by(tx: Transaction, token: Token) -> AddressChange | None:
    """Return the change that a link in the old mailbox is about; None: it is forgotten."""
    for change in tx.address_changes.touching(token.subject):
        if _same(change.asked_at, token) or _same(change.done_at, token):
            return change
    return None


def _asked_long_ago(tx: Transaction, token: Token) -> Subscription:
    """Return for whom a change was asked that is forgotten; raise TokenExpired: it is over."""
    reader = tx.subscriptions.get(token.subject)
    if reader is None or reader.state not in GETS_MAIL:
        raise TokenExpired("this change of address is over")
    return reader


def _kept(tx: Transaction, reader: Subscription, token: Token) -> Move:
    """Return what there is of a change that is forgotten: whether its reader has stopped it."""
    standing = Standing.UNDONE if moved_since(tx, token) else Standing.ASKED
    person = tx.subscribers.by_id(reader.subscriber_id)
    newsletter, language = _spoken(tx, reader)
    return Move(newsletter, standing, person.address.masked, language)


def _same(at: datetime | None, token: Token) -> bool:
    return at is not None and int(at.timestamp()) == int(token.made_at.timestamp())


def _move(tx: Transaction, change: AddressChange, *, takes_back: bool = False) -> Move:
    reader = tx.subscriptions.by_id(change.reader_id)
    standing = Standing.ASKED
    if change.undone_at is not None:
        standing = Standing.UNDONE
    elif change.done_at is not None:
        standing = Standing.DONE
    # The page to confirm shows where it would go; the page to take it back where it came from.
    elsewhere = standing is Standing.DONE if takes_back else standing is Standing.ASKED
    shown = tx.subscriptions.by_id(change.other_id) if elsewhere else reader
    person = tx.subscribers.by_id(shown.subscriber_id)
    newsletter, language = _spoken(tx, reader)
    return Move(newsletter, standing, person.address.masked, language)


def _reader_of(tx: Transaction, token: Token) -> Subscription | None:
    """Return the reader whose address a link was about, as far as that is still known."""
    changes = tx.address_changes.touching(token.subject)
    return tx.subscriptions.get(changes[0].reader_id if changes else token.subject)


def _spoken(tx: Transaction, reader: Subscription) -> tuple[Newsletter, str]:
    """Return what somebody reads, and the language of what we say to them about it."""
    person = tx.subscribers.by_id(reader.subscriber_id)
    newsletter = tx.newsletters.by_id(reader.newsletter_id)
    return newsletter, reader.language or person.language or newsletter.language
