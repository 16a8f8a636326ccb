"""Our engine end to end: plan, claim, splice, send, settle. Prints one line of JSON."""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from bench.estate import furnish, settings
from mailer.wiring import build


def main() -> None:
    """Plan and send to everybody once."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--readers", type=int, default=100_000)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--in-flight", type=int, default=256)
    options.add_argument("--url", help="of an empty database; a SQLite file of its own otherwise")
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mailer-bench-") as name:
        folder = Path(name)
        url = wanted.url or f"sqlite:///{folder / 'bench.db'}"
        mailer = build(
            settings(
                url,
                folder,
                wanted.port,
                connections=wanted.connections,
                in_flight=wanted.in_flight,
            )
        )
        furnish(mailer.store, wanted.readers)
        used, before = _cpu(), time.perf_counter()
        planned = mailer.plan.due().planned
        planning = time.perf_counter() - before
        report = mailer.send.until_done()
        seconds = time.perf_counter() - before
        if not planned == report.sent == wanted.readers:
            raise SystemExit(f"{planned} planned, {report} of {wanted.readers}")
        print(
            json.dumps(
                {
                    "name": "mailer",
                    "messages": report.sent,
                    "seconds": seconds,
                    "planning_seconds": planning,
                    "cpu_seconds": _cpu() - used,
                    "peak_rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
                }
            )
        )
        mailer.store.close()


def _cpu() -> float:
    found = resource.getrusage(resource.RUSAGE_SELF)
    return found.ru_utime + found.ru_stime


if __name__ == "__main__":
    main()
