"""People who ask for a newsletter at the same moment: each kind of row for all of them at once.

A statement costs more than a row, so what one asks is answered with as many statements as what
thirty ask. Every answer is worked out as if they had come one after the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailer.address import address_hash
from mailer.config.settings import SignupSettings
from mailer.delivery.model import Notice, OwedNotice
from mailer.editions.model import Newsletter
from mailer.errors import NotFound
from mailer.store.database import Transaction
from mailer.subscribers.limits import uses_of_mail, uses_of_request
from mailer.subscribers.model import Act, AlarmKind, Answer, Ask, Origin, Subscription, Verdict
from mailer.subscribers.rules import Request, consent_words, judge, wants_proof


@dataclass(slots=True)
class _Asked:
    """One who asks, and what became of it so far."""

    ask: Ask
    hashed: str
    newsletter: Newsletter
    verdict: Verdict = Verdict.TAKEN


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One tie that somebody wants, and the mail they may get for it."""

    hashed: str
    newsletter: Newsletter
    pair: tuple[int, int]  # person and newsletter
    request: Request
    origin: Origin
    language: str | None  # the person's own
    is_back: bool  # asks anew for what they left, or never confirmed

    @property
    def notice(self) -> Notice:
        known = self.request is Request.ALREADY
        return Notice.ALREADY_SUBSCRIBED if known else Notice.CONFIRM


class Asking:
    """The asks of one moment, in one transaction."""

    def __init__(
        self, tx: Transaction, now: datetime, settings: SignupSettings, pepper: bytes
    ) -> None:
        self._tx = tx
        self._now = now
        self._settings = settings
        self._pepper = pepper
        self._newsletters: dict[str, Newsletter | NotFound] = {}

    def answers(self, asks: Sequence[Ask]) -> list[Answer | NotFound]:
        """Keep what is asked for, and return what each is told."""
        answers: list[_Asked | NotFound] = [self._received(ask) for ask in asks]
        asked = [one for one in answers if isinstance(one, _Asked)]
        self._heed_alarms(asked)
        # In this order: of who comes too often not even the form is written down.
        self._refuse_too_many([one for one in asked if one.verdict is Verdict.TAKEN])
        self._refuse_used_forms([one for one in asked if one.verdict is Verdict.TAKEN])
        self._keep([one for one in asked if one.verdict is Verdict.TAKEN and one.newsletter.public])
        return [
            Answer(one.verdict, one.newsletter.language) if isinstance(one, _Asked) else one
            for one in answers
        ]

    def _received(self, ask: Ask) -> _Asked | NotFound:
        if ask.slug not in self._newsletters:
            try:
                self._newsletters[ask.slug] = self._tx.newsletters.by_slug(ask.slug)
            except NotFound as why:
                self._newsletters[ask.slug] = why
        newsletter = self._newsletters[ask.slug]
        if isinstance(newsletter, NotFound):
            return newsletter
        return _Asked(ask, address_hash(ask.address, self._pepper), newsletter)

    def _heed_alarms(self, asked: Sequence[_Asked]) -> None:
        alarms = self._tx.signup_alarms.open(self._now)
        proof = wants_proof(self._settings.proof_of_work, alarms)
        resting = {one.newsletter_id for one in alarms if one.kind is AlarmKind.REST}
        for one in asked:
            if one.newsletter.id in resting:
                one.verdict = Verdict.TOO_MANY
            elif proof and one.ask.form is not None and not one.ask.form.proved:
                one.verdict = Verdict.UNPROVED

    def _refuse_used_forms(self, asked: Sequence[_Asked]) -> None:
        by_form = [one for one in asked if one.ask.form is not None]
        sent = [(one.ask.form.number, one.hashed) for one in by_form if one.ask.form is not None]
        used = self._tx.signup_limits.use_forms(sent, self._now)
        for one, good in zip(by_form, used, strict=True):
            if not good:
                one.verdict = Verdict.FORM_USED

    def _refuse_too_many(self, asked: Sequence[_Asked]) -> None:
        uses = [
            uses_of_request(one.ask.address, one.ask.origin.network, self._settings)
            for one in asked
        ]
        for one, few in zip(asked, self._tx.signup_limits.take_all(uses, self._now), strict=True):
            if not few:
                one.verdict = Verdict.TOO_MANY

    def _keep(self, asked: Sequence[_Asked]) -> None:
        forbidden = self._tx.suppressions.forbid_signup({one.hashed for one in asked})
        allowed = [one for one in asked if one.hashed not in forbidden]
        addresses = {one.ask.address: one.hashed for one in allowed}
        people = self._tx.subscribers.get_or_add(addresses, self._now)
        ties = self._tx.subscriptions.of_subscribers([one.id for one in people.values()])
        wanted = []
        begun: dict[tuple[int, int], Newsletter] = {}
        for one in allowed:
            person = people[one.ask.address]
            pair = person.id, one.newsletter.id
            request = Request.REMIND if pair in begun else judge(ties.get(pair), self._now)
            if request is Request.BEGIN:
                begun[pair] = one.newsletter
            wanted.append(
                _Wanted(
                    one.hashed,
                    one.newsletter,
                    pair,
                    request,
                    one.ask.origin,
                    person.language,
                    is_back=request is Request.BEGIN and pair in ties,
                )
            )
        self._write(wanted, ties | self._begin(begun, ties))

    def _begin(
        self,
        begun: dict[tuple[int, int], Newsletter],
        ties: dict[tuple[int, int], Subscription],
    ) -> dict[tuple[int, int], Subscription]:
        """Begin these signups, or begin them anew; return them as they are now."""
        again = [ties[pair] for pair in sorted(begun) if pair in ties]
        self._tx.subscriptions.ask_again(again, self._now)
        new = [(pair[0], begun[pair]) for pair in sorted(begun) if pair not in ties]
        self._tx.subscriptions.add_pending(new, self._now)
        return self._tx.subscriptions.of_subscribers({pair[0] for pair in begun})

    def _write(self, wanted: Sequence[_Wanted], ties: dict[tuple[int, int], Subscription]) -> None:
        words = {
            newsletter.id: self._tx.consent.wording(
                newsletter.id, consent_words(newsletter), self._now
            )
            for newsletter in {one.newsletter.id: one.newsletter for one in wanted}.values()
        }
        events = [
            (ties[one.pair].id, one.origin, words[one.newsletter.id])
            for one in wanted
            if one.request is not Request.ALREADY
        ]
        self._tx.consent.record_all(events, Act.REQUESTED, self._now)
        uses = [uses_of_mail(one.notice, one.newsletter.id, one.hashed) for one in wanted]
        few = self._tx.signup_limits.take_all(uses, self._now)
        owed = [
            OwedNotice(
                ties[one.pair].id,
                one.newsletter.id,
                one.notice,
                ties[one.pair].language or one.language or one.newsletter.language,
                # They may have had one today, and have answered it: the limits know.
                occasion=f"{self._now:%Y-%m-%dT%H:%M:%S}" if one.is_back else "",
            )
            for one, mailed in zip(wanted, few, strict=True)
            if mailed
        ]
        self._tx.deliveries.add_notices(owed, self._now)
