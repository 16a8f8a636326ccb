"""What any way of sending offers, and what it asks of whoever sends."""

from collections.abc import Sequence
from typing import Protocol

from mailer.config.settings import Limit
from mailer.delivery.model import Envelope, Outcome, Unsent
from mailer.delivery.switchboard import Switchboard


class Line(Protocol):
    """One open conversation with something that takes mail."""

    relay: str

    @property
    def lost(self) -> bool:
        """Whether the conversation is over."""
        ...

    @property
    def rests(self) -> bool:
        """Whether it is open and has nothing under way."""
        ...

    def go_on(self) -> None:
        """Take the next messages, as many as may be under way."""
        ...

    def compose(self) -> None:
        """Work out what `say` is to say: `go_on` is both, one right after the other."""
        ...

    def say(self) -> None:
        """Say it, and tell what has ended."""
        ...

    async def close(self) -> None:
        """End the conversation in order; what is under way still is broken off."""
        ...


class Post(Protocol):
    """Who gives out messages, and hears what became of them."""

    switchboard: Switchboard | None  # where plain lines are heard; None: each by the loop

    def following(self, relay: str) -> Envelope | None:
        """Return the next message for this relay, or None when there is none now."""
        ...

    def may_leave(self, envelope: Envelope) -> bool:
        """Whether a message's content may be said now; from then on it may have arrived.

        Else the line is told to go on when it may.
        """
        ...

    def told(self, relay: str, endings: Sequence[tuple[Envelope, Outcome | Unsent]]) -> None:
        """Hear how messages ended."""
        ...

    def strode(self, line: Line, ending: tuple[Envelope, Outcome | Unsent]) -> None:
        """Hear how a message ended, of a line that `holds` the next: both at once."""
        ...

    def holds(self, line: Line) -> None:
        """Hear that a line has told its last ending, and has content to say when it may."""
        ...

    def rests(self, line: Line) -> None:
        """Hear that a line has nothing under way, or is lost."""
        ...


class Relay(Protocol):
    """A server that takes mail."""

    name: str
    connections: int  # at most so many lines at a time
    limits: Sequence[Limit]
    warm_up: int  # messages of the first day; 0: no limit
    weight: int  # its share among several; 0: only when no other one is there

    async def connect(self, post: Post) -> Line:
        """Open a line; raise RelayAway or LoginRefused: nothing was sent then."""
        ...


Transport = Sequence[Relay]
