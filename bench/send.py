"""Our engine beside others, in one run, taking turns: python -m bench.send

Absolute figures say more about the machine than about the program; the ratios are what counts.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from uuid import uuid4

from bench.chart import bars
from bench.peers import PEERS

Record = dict[str, float | str]
Found = dict[str, list[Record]]
SLOW = 20  # milliseconds of a round trip
SLOW_CONNECTIONS = 20


def main() -> None:
    """Measure and print one table a line: a fast sink, Postfix's sink, a slow line, signatures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=100_000)
    options.add_argument("--slow-messages", type=int, default=10_000, help="where it takes long")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument(
        "--postgres", metavar="URL", help="of a server where databases may be made"
    )
    options.add_argument("--plot", type=Path, metavar="FILE", help="write the first table as SVG")
    wanted = options.parse_args()
    many, few, rounds = wanted.messages, wanted.slow_messages, wanted.rounds
    with ExitStack() as stack:
        fast = stack.enter_context(listening("bench.sink"))
        far = stack.enter_context(
            listening("bench.delay", "--to", str(fast), "--round-trip", str(SLOW))
        )
        chunked = stack.enter_context(listening("bench.sink", "--chunking"))
        far_and_chunked = stack.enter_context(
            listening("bench.delay", "--to", str(chunked), "--round-trip", str(SLOW))
        )
        found = measure(rounds, on_loopback(fast, many, few, wanted.postgres))
        print_table("Our own sink, 16 connections, about 20 KB", found)
        if wanted.plot is not None:
            wanted.plot.write_text(bars({name: rate(one) for name, one in found.items()}))
        if shutil.which("smtp-sink") is not None:
            other = stack.enter_context(smtp_sink())
            print_table("Postfix's smtp-sink", measure(rounds, on_loopback(other, few, few, None)))
        print_table(
            f"A round trip of {SLOW} ms, {SLOW_CONNECTIONS} connections",
            measure(rounds, over_a_slow_line(far, few)),
        )
        print_table(
            "The same, where the server offers CHUNKING, as Postfix does",
            measure(rounds, over_a_slow_line(far_and_chunked, few)),
        )
        print_table("Signed with RSA-2048, two senders", measure(rounds, signed(fast, many)))


def on_loopback(
    port: int, many: int, few: int, postgres: str | None
) -> Iterator[tuple[str, list[str]]]:
    """Yield who sends, and how."""
    yield "mailer", ours(port, many)
    yield "mailer, 64 lines", ours(port, many, "--connections", "64")
    yield "mailer, 2 senders", ours(port, many, "--processes", "2")
    if postgres is not None:
        yield "mailer, PostgreSQL", [*ours(port, many), "--postgres", postgres]
    for name in PEERS:
        yield name, peer(name, port, many if name == "smtp-source" else few)


def over_a_slow_line(port: int, count: int) -> Iterator[tuple[str, list[str]]]:
    lines = ["--connections", str(SLOW_CONNECTIONS)]
    yield "mailer", ours(port, count, *lines)
    yield "aiosmtplib", [*peer("aiosmtplib", port, count // 4), *lines]
    yield "smtp-source", [*peer("smtp-source", port, count // 4), *lines]


def signed(port: int, count: int) -> Iterator[tuple[str, list[str]]]:
    yield "mailer", ours(port, count, "--dkim", "--processes", "2")
    yield "raw signing", [sys.executable, "-m", "bench.signing", "--signatures", str(count)]


def ours(port: int, count: int, *more: str) -> list[str]:
    engine = ["-m", "bench.engine", "--port", str(port), "--readers", str(count)]
    return [sys.executable, *engine, *more]


def peer(name: str, port: int, count: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "bench.peers",
        name,
        "--port",
        str(port),
        "--messages",
        str(count),
    ]


def measure(rounds: int, commands: Iterator[tuple[str, list[str]]]) -> Found:
    """Run everybody so many times, in turns."""
    everybody = list(commands)
    found: Found = defaultdict(list)
    for _ in range(rounds):
        for name, command in everybody:
            with a_database(command) as words:
                done = subprocess.run(words, check=True, capture_output=True, text=True)
            found[name].append(json.loads(done.stdout.strip().splitlines()[-1]))
    return found


@contextmanager
def a_database(command: list[str]) -> Iterator[list[str]]:
    """Give a command that wants PostgreSQL an empty database."""
    if "--postgres" not in command:
        yield command
        return
    import psycopg  # noqa: PLC0415 - only where it is asked for

    at = command.index("--postgres")
    server, name = command[at + 1], f"bench_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        yield [*command[:at], "--url", f"{server.rpartition('/')[0]}/{name}"]
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def listening(module: str, *words: str) -> Iterator[int]:
    """Run a server of ours, and give its port."""
    program = [sys.executable, "-m", module, *words]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield int(running.stdout.readline().split()[1])
        finally:
            running.terminate()
            running.communicate()


@contextmanager
def smtp_sink() -> Iterator[int]:
    """Run Postfix's own sink."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    become = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen(["smtp-sink", *become, f"127.0.0.1:{port}", "1000"]) as running:
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)) and running.poll() is None:
                time.sleep(0.05)
            yield port
        finally:
            running.terminate()


def rate(records: list[Record]) -> float:
    """Return the median of mails a second."""
    return median(float(one["messages"]) / float(one["seconds"]) for one in records)


def print_table(title: str, found: Found) -> None:
    """Print medians, the spread, and what ours is of each."""
    ours_is = rate(found["mailer"])
    print(f"\n{title}\n")
    print(f"| {'sender':20} | mails/s | from | to | ours is | CPU s per 1,000 | MB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, records in found.items():
        rates = sorted(float(one["messages"]) / float(one["seconds"]) for one in records)
        cpu = median(float(one["cpu_seconds"]) / float(one["messages"]) * 1000 for one in records)
        peak = max(float(one["peak_rss_kb"]) for one in records) / 1024
        print(
            f"| {name:20} | {rate(records):,.0f} | {rates[0]:,.0f} | {rates[-1]:,.0f}"
            f" | {ours_is / rate(records):.2f} | {cpu:.3f} | {peak:.0f} |"
        )
    for name, records in found.items():
        if "planning_seconds" in records[0]:
            planning = median(
                float(one["messages"]) / float(one["planning_seconds"]) for one in records
            )
            print(f"\nplanning, {name}: {planning:,.0f} rows/s")


if __name__ == "__main__":
    main()
