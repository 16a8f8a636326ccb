"""Our engine end to end: plan, claim, splice, sign, send, settle. Prints one line of JSON."""

import argparse
import json
import multiprocessing
import tempfile
import time
from pathlib import Path

from bench.estate import furnish, settings
from bench.usage import cpu_seconds, peak_kb
from mailer.config.settings import Settings
from mailer.message.signing_key import generate_rsa
from mailer.wiring import build


def main() -> None:
    """Plan and send to everybody once."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--readers", type=int, default=100_000)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--in-flight", type=int, default=256)
    options.add_argument("--url", help="of an empty database; a SQLite file of its own otherwise")
    options.add_argument("--dkim", action="store_true", help="sign with RSA-2048")
    options.add_argument("--processes", type=int, default=1, help="senders")
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mailer-bench-") as name:
        folder = Path(name)
        chosen = settings(
            wanted.url or f"sqlite:///{folder / 'bench.db'}",
            folder,
            wanted.port,
            connections=wanted.connections // wanted.processes,
            in_flight=wanted.in_flight,
            signing_key=generate_rsa() if wanted.dkim else None,
        )
        print(json.dumps(measured(chosen, wanted.readers, wanted.processes)))


def measured(chosen: Settings, readers: int, processes: int) -> dict[str, float | str]:
    """Return what a run took, and what it came to."""
    mailer = build(chosen)
    furnish(mailer.store, readers)
    used, before = cpu_seconds(), time.perf_counter()
    planned = mailer.plan.due().planned
    planning = time.perf_counter() - before
    mailer.store.close()  # what is open must not be shared with children
    if processes == 1:
        mailer.send.until_done()
    else:
        children = [multiprocessing.Process(target=send, args=(chosen,)) for _ in range(processes)]
        for child in children:
            child.start()
        for child in children:
            child.join()
    seconds = time.perf_counter() - before
    with mailer.store.read() as tx:
        (audit,) = tx.ledger_reports.audits()
    mailer.store.close()
    if not planned == audit.sent == readers:
        raise SystemExit(f"{planned} planned, {audit} of {readers}")
    return {
        "name": "mailer",
        "messages": audit.sent,
        "seconds": seconds,
        "planning_seconds": planning,
        "cpu_seconds": cpu_seconds() - used,
        "peak_rss_kb": peak_kb(),
    }


def send(chosen: Settings) -> None:
    """Be one of several senders."""
    build(chosen).send.until_done()


if __name__ == "__main__":
    main()
