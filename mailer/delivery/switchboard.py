"""Many plain lines behind one door: all that have something to say are heard in one go.

A loop's own transports cost a turn of the loop, a callback and a copy of each message; at a hundred
microseconds a mail that is a good part of it. Here one selector of our own stands in the loop as a
single file; when it is ready, every line that can be read is read, and whoever is told of it can do
the rest for all of them together. What is said goes to the kernel in the pieces it is in. Lines
protected by TLS have the loop's own transports, and so has everybody where there is no epoll.
"""

import asyncio
import select
import socket
from collections.abc import Sequence
from typing import Protocol

READ = 65_536  # octets at a time
PIECES = 1_000  # in one call: Linux takes 1,024


class Wire(Protocol):
    """What a line needs of a transport, the loop's or ours."""

    def write(self, data: bytes) -> None: ...

    def writelines(self, list_of_data: Sequence[bytes]) -> None: ...

    def get_write_buffer_size(self) -> int: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...


class Switchboard:
    """The plain lines of one loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._epoll = select.epoll()
        self._wires: dict[int, PlainWire] = {}

    def take(self, line: socket.socket, protocol: asyncio.Protocol) -> "PlainWire":
        """Let `protocol` hear a connected socket that does not block."""
        if not self._wires:
            self._loop.add_reader(self._epoll.fileno(), self._ready)
        number = line.fileno()
        wire = PlainWire(self, line, protocol)
        self._wires[number] = wire
        self._epoll.register(number, select.EPOLLIN)
        return wire

    def forget(self, number: int) -> None:
        """Hear a socket no more, before it is closed."""
        del self._wires[number]
        self._epoll.unregister(number)
        if not self._wires:
            self._loop.remove_reader(self._epoll.fileno())

    def also_write(self, number: int, *, wanted: bool) -> None:
        """Say when a socket takes more, or not any longer."""
        self._epoll.modify(number, select.EPOLLIN | (select.EPOLLOUT if wanted else 0))

    def close(self) -> None:
        """Let go of the selector, when no line is left."""
        self._epoll.close()

    def _ready(self) -> None:
        for number, event in self._epoll.poll(0):
            wire = self._wires.get(number)  # one that was heard before may have ended this one
            if wire is None:
                continue
            if event & select.EPOLLOUT:
                wire.writable()
            if event & ~select.EPOLLOUT:
                wire.readable()


class PlainWire:
    """One socket; like a transport of the loop, which it stands for."""

    def __init__(
        self, switchboard: Switchboard, line: socket.socket, protocol: asyncio.Protocol
    ) -> None:
        self._switchboard = switchboard
        self._socket: socket.socket | None = line
        self._protocol = protocol
        self._unsent = b""
        self._loop = asyncio.get_running_loop()
        self._heard = protocol.data_received
        self._recv = line.recv
        self._send = line.sendmsg

    def readable(self) -> None:
        """Read once, and pass it on."""
        try:
            data = self._recv(READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as why:
            self._end(why)
            return
        if data:
            self._heard(data)
        else:
            self._protocol.eof_received()
            self._end(None)

    def writable(self) -> None:
        """Say what the kernel did not take before."""
        rest, self._unsent = self._unsent, b""
        if self._socket is None:
            return
        self._switchboard.also_write(self._socket.fileno(), wanted=False)
        self.writelines([rest])

    def write(self, data: bytes) -> None:
        self.writelines([data])

    def writelines(self, list_of_data: Sequence[bytes]) -> None:
        """Say these in order; what the kernel does not take now is said when it does."""
        if self._socket is None:
            return
        if self._unsent:
            self._unsent += b"".join(list_of_data)
            return
        if len(list_of_data) > PIECES:
            list_of_data = [b"".join(list_of_data)]
        try:
            taken = self._send(list_of_data)
        except (BlockingIOError, InterruptedError):
            taken = 0
        except OSError as why:
            self._end(why)
            return
        if taken < sum(map(len, list_of_data)):
            self._unsent = b"".join(list_of_data)[taken:]
            self._switchboard.also_write(self._socket.fileno(), wanted=True)

    def get_write_buffer_size(self) -> int:
        """Return the octets that were said and are not the kernel's yet."""
        return len(self._unsent)

    def close(self) -> None:
        """Hang up; only to be called when everything was said."""
        self._end(None)

    def abort(self) -> None:
        self._end(None)

    def _end(self, why: Exception | None) -> None:
        if self._socket is None:
            return
        line, self._socket = self._socket, None
        self._unsent = b""
        self._switchboard.forget(line.fileno())
        line.close()
        self._loop.call_soon(self._protocol.connection_lost, why)


def switchboard() -> Switchboard | None:
    """Return one for the running loop; None where it has to do without."""
    return Switchboard() if hasattr(select, "epoll") else None
