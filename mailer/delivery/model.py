"""The ledger: what is owed to whom, how far it is, and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import NamedTuple

from mailer.address import Address
from mailer.editions.model import EditionState
from mailer.subscribers.model import State


class Kind(StrEnum):
    """What a ledger row sends."""

    DIGEST = "digest"
    NOTICE = "notice"


class Lane(IntEnum):
    """Who goes first: a person who waits for a confirmation overtakes a running digest."""

    NOTICE = 0
    URGENT = 1  # news that somebody wants at once does not stand behind a million digests
    CANARY = 2  # those who get an edition first; while they do, its DIGEST rows stay where they are
    DIGEST = 3


class Notice(StrEnum):
    """The small mails; each is a folder in templates/email/."""

    CONFIRM = "confirm"
    ALREADY_SUBSCRIBED = "already_subscribed"
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    PREFERENCES_LINK = "preferences_link"
    DATA_LINK = "data_link"
    FEWER = "fewer"  # somebody with a link to leave lowered the rhythm
    PAUSED = "paused"  # or paused it
    ADDRESS_CONFIRM = "address_confirm"  # to the new address
    ADDRESS_ASKED = "address_asked"  # to the old one, before
    ADDRESS_CHANGED = "address_changed"  # to the old one, after
    SIGNUPS_REST = "signups_rest"  # to the operator: a newsletter takes no signups for a while
    EDITION_WAITS = "edition_waits"  # for somebody's word
    EDITION_SENT = "edition_sent"
    DELIVERY_PAUSED = "delivery_paused"  # too many refusals
    NOTHING_TO_SEND = "nothing_to_send"


# What the operator is told with figures of its own: each is a `Memo`.
MEMOS = frozenset(
    {
        Notice.EDITION_WAITS,
        Notice.EDITION_SENT,
        Notice.DELIVERY_PAUSED,
        Notice.NOTHING_TO_SEND,
    }
)


@dataclass(frozen=True, slots=True)
class Memo:
    """What the operator is told by one mail, once for its occasion."""

    notice: Notice
    newsletter_id: int
    occasion: str  # of this notice and newsletter there is one memo for it
    edition_id: int = 0  # 0: it is about none
    subject: str = ""  # the edition's
    url: str = ""  # the one page to look at; nothing: there is none
    cause: str = ""  # in the program's words, which are English; nothing: it needs none
    stories: int = 0
    readers: int = 0  # who are to get it, or got a row in the ledger
    sent: int = 0
    refused: int = 0
    given_up: int = 0
    in_doubt: int = 0
    skipped: int = 0
    later: int = 0  # readers whose hour has not come


class OwedNotice(NamedTuple):
    """One small mail that somebody is owed."""

    subscription_id: int
    newsletter_id: int
    notice: Notice
    language: str  # BCP 47
    apart: str = ""  # the key of an `Apart`: whether it is the text alone
    occasion: str = ""  # what it may be owed once for; nothing: the UTC date


# What tells a reader when their next mail comes, as that stands when it is written.
TELLS_NEXT = frozenset(
    {
        Notice.ALREADY_SUBSCRIBED,
        Notice.WELCOME,
        Notice.PREFERENCES_LINK,
        Notice.FEWER,
        Notice.PAUSED,
    }
)

# Who must stand where when a notice leaves; what is not named here is for active readers.
SENT_TO: Mapping[Notice, State] = {
    Notice.CONFIRM: State.PENDING,
    Notice.GOODBYE: State.LEFT,
    Notice.PAUSED: State.PAUSED,
}
# Whoever is paused is a reader, too, and may ask for their choices, or sign up once more.
SENT_TO_PAUSED = frozenset({Notice.PREFERENCES_LINK, Notice.ALREADY_SUBSCRIBED, Notice.FEWER})
# Whoever is kept may ask what is kept; about another address two people are told, in any state; and
# the operator need be no reader.
SENT_TO_ALL = frozenset(
    {
        Notice.DATA_LINK,
        Notice.ADDRESS_CONFIRM,
        Notice.ADDRESS_ASKED,
        Notice.ADDRESS_CHANGED,
        Notice.SIGNUPS_REST,
        *MEMOS,
    }
)


class DeliveryState(StrEnum):
    """Where one ledger row stands."""

    DUE = "due"
    CLAIMED = "claimed"  # a sender has it; nothing has left
    SENDING = "sending"  # its first byte may have left
    SENT = "sent"
    REFUSED = "refused"  # the server said no for good
    GIVEN_UP = "given_up"  # the server said later for too long
    SKIPPED = "skipped"  # left, suppressed or cancelled between planning and sending
    IN_DOUBT = "in_doubt"  # the sender died between the message and its answer


OPEN = frozenset({DeliveryState.DUE, DeliveryState.CLAIMED, DeliveryState.SENDING})

# What moves otherwise is refused by each database that a test is given (tests/moves.py).
DELIVERY_MOVES: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.DUE: frozenset(
        {DeliveryState.CLAIMED, DeliveryState.SENDING, DeliveryState.SKIPPED}
    ),
    DeliveryState.CLAIMED: frozenset(
        {
            DeliveryState.SENDING,
            DeliveryState.DUE,
            DeliveryState.SKIPPED,
            DeliveryState.REFUSED,  # cannot be sent at all: no relay takes its address
        }
    ),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.REFUSED,
            DeliveryState.GIVEN_UP,
            DeliveryState.DUE,  # the server said later, or the line broke before the message
            DeliveryState.IN_DOUBT,
        }
    ),
    DeliveryState.IN_DOUBT: frozenset(  # a late answer ends it, or a person
        {
            DeliveryState.DUE,
            DeliveryState.SENT,
            DeliveryState.REFUSED,
            DeliveryState.GIVEN_UP,
        }
    ),
    DeliveryState.SENT: frozenset(),
    DeliveryState.REFUSED: frozenset({DeliveryState.DUE}),  # sent once more, by hand
    DeliveryState.GIVEN_UP: frozenset({DeliveryState.DUE}),
    DeliveryState.SKIPPED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said (RFC 5321 section 4.2)."""

    code: int  # three digits
    status: str | None  # enhanced code x.y.z (RFC 3463)
    text: str

    @property
    def positive(self) -> bool:
        return self.code < 400

    @property
    def permanent(self) -> bool:
        return self.code >= 500


