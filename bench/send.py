"""Our engine beside others, in one run, taking turns: python -m bench.send

Absolute figures say more about the machine than about the program; the ratios are what counts.
"""

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from bench.peers import PEERS

Record = dict[str, float | str]


def main() -> None:
    """Measure and print one table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=100_000)
    options.add_argument("--slow-messages", type=int, default=10_000, help="for the slower peers")
    options.add_argument("--rounds", type=int, default=3)
    wanted = options.parse_args()
    found: dict[str, list[Record]] = defaultdict(list)
    with sink() as port:
        for _ in range(wanted.rounds):
            for name, command in commands(port, wanted.messages, wanted.slow_messages):
                out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                found[name].append(json.loads(out.strip().splitlines()[-1]))
    print_table(found)


def commands(port: int, messages: int, slow: int) -> Iterator[tuple[str, list[str]]]:
    """Yield who sends, and how."""
    ours = ["-m", "bench.engine", "--port", str(port), "--readers", str(messages)]
    yield "mailer", [sys.executable, *ours]
    for name in PEERS:
        count = messages if name == "smtp-source" else slow
        peer = ["-m", "bench.peers", name, "--port", str(port), "--messages", str(count)]
        yield name, [sys.executable, *peer]


@contextmanager
def sink() -> Iterator[int]:
    """Run the sink, and give its port."""
    program = [sys.executable, "-m", "bench.sink"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None  # noqa: S101 - it is a pipe
        yield int(running.stdout.readline().split()[1])
        running.terminate()
        running.communicate()


def print_table(found: dict[str, list[Record]]) -> None:
    """Print medians, the spread, and what ours is of each."""
    rates = {
        name: sorted(float(one["messages"]) / float(one["seconds"]) for one in records)
        for name, records in found.items()
    }
    ours = median(rates["mailer"])
    print(f"{'':14}{'mails/s':>10}{'from':>10}{'to':>10}{'ours is':>10}{'CPU s/1000':>12}{'MB':>6}")
    for name, records in found.items():
        middle = median(rates[name])
        cpu = median(float(one["cpu_seconds"]) / float(one["messages"]) * 1000 for one in records)
        peak = max(float(one["peak_rss_kb"]) for one in records) / 1024
        print(
            f"{name:14}{middle:10,.0f}{rates[name][0]:10,.0f}{rates[name][-1]:10,.0f}"
            f"{ours / middle:9.2f}x{cpu:12.3f}{peak:6.0f}"
        )
    planning = [float(one["messages"]) / float(one["planning_seconds"]) for one in found["mailer"]]
    print(f"planning: {median(planning):,.0f} rows/s")


if __name__ == "__main__":
    main()
