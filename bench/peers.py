"""Other senders, with the same message, size and number of connections. Prints one line of JSON.

They write no ledger and put in nobody's name: that is their advantage.
"""

import argparse
import asyncio
import json
import smtplib
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

from bench.usage import cpu_seconds, peak_kb

SENDER, READER = "a@example.org", "b@example.org"


def message(octets: int) -> bytes:
    """Return a message of about this size."""
    line = b"x" * 70 + b"\r\n"
    return b"Subject: x\r\n\r\n" + line * (octets // len(line))


def smtp_source(port: int, count: int, connections: int, octets: int) -> None:
    """Postfix's own load generator, in C."""
    options = ["-d", "-s", str(connections), "-m", str(count), "-l", str(octets)]
    addresses = ["-f", SENDER, "-t", READER, f"127.0.0.1:{port}"]
    subprocess.run(["smtp-source", *options, *addresses], check=True)


def threads(port: int, count: int, connections: int, octets: int) -> None:
    """The standard library's smtplib, a thread a connection."""
    content = message(octets)

    def send(share: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            for _ in repeat(None, share):
                client.sendmail(SENDER, [READER], content)

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(send, [count // connections] * connections))


def aiosmtplib(port: int, count: int, connections: int, octets: int) -> None:
    """The asyncio client of that name."""
    from aiosmtplib import SMTP  # noqa: PLC0415 - only here, and not of the project

    content = message(octets)

    async def send(share: int) -> None:
        async with SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as client:
            for _ in repeat(None, share):
                await client.sendmail(SENDER, [READER], content)

    async def everybody() -> None:
        await asyncio.gather(*(send(count // connections) for _ in range(connections)))

    asyncio.run(everybody())


PEERS: dict[str, Callable[[int, int, int, int], None]] = {
    "smtp-source": smtp_source,
    "smtplib": threads,
    "aiosmtplib": aiosmtplib,
}


def main() -> None:
    """Send with one of them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name", choices=PEERS)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--messages", type=int, default=20_000)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--octets", type=int, default=20_000)
    wanted = options.parse_args()
    before = time.perf_counter()
    PEERS[wanted.name](wanted.port, wanted.messages, wanted.connections, wanted.octets)
    seconds = time.perf_counter() - before
    print(
        json.dumps(
            {
                "name": wanted.name,
                "messages": wanted.messages // wanted.connections * wanted.connections,
                "seconds": seconds,
                "cpu_seconds": cpu_seconds(),
                "peak_rss_kb": peak_kb(),
            }
        )
    )


if __name__ == "__main__":
    main()