class Job(NamedTuple):
    """A ledger row that a sender holds, with all that is needed to make and send its message."""

    id: int
    lane: Lane
    newsletter_id: int
    edition_id: int | None  # None: a notice
    subscription_id: int
    notice: Notice | None  # None: a digest
    since: int
    language: str
    apart: str  # what its page has otherwise than that of most readers
    page: tuple[int, datetime] | None  # which page it gets, and as it was made when
    wanted: bool  # whether the reader was still who asked for it, when the row was found
    recipient: Address
    attempts: int  # tries before this one
    planned_at: datetime
    requested_at: datetime
    signed_up_at: datetime
    owed_again_at: datetime | None = None  # when an operator wanted it sent once more


class Envelope(NamedTuple):
    """One message for one recipient, ready for the wire."""

    delivery_id: int
    sender: str  # MAIL FROM, "" for the null reverse-path
    recipient: Address
    pieces: Sequence[bytes]  # in order they are the message: CRLF line ends, not dot-stuffed
    octets: int  # of all pieces
    dotless: bool = False  # no line of it is led by a dot, so there is nothing to double
    notify: bool = True  # whether a failure is to be reported to the sender (RFC 3461)
    path: bytes | None = None  # the recipient for RCPT, when both addresses need no more looking at


@dataclass(frozen=True, slots=True)
class Sent:
    """The server took it."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Refused:
    """The server, or a rule of ours that no server can bend, said no for good."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Deferred:
    """The server said later, or the line broke while nothing could have been delivered."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class InDoubt:
    """The message left whole and no answer came."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unsent:
    """The relay, not the reader, was in the way, and nothing of the message has left."""

    reason: str
    pause: timedelta = timedelta()  # how long the row rests before anybody tries again


