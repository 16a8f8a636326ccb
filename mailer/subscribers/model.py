"""A person, and that person's tie to one newsletter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mailer.address import Address
from mailer.editions.model import Schedule


class State(StrEnum):
    """Where one subscription stands. Only an ACTIVE one is mailed digests."""

    PENDING = "pending"  # asked for, not confirmed
    ACTIVE = "active"
    PAUSED = "paused"  # until a day of their choice; then active again
    LEFT = "left"


# What moves otherwise is refused by each database that a test is given (tests/moves.py).
MOVES: Mapping[State, frozenset[State]] = {
    State.PENDING: frozenset({State.PENDING, State.ACTIVE, State.LEFT}),
    State.ACTIVE: frozenset({State.PAUSED, State.LEFT}),
    State.PAUSED: frozenset({State.PAUSED, State.ACTIVE, State.LEFT}),
    # Signing up again starts from the start; taking the leaving back goes on as before.
    State.LEFT: frozenset({State.PENDING, State.ACTIVE}),
}


GETS_MAIL = frozenset({State.ACTIVE, State.PAUSED})


class Act(StrEnum):
    """What a consent event records."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    LEFT = "left"
    RETURNED = "returned"  # took the leaving back
    ADDED = "added"  # by the operator, who answers for the consent
    MOVED = "moved"  # to another address
    MOVED_BACK = "moved-back"
    STAYED = "stayed"  # stopped a move that was asked for
    EXPLAINED = "explained"  # said why they left


class Reason(StrEnum):
    """Why somebody left, when they say it: one press, and never asked twice."""

    TOO_OFTEN = "too-often"
    NOT_FOR_ME = "not-for-me"
    NEVER_ASKED = "never-asked"
    SOMETHING_ELSE = "something-else"


class Way(StrEnum):
    """The door through which a consent event came."""

    FORM = "form"
    API = "api"
    PAGE = "page"  # a page behind a link in a mail
    ONE_CLICK = "one-click"  # RFC 8058
    MAILTO = "mailto"  # the other half of List-Unsubscribe, RFC 2369
    REPLY = "reply"
    CLI = "cli"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One person, known by one address."""

    id: int
    address: Address
    language: str | None  # BCP 47; None: the newsletter's
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """One person's tie to one newsletter."""

    id: int
    subscriber_id: int
    newsletter_id: int
    state: State
    schedule: Schedule  # the reader's own; it began as the newsletter's
    requested_at: datetime
    confirmed_at: datetime | None
    left_at: datetime | None
    watermark: int  # arrival of the newest article this reader's mails have accounted for
    next_due_at: datetime | None  # None unless active, and of who reads at once
    next_slot: str | None
    urgent: bool = False  # gets urgent articles at once
    language: str | None = None  # BCP 47; None: the newsletter's
    paused_until: datetime | None = None  # None unless paused
    feed_since: datetime | None = None  # when the address of their own feed was given out
    sections: tuple[str, ...] = ()  # the headings they chose; none: everything
    text_only: bool = False  # mails without their HTML part


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a signup or a farewell came from, as far as we keep it."""

    way: Way
    page: str | None = None  # address of the page the form stood on
    network: str | None = None  # the caller's /24 or /48, never the whole address
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One line of a subscription's history; never changed, never removed but by erasure."""

    at: datetime
    act: Act
    origin: Origin
    wording: str | None  # the words agreed to, when there were any
    reason: Reason | None = None  # why they left, when they said so


class Verdict(StrEnum):
    """What became of asking for a newsletter, as far as a stranger may know."""

    TAKEN = "taken"  # whatever the address's state
    TOO_MANY = "too-many"  # signups, from there or in all: nothing was kept
    UNPROVED = "unproved"  # a proof of work is wanted now: nothing was kept
    FORM_USED = "form-used"  # the form was sent before, for another address: nothing was kept


class Added(StrEnum):
    """What became of putting somebody on a list."""

    ADDED = "added"
    KNOWN = "known"  # on it already
    NEVER_MAILED = "never mailed"  # at their own wish


class FormState(StrEnum):
    """What the token in a signup form says of it."""

    GOOD = "good"
    MISSING = "missing"  # a form that was written by hand, or by a robot
    EARLY = "early"  # nobody types as quickly
    OLD = "old"


@dataclass(frozen=True, slots=True)
class SentForm:
    """A signup form that came back."""

    state: FormState
    number: int = 0  # which one it is; 0 when that is not known
    proved: bool = False  # with a proof of work


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody's asking for a newsletter."""

    slug: str
    address: Address
    origin: Origin
    form: SentForm | None = None  # None: by no form of ours


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stranger is told who asked."""

    verdict: Verdict
    language: str  # of the newsletter, BCP 47


class AlarmKind(StrEnum):
    """What a flood of signups leads to."""

    PROOF = "proof"  # forms want a proof of work
    REST = "rest"  # a newsletter takes no signups: its confirmations go to people who did not ask


@dataclass(frozen=True, slots=True)
class Alarm:
    """What was found of a flood of signups, and until when it holds."""

    kind: AlarmKind
    newsletter_id: int  # 0: none in particular
    since: datetime
    until: datetime
    reason: str
