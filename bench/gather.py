"""How fast feeds are looked at: a thousand on loopback, first with news, then with none.

`python -m bench.gather --feeds 1000` starts a server of its own, four feeds an address in 127/8,
and prints for each round: feeds a second, processor seconds of the gatherer, its peak memory.
"""

import argparse
import asyncio
import logging
import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from multiprocessing.connection import Connection
from pathlib import Path

from bench.usage import cpu_seconds
from mailer.config.settings import FeedSettings
from mailer.feeds.fetch import Fetch
from mailer.feeds.gather import Gather
from mailer.store.database import Store
from mailer.store.migrate import upgrade

PER_ADDRESS = 4
FIRST = ip_address("127.1.0.1")
ITEM = (
    "<item><title>Story {number} of feed {path}</title><link>http://a.example{path}/{number}</link>"
    "<guid>{path}/{number}</guid><pubDate>Mon, 23 Nov 2026 18:00:00 GMT</pubDate><description>"
    "What happened in story {number} is told here, in a sentence or two.</description></item>"
)
MOMENT = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = MOMENT

    def now(self) -> datetime:
        """Return the moment it stands at."""
        return self.moment


def main() -> None:
    """Print two rounds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=1_000)
    count = options.parse_args().feeds
    logging.disable()
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(theirs, count), daemon=True)
    server.start()
    port = ours.recv()
    with tempfile.TemporaryDirectory(prefix="mailer-bench-") as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bench.db'}")
        upgrade(store)
        with store.write() as tx:
            for number in range(count):
                tx.feeds.add(f"http://{_address(number)}:{port}/feed/{number}", MOMENT)
        clock = Clock()
        settings = FeedSettings(allow_networks=(ip_network("127.0.0.0/8"),))
        gather = Gather(store, clock, Fetch(settings), settings)
        for what in ("with news", "unchanged"):
            _round(gather, what)
            clock.moment += timedelta(hours=1)
        store.close()
    server.terminate()


def _round(gather: Gather, what: str) -> None:
    used, before = cpu_seconds(), time.perf_counter()
    report = gather.due()
    seconds = time.perf_counter() - before
    if report.failed:
        raise SystemExit(f"{report.failed} feeds failed")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what}: {len(report.looks):,} feeds, {report.new:,} new articles, {seconds:.1f} s,"
        f" {len(report.looks) / seconds:.0f} feeds/s, {cpu_seconds() - used:.1f} s of processor,"
        f" peak {peak:.0f} MB"
    )


def serve(ready: Connection, count: int) -> None:
    """Answer with five articles, or 304 to whoever has them."""
    asyncio.run(_serve(ready, count))


async def _serve(ready: Connection, count: int) -> None:
    hosts = sorted({_address(number) for number in range(count)})
    first = await asyncio.start_server(_answer, hosts[0], 0, backlog=100)
    port = first.sockets[0].getsockname()[1]
    await asyncio.start_server(_answer, hosts[1:], port, backlog=100)
    ready.send(port)
    await asyncio.Event().wait()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            if b"if-none-match" in head.lower():
                writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n')
                continue
            items = "".join(ITEM.format(number=number, path=path) for number in range(5))
            body = f'<rss version="2.0"><channel><title>{path}</title>{items}</channel></rss>'
            writer.write(
                b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Type: application/rss+xml\r\n'
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body.encode())
            )
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def _address(number: int) -> str:
    return str(FIRST + number // PER_ADDRESS)


if __name__ == "__main__":
    main()