Outcome = Sent | Refused | Deferred | InDoubt


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides, right before the first byte, whether a claimed row may still be sent."""

    subscription: State
    edition: EditionState | None  # None: a notice
    suppressed: bool
    paused: bool = False


class Wish(NamedTuple):
    """What a sender would like to start."""

    most: int
    edition_id: int | None = None  # None: of any edition, and notices


class Taken(NamedTuple):
    """What a sender was given, marked as being sent."""

    alive: bool  # False: it was declared dead, and was given nothing
    jobs: list[Job]
    unwanted: list[Job]  # claimed, and to be looked at: their readers may have left
    dry: bool  # nothing more may leave now


class Settlement(NamedTuple):
    """What is written down about one row that a sender held."""

    delivery_id: int
    found: DeliveryState  # the state the sender left it in; anything else is not ours to change
    state: DeliveryState
    attempts: int
    reply: Reply | None = None
    reason: str | None = None  # for people, when no server said anything
    relay: str | None = None
    due_at: datetime | None = None  # None: stays as it was
    settled_at: datetime | None = None  # None: it is not over


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What one look at the approved editions led to, in readers."""

    planned: int = 0  # got a ledger row
    moved_on: int = 0  # had nothing to get: the edition is empty or cancelled, or they have it all
    missed: int = 0  # the edition was found too late for them


@dataclass(frozen=True, slots=True)
class SendReport:
    """What one run did, in messages."""

    sent: int = 0
    refused: int = 0
    deferred: int = 0
    given_up: int = 0
    skipped: int = 0
    in_doubt: int = 0


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One ledger row, for people."""

    id: int
    kind: Kind
    state: DeliveryState
    newsletter: str  # slug
    recipient: str
    slot: str
    edition_id: int | None
    notice: Notice | None
    attempts: int
    due_at: datetime
    planned_at: datetime
    settled_at: datetime | None
    relay: str | None
    reply_code: int | None
    reply_status: str | None
    reply_text: str | None


@dataclass(frozen=True, slots=True)
class ReaderDigest:
    """What one reader was owed of one edition."""

    edition_id: int
    slot: str
    since: int  # the arrival up to which the reader had seen everything
    state: DeliveryState
    apart: str = ""  # what the reader's page had otherwise


@dataclass(frozen=True, slots=True)
class Audit:
    """Where the rows of one edition ended; `balanced` is the promise that none is lost."""

    edition_id: int
    planned: int
    sent: int
    refused: int
    given_up: int
    skipped: int
    in_doubt: int
    open: int

    @property
    def balanced(self) -> bool:
        """Whether planned = sent + refused + given_up + skipped + in_doubt + open."""
        ended = self.sent + self.refused + self.given_up + self.skipped + self.in_doubt
        return self.planned == ended + self.open


@dataclass(frozen=True, slots=True)
class LedgerStatus:
    """What the ledger owes at one moment."""

    due: int  # now
    later: int  # due, at a later time
    under_way: int  # held by a sender that is alive
    stuck: int  # held by a sender whose lease has run out
    in_doubt: int
    next_due_at: datetime | None  # of those that are due now or later


@dataclass(frozen=True, slots=True)
class Process:
    """A running program, so that others on its machine can see whether it still runs."""

    name: str  # host:pid, for people
    machine: str | None  # one boot and one table of process numbers; None: nobody can tell
    identity: str  # its number and when it began: numbers are used again


@dataclass(frozen=True, slots=True)
class Peer:
    """Another sender, as the ledger knows it."""

    id: int
    process: Process
    lease_until: datetime  # changes with each sign of life


class Wave(NamedTuple):
    """Those who got an edition first, as far as it has come; without who left meanwhile."""

    since: datetime  # when the last of them was chosen
    sent: int = 0
    refused: int = 0
    unanswered: int = 0  # ended without an answer: in doubt, or given up
    open: int = 0

    @property
    def size(self) -> int:
        return self.answered + self.unanswered + self.open

    @property
    def answered(self) -> int:
        return self.sent + self.refused


class Receiver(NamedTuple):
    """A receiver that had enough of us, and how much it gets until it is trusted again."""

    name: str  # the operator of its mail exchangers, else the domain
    silent_until: datetime
    at_once: int  # mails under way, of one sender
    taken: int  # in a row, at this pace
    cause: str  # for people
    since: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """Digests that do not start."""

    newsletter: str | None  # slug; None: of every newsletter
    reason: str
    since: datetime
