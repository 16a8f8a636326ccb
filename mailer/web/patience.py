"""An end to how long a caller may take: while one speaks or listens, a thread waits for it.

Whoever stops in the middle of a request, a telephone in a tunnel or a robot that says a letter a
minute, would otherwise keep that thread for ever, and thirty-two of them the whole server.
"""

import socket
from contextlib import suppress

TO_ASK = 10.0  # seconds to say a whole request
TO_LISTEN = 60.0  # seconds to hear the answer as well


class Patience:
    """Who is being waited for, and since when."""

    def __init__(self) -> None:
        self._since: dict[socket.socket, float] = {}  # seconds of a monotonic clock

    def begins(self, line: socket.socket, now: float) -> None:
        """Note that a thread waits for this line."""
        self._since[line] = now

    def ends(self, line: socket.socket) -> None:
        """Note that it does no more."""
        self._since.pop(line, None)

    def look(self, now: float) -> None:
        """Let nobody speak any longer who has had their time, nor listen.

        A request that came whole is still answered: only what would come after it is cut off.
        """
        for line, since in list(self._since.items()):
            if now - since > TO_ASK:
                with suppress(OSError):  # it is gone
                    heard = now - since > TO_LISTEN
                    line.shutdown(socket.SHUT_RDWR if heard else socket.SHUT_RD)
