"""The ledger: what is owed to whom, how far it is, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from mailer.address import Address


class Kind(StrEnum):
    """What a ledger row sends."""

    DIGEST = "digest"
    NOTICE = "notice"


class Lane(IntEnum):
    """Who goes first: a person who waits for a confirmation overtakes a running digest."""

    NOTICE = 0
    DIGEST = 1


class Notice(StrEnum):
    """The small mails; each is a folder in templates/email/."""

    CONFIRM = "confirm"
    ALREADY_SUBSCRIBED = "already_subscribed"


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

DELIVERY_MOVES: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.DUE: frozenset({DeliveryState.CLAIMED, DeliveryState.SKIPPED}),
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
    DeliveryState.IN_DOUBT: frozenset(
        {DeliveryState.DUE, DeliveryState.SENT, DeliveryState.GIVEN_UP}
    ),
    DeliveryState.SENT: frozenset(),
    DeliveryState.REFUSED: frozenset(),
    DeliveryState.GIVEN_UP: frozenset(),
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


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed ledger row with all that is needed to make and send its message."""

    id: int
    kind: Kind
    newsletter_id: int
    edition_id: int | None
    subscription_id: int
    slot: str
    notice: Notice | None
    since: int
    language: str
    recipient: Address
    signed_up_at: datetime
    requested_at: datetime
    attempts: int  # tries before this one
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message for one recipient, ready for the wire."""

    delivery_id: int
    sender: str  # MAIL FROM, "" for the null reverse-path
    recipient: Address
    message: bytes  # CRLF line ends, not dot-stuffed


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


Outcome = Sent | Refused | Deferred | InDoubt
