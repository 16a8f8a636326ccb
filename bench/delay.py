"""A line with a round trip: everything is passed on, each way some milliseconds later.

Prints `ready PORT`; needs no rights, where a real network would need a namespace of its own.
"""

import argparse
import asyncio


class End(asyncio.Protocol):
    """One end of a line; `other` is written to after the delay."""

    def __init__(self, delay: float, port: int | None) -> None:
        self._delay = delay
        self._port = port  # where to go on to; None: this is that end
        self._loop = asyncio.get_running_loop()
        self._early: list[bytes] = []
        self.transport: asyncio.WriteTransport | None = None
        self.other: End | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - narrows the type
        self.transport = transport
        if self._port is not None:
            self._going = self._loop.create_task(self._go_on(self._port))

    async def _go_on(self, port: int) -> None:
        there = End(self._delay, None)
        there.other = self
        await self._loop.create_connection(lambda: there, "127.0.0.1", port)
        self.other = there
        for data in self._early:
            self.data_received(data)

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self._early.append(data)
        else:
            self._loop.call_later(self._delay, self.other.write, data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self.other is not None:
            self._loop.call_later(self._delay, self.other.close)

    def write(self, data: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(data)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


async def main() -> None:
    """Pass on until ended."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--to", type=int, required=True, help="port of the server behind it")
    options.add_argument("--round-trip", type=float, default=20.0, help="milliseconds")
    wanted = options.parse_args()
    delay = wanted.round_trip / 2_000
    loop = asyncio.get_running_loop()
    door = await loop.create_server(lambda: End(delay, wanted.to), "127.0.0.1", 0)
    print(f"ready {door.sockets[0].getsockname()[1]}", flush=True)
    await door.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
