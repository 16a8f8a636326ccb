"""gunicorn's worker, whose threads are for requests that have come whole.

gunicorn gives a thread to whoever connects: thirty-two callers who stop in the middle of a request
would keep everybody else waiting, and may come again as soon as they are hung up on. Here the loop
that accepts them also hears them out, thousands at once, and a thread gets what needs no more
waiting. The loop itself waits for nobody: whoever is answered and does not hang up is left alone.
"""

import selectors
import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from gunicorn.workers.gthread import TConn, ThreadWorker

from mailer.subscribers.rules import network_of
from mailer.web.hearing import Heard, Hearing
from mailer.web.patience import TO_ASK, Patience

# Who may be in the middle of a request at once. One more, and the oldest has to go of the network
# (/24, /48) that has most of them: whoever fills the room pushes out their own.
ROOM = 400
TO_PART = 2.0  # seconds for a caller to hang up after an answer (RFC 9112 section 9.6)
MEMORY = 256 * 1024  # bytes of an answer that the kernel keeps for who listens slowly: any page
AT_A_TIME = 16 * 1024  # bytes
T = TypeVar("T")
REFUSALS = {
    Heard.TOO_LONG: b"413 Content Too Large",
    Heard.ENDLESS: b"431 Request Header Fields Too Large",
}
REFUSAL = b"HTTP/1.1 %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(slots=True)
class _Asking:
    """Somebody in the middle of a request."""

    line: socket.socket
    network: str | None  # whence
    since: float  # seconds of a monotonic clock
    hearing: Hearing

    def hear(self) -> Heard:
        """Take what was said meanwhile, and return how much that is with what came before."""
        more = _said(self.line)
        heard = self.hearing.hear(more or b"")
        return Heard.LOST if heard is Heard.PART and more == b"" else heard


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, which wait for nobody for ever, and for nobody who is still speaking."""

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)
        self._patience = Patience()
        self._asking: dict[TConn, _Asking] = {}  # those who came first are first
        self._parting: dict[TConn, float] = {}  # since when; the same

    def enqueue_req(self, conn: TConn) -> None:
        """Give a caller who has something to say to a thread, once all of it is said."""
        if not conn.initialized:
            conn.init()
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MEMORY)
        conn.sock.setblocking(False)
        hearing = Hearing()
        hearing.hear(conn.parser.unreader.take_buffered())  # behind the request before
        asking = _Asking(conn.sock, _network(conn), time.monotonic(), hearing)
        heard = asking.hear()
        if heard is not Heard.PART:
            self._settle(conn, asking, heard)
            return
        self._asking[conn] = asking
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._go_on, conn))
        if len(self._asking) > ROOM:
            self._hang_up(oldest_of_most(self._asking, lambda one: self._asking[one].network))

    def _go_on(self, conn: TConn, _line: socket.socket) -> None:
        """Hear somebody who was in the middle of a request."""
        asking = self._asking.get(conn)
        if asking is None:  # hung up on a moment ago
            return
        heard = asking.hear()
        if heard is not Heard.PART:
            self._forget(conn)
            self._settle(conn, asking, heard)

    def _settle(self, conn: TConn, asking: _Asking, heard: Heard) -> None:
        """Hand a request to a thread, or refuse it."""
        if heard is Heard.WHOLE:
            conn.parser.unreader.unread(asking.hearing.said)
            super().enqueue_req(conn)
        elif heard in REFUSALS:
            with suppress(OSError):  # it is gone
                conn.sock.send(REFUSAL % REFUSALS[heard])
            self._part(conn)
        else:
            self._leave(conn)

    def handle(self, conn: TConn) -> object:
        self._patience.begins(conn.sock, time.monotonic())
        try:
            return super().handle(conn)
        finally:
            self._patience.ends(conn.sock)

    def handle_error(
        self, req: object, client: socket.socket, addr: tuple[str, int] | None, exc: Exception
    ) -> None:
        """Answer what is no request, and write down of the caller no more than their network."""
        whence = addr and (network_of(addr[0]) or "", addr[1])
        super().handle_error(req, client, whence, exc)

    def finish_request(self, conn: TConn, done: "Future[object]") -> None:
        """Wait for a caller's next request, or for them to hang up."""
        if done.cancelled() or done.exception() is not None or done.result():
            super().finish_request(conn, done)
        else:
            self._part(conn)

    def _part(self, conn: TConn) -> None:
        """Say no more, and let a caller say what they like until they hang up.

        Whoever is hung up on while they speak would lose what they were answered.
        """
        with suppress(OSError):  # it is gone
            conn.sock.shutdown(socket.SHUT_WR)
        conn.sock.setblocking(False)
        self._parting[conn] = time.monotonic()
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._hear_nothing, conn))
        if len(self._parting) > ROOM:
            self._hang_up(oldest_of_most(self._parting, _network))

    def _hear_nothing(self, conn: TConn, line: socket.socket) -> None:
        if conn in self._parting and _said(line) == b"":
            self._hang_up(conn)

    def murder_keepalived(self, *args: object, **named: object) -> None:
        """Look after lines, as gunicorn's loop does once a second at least."""
        super().murder_keepalived(*args, **named)
        now = time.monotonic()
        asking = [(conn, one.since) for conn, one in self._asking.items()]
        to_ask = TO_ASK if self.alive else TO_PART
        for conn in _before(now - to_ask, asking) + _before(now - TO_PART, self._parting.items()):
            self._hang_up(conn)
        self._patience.look(now)

    def _forget(self, conn: TConn) -> None:
        self._asking.pop(conn, None)
        self._parting.pop(conn, None)
        self.poller.unregister(conn.sock)

    def _hang_up(self, conn: TConn) -> None:
        self._forget(conn)
        self._leave(conn)

    def _leave(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()


def oldest_of_most(lines: Iterable[T], network: Callable[[T], str | None]) -> T:
    """Return the first of the lines from the network that has most of them; there is one at least.

    They are in the order in which they came.
    """
    by_network: dict[str | None, list[T]] = {}
    for one in lines:
        by_network.setdefault(network(one), []).append(one)
    return max(by_network.values(), key=len)[0]


def _network(conn: TConn) -> str | None:
    """Return the network that calls. Behind a proxy of ours everybody comes from there."""
    return network_of(conn.client[0]) if isinstance(conn.client, tuple) else None


def _said(line: socket.socket) -> bytes | None:
    """Return what somebody said meanwhile; None: nothing yet; no bytes: they are gone."""
    try:
        return line.recv(AT_A_TIME)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _before(moment: float, lines: Iterable[tuple[TConn, float]]) -> list[TConn]:
    """Return who waits since before then; `lines` are in the order in which they came."""
    found = []
    for conn, since in lines:
        if since >= moment:
            break
        found.append(conn)
    return found
