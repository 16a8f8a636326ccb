"""What any way of sending offers."""

from typing import Protocol

from mailer.delivery.model import Envelope, Outcome


class Session(Protocol):
    """One open conversation with something that takes mail."""

    relay: str  # its name, for the ledger

    async def send(self, envelope: Envelope) -> Outcome:
        """Hand over one message and return how it ended. After `lost` nothing more is taken."""
        ...

    @property
    def lost(self) -> bool:
        """Whether the conversation is over."""
        ...

    async def close(self) -> None:
        """End the conversation in order."""
        ...


class Transport(Protocol):
    """A way out of the house."""

    connections: int  # at most so many sessions at a time

    async def connect(self) -> Session:
        """Open a session; raise RelayAway or LoginRefused: nothing was sent then."""
        ...
