"""What kills at random moments double, when in doubt is to repeat: python -m bench.kills

Senders are killed one after the other; the last one ends the run. What the server took beyond one
mail a reader was doubled.
"""

import argparse
import json
import multiprocessing
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.engine import send
from bench.estate import furnish, settings
from bench.send import listening
from mailer.config.settings import Settings, WhenInDoubt
from mailer.wiring import build

SEEN = 0.3  # seconds that a sender needs to be under way


def main() -> None:
    """Kill, end the run, and print one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--readers", type=int, default=20_000)
    options.add_argument("--connections", type=int, default=4)
    options.add_argument("--round-trip", type=float, default=20.0, help="milliseconds; 0: none")
    options.add_argument("--within", type=float, default=0.5, help="seconds of sending, at most")
    options.add_argument("--url", help="of an empty database; a SQLite file of its own otherwise")
    wanted = options.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailer-bench-")))
        sink = subprocess.Popen(
            [sys.executable, "-m", "bench.sink"], stdout=subprocess.PIPE, text=True
        )
        assert sink.stdout is not None  # noqa: S101 - it is a pipe
        port = sink.stdout.readline().split()[1]
        if wanted.round_trip:
            words = ("--to", port, "--round-trip", str(wanted.round_trip))
            port = str(stack.enter_context(listening("bench.delay", *words)))
        chosen = settings(
            wanted.url or f"sqlite:///{folder / 'bench.db'}",
            folder,
            int(port),
            connections=wanted.connections,
            in_flight=100,
            when_in_doubt=WhenInDoubt.REPEAT,
        )
        left_over = killed(chosen, wanted.readers, wanted.kills, wanted.within)
        sink.terminate()
        taken = json.loads(sink.communicate()[0].splitlines()[-1])["messages"]
    doubled = taken - wanted.readers
    print(
        json.dumps(
            {
                "kills": wanted.kills,
                "doubled": doubled,
                "a_kill": doubled / wanted.kills,
                "a_kill_and_connection": doubled / wanted.kills / wanted.connections,
                "lost": left_over,
            }
        )
    )


def killed(chosen: Settings, readers: int, kills: int, within: float) -> int:
    """Kill so many senders at random moments, let one end, and return how many got nothing."""
    mailer = build(chosen)
    furnish(mailer.store, readers)
    mailer.plan.due()
    mailer.store.close()
    moments = random.Random(kills)
    for _ in range(kills):
        child = multiprocessing.Process(target=send, args=(chosen,))
        child.start()
        time.sleep(SEEN + within * moments.random())
        if not child.is_alive():
            raise SystemExit("the run was over before the last kill: give it more readers")
        child.kill()
        child.join()
    mailer.send.until_done()
    with mailer.store.read() as tx:
        (audit,) = tx.ledger_reports.audits()
    mailer.store.close()
    return readers - int(audit.sent)


if __name__ == "__main__":
    main()
