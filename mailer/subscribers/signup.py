"""Signing up, confirming, leaving: what people do about their own mail."""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailer.address import Address, address_hash
from mailer.clock import Clock
from mailer.config.settings import ProofOfWork, SignupSettings
from mailer.delivery.model import Notice
from mailer.editions.model import Newsletter
from mailer.errors import Conflict, NeverMailed, NotFound, TokenError, TokenExpired
from mailer.store.database import Store, Transaction
from mailer.store.suppressions import NOT_ME
from mailer.subscribers import proof
from mailer.subscribers.adding import BY_OPERATOR, activate, add_people
from mailer.subscribers.asking import Asking
from mailer.subscribers.leaving import end
from mailer.subscribers.limits import use_of_answer, uses_of_mailbox
from mailer.subscribers.model import (
    GETS_MAIL,
    Act,
    Added,
    Answer,
    Ask,
    FormState,
    Origin,
    Reason,
    SentForm,
    State,
    Subscription,
    Verdict,
)
from mailer.subscribers.notices import owe_notice
from mailer.subscribers.private_links import PRIVATE, refuse_if_moved
from mailer.subscribers.proof import Challenge
from mailer.subscribers.rules import wants_proof
from mailer.tokens import Keyring, Purpose, Token


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the page behind a link may show, which somebody else may have opened."""

    newsletter: Newsletter
    state: State
    masked_address: str
    subscription: Subscription
    language: str  # BCP 47, the reader's own


class Signup:
    """Turns what people ask for into subscriptions, consent events and notices."""

    def __init__(
        self, store: Store, clock: Clock, keyring: Keyring, settings: SignupSettings
    ) -> None:
        self._store = store
        self._clock = clock
        self._keyring = keyring
        self._settings = settings

    def form_token(self) -> str:
        """Return what goes into a form that we give out; `read_form` knows it again."""
        return self._keyring.make(Purpose.FORM, secrets.randbits(63), self._clock.now())

    def wants_proof(self) -> bool:
        """Whether forms are to come with a proof of work now."""
        setting = self._settings.proof_of_work
        if setting is not ProofOfWork.AUTO:
            return wants_proof(setting, ())
        with self._store.read() as tx:
            return wants_proof(setting, tx.signup_alarms.open(self._clock.now()))

    def challenge(self, form: str) -> Challenge:
        """Return what is to be solved for a form that we gave out; raise TokenError for others."""
        now = self._clock.now()
        number = self._keyring.read(Purpose.FORM, form, now).subject
        secret, found = secrets.token_hex(12), secrets.randbelow(proof.MOST)
        return proof.challenge(self._keyring, number, secret, found, now)

    def read_form(self, text: str, answer: str = "") -> SentForm:
        """Return what the token in a form says of it, and whether a proof of work came with it."""
        now = self._clock.now()
        try:
            token = self._keyring.read(Purpose.FORM, text, now)
        except TokenExpired:
            return SentForm(FormState.OLD)
        except TokenError:
            return SentForm(FormState.MISSING)
        # A token's time is in whole seconds, rounded down.
        least = timedelta(seconds=self._settings.least_seconds)
        early = now - token.made_at < least
        proved = answer != "" and proof.is_proof(self._keyring, answer, token.subject, now)
        return SentForm(FormState.EARLY if early else FormState.GOOD, token.subject, proved)

    def subscribe(
        self, slug: str, address: Address, origin: Origin, form: SentForm | None = None
    ) -> Verdict:
        """Ask for a newsletter. Says nothing about who was known; raise NotFound for a wrong slug.

        What is to be said goes to the address by mail, once a day and three times a month at most
        for each newsletter.
        """
        (answer,) = self.subscribe_all([Ask(slug, address, origin, form)])
        if isinstance(answer, NotFound):
            raise answer
        return answer.verdict

    def subscribe_all(self, asks: Sequence[Ask]) -> list[Answer | NotFound]:
        """Do what `subscribe` does for each of these, in one transaction: all are kept, or none."""
        with self._store.write() as tx:
            asking = Asking(tx, self._clock.now(), self._settings, self._keyring.pepper)
            return asking.answers(asks)

    def confirm(self, text: str, origin: Origin) -> Glimpse:
        """Make a signup count; the same link again finds it done.

        Raises TokenError for a link that is not ours, TokenExpired when it is too old, or belongs
        to a signup that is over.
        """
        token = self._keyring.read(Purpose.CONFIRM, text, self._clock.now())
        with self._store.write() as tx:
            found = _signed_up_with(tx.subscriptions.held(token.subject), token)
            if found.state is State.PENDING:
                # Of two at once one confirms it, and is counted.
                is_first = activate(tx, found, Act.CONFIRMED, origin, self._clock.now())
                if is_first:
                    _answered(tx, found, self._clock.now())
                if is_first and self._settings.welcome:
                    owe_notice(tx, found, Notice.WELCOME, self._clock.now())
            return self._glimpse(tx, found.id)

    def leave(self, text: str, origin: Origin) -> Glimpse | None:
        """End a subscription; again and again is fine. None: there is nothing left of it.

        Raises TokenError for a link that is not ours.
        """

        def ends(tx: Transaction, found: Subscription) -> None:
            end(tx, found, origin, self._clock.now())

        return self._by_link_to_leave(text, ends)

    def explain(self, text: str, why: Reason, origin: Origin) -> Glimpse | None:
        """Note why somebody left, once for each leaving. None: there is nothing left of it.

        Raises TokenError for a link that is not ours.
        """

        def notes(tx: Transaction, found: Subscription) -> None:
            *_, last = tx.consent.history(found.id)
            if found.state is State.LEFT and last.act is Act.LEFT:
                now = self._clock.now()
                tx.consent.record(found.id, Act.EXPLAINED, origin, now, reason=why)

        return self._by_link_to_leave(text, notes)

    def _by_link_to_leave(
        self, text: str, act: Callable[[Transaction, Subscription], None]
    ) -> Glimpse | None:
        token = self._keyring.read(Purpose.LEAVE, text, self._clock.now())
        with self._store.write() as tx:
            found = tx.subscriptions.held(token.subject)
            if found is None:
                return None
            act(tx, found)
            return self._glimpse(tx, found.id)

    def tidy(self) -> int:
        """Forget forms and counts that are over; return how many rows that were."""
        with self._store.write() as tx:
            return tx.signup_limits.tidy(self._clock.now())

    def refuse(self, text: str) -> None:
        """Never mail an address again, whose owner did not sign up; again and again is fine.

        Only a keyed hash of the address is kept. Raises TokenError for a link that is not ours.
        """
        now = self._clock.now()
        token = self._keyring.read(Purpose.REFUSE, text, now)
        with self._store.write() as tx:
            known = tx.subscriptions.get(token.subject)
            if known is not None:
                tx.erasure.hold(known.subscriber_id)
            # All of a person's, in the order in which everybody locks them: who confirms another
            # one at this moment is a reader, and stays one.
            ties = [] if known is None else tx.subscriptions.all_held(known.subscriber_id)
            found = next((tie for tie in ties if tie.id == token.subject), None)
            if found is None or found.state is not State.PENDING:
                return  # it was refused before, or confirmed by the owner of the mailbox
            tx.suppressions.add(tx.subscribers.hash_of(found.subscriber_id), NOT_ME, now)
            if all(tie.state not in GETS_MAIL for tie in ties):
                tx.erasure.erase(found.subscriber_id)
        self._store.scrub()

    def undo(self, text: str, origin: Origin) -> Glimpse:
        """Take a leaving back within seven days: as if it had not been, and nothing is lost.

        Raises TokenError for a link that is not ours, TokenExpired when it is too old or belongs
        to another leaving.
        """
        now = self._clock.now()
        token = self._keyring.read(Purpose.UNDO, text, now)
        with self._store.write() as tx:
            found = _left_with(tx.subscriptions.held(token.subject), token)
            if found.state is State.LEFT:
                # What was on its way when they left may have been stopped since.
                tx.recall.take_back(found.id, now, "the subscription is left")
                due = tx.recall.next_turn(found, now)
                if tx.subscriptions.bring_back(found, due):
                    tx.consent.record(found.id, Act.RETURNED, origin, now)
            return self._glimpse(tx, found.id)

    def look(self, purpose: Purpose, text: str) -> Glimpse | None:
        """Return what a link is about, changing nothing. None: there is nothing left of it.

        Raises as the act itself would.
        """
        token = self._keyring.read(purpose, text, self._clock.now())
        with self._store.read() as tx:
            found = tx.subscriptions.get(token.subject)
            if purpose is Purpose.CONFIRM:
                return self._glimpse(tx, _signed_up_with(found, token).id)
            if purpose is Purpose.UNDO:
                return self._glimpse(tx, _left_with(found, token).id)
            if purpose in PRIVATE:
                refuse_if_moved(tx, token)
            return None if found is None else self._glimpse(tx, found.id)

    def look_expired(self, purpose: Purpose, text: str) -> Glimpse | None:
        """Return what a link was about whose time is over; None: there is nothing left of it.

        Raises TokenError for one that is not ours.
        """
        token = self._keyring.genuine(purpose, text)
        with self._store.read() as tx:
            found = tx.subscriptions.get(token.subject)
            return None if found is None else self._glimpse(tx, found.id)

    def add(self, slug: str, address: Address) -> Subscription:
        """Put somebody on the list at once; whoever does so answers for the consent.

        Raises Conflict when they are on it, NeverMailed when they want no mail.
        """
        with self._store.write() as tx:
            newsletter = tx.newsletters.by_slug(slug)
            (became,) = self._add(tx, newsletter, [address]).values()
            if became is Added.NEVER_MAILED:
                raise NeverMailed(address.text)
            if became is Added.KNOWN:
                raise Conflict("subscriber", address.text)
            ties = tx.subscriptions.of_subscriber(tx.subscribers.by_address(address).id)
            return next(tie for tie in ties if tie.newsletter_id == newsletter.id)

    def add_all(self, slug: str, addresses: Sequence[Address]) -> Counter[Added]:
        """Do what `add` does for each of these, in one transaction; return how many became what."""
        with self._store.write() as tx:
            became = self._add(tx, tx.newsletters.by_slug(slug), addresses)
        return Counter(became.values())

    def _add(
        self, tx: Transaction, newsletter: Newsletter, addresses: Sequence[Address]
    ) -> dict[Address, Added]:
        pepper = self._keyring.pepper
        hashes = {address: address_hash(address, pepper) for address in addresses}
        return add_people(tx, newsletter, hashes, self._clock.now())

    def confirm_by_operator(self, slug: str, address: Address) -> Subscription:
        """Confirm a waiting signup by hand; raise NotFound when none waits."""
        with self._store.write() as tx:
            newsletter = tx.newsletters.by_slug(slug)
            person = tx.subscribers.by_address(address)
            found = tx.subscriptions.find(person.id, newsletter.id)
            if found is None or found.state is not State.PENDING:
                raise NotFound("waiting signup of", address.text)
            activate(tx, found, Act.CONFIRMED, BY_OPERATOR, self._clock.now())
            return tx.subscriptions.by_id(found.id)

    def unsubscribe(self, address: Address, slug: str | None = None) -> list[Newsletter]:
        """End one subscription of a person, or all; return the newsletters that were left."""
        with self._store.write() as tx:
            person = tx.subscribers.by_address(address)
            only = None if slug is None else tx.newsletters.by_slug(slug).id
            ended = [
                found
                for found in tx.subscriptions.of_subscriber(person.id)
                if only in {None, found.newsletter_id}
                and end(tx, found, BY_OPERATOR, self._clock.now())
            ]
            return [tx.newsletters.by_id(found.newsletter_id) for found in ended]

    def _glimpse(self, tx: Transaction, key: int) -> Glimpse:
        found = tx.subscriptions.by_id(key)
        person = tx.subscribers.by_id(found.subscriber_id)
        newsletter = tx.newsletters.by_id(found.newsletter_id)
        return Glimpse(
            newsletter=newsletter,
            state=found.state,
            masked_address=person.address.masked,
            subscription=found,
            language=found.language or person.language or newsletter.language,
        )


def _left_with(found: Subscription | None, token: Token) -> Subscription:
    """Return what was left when this link was made, and may be back; raise TokenExpired."""
    if found is None or found.state is State.PENDING or found.confirmed_at is None:
        raise TokenExpired("there is nothing to take back")
    if found.left_at is not None and int(found.left_at.timestamp()) != int(
        token.made_at.timestamp()
    ):
        raise TokenExpired("this link belongs to another leaving")
    return found


def _answered(tx: Transaction, found: Subscription, now: datetime) -> None:
    """Count a confirmation as answered, and its mail no more among those nobody asked for."""
    tx.signup_limits.take([use_of_answer(found.newsletter_id)], now)
    hashed = tx.subscribers.hash_of(found.subscriber_id)
    mailed = uses_of_mailbox(Notice.CONFIRM, found.newsletter_id, hashed)
    tx.signup_limits.give_back(mailed, found.requested_at)


def _signed_up_with(found: Subscription | None, token: Token) -> Subscription:
    """Return the signup that this confirmation link belongs to; raise TokenExpired if none does."""
    if (
        found is None
        or found.state is State.LEFT
        or int(found.requested_at.timestamp()) != int(token.made_at.timestamp())
    ):
        raise TokenExpired("this link belongs to a signup that is over")
    return found
