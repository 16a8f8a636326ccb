"""Whether the time of an answer tells anything about the address that was typed.

    python -m bench.alike --each 500
    python -m bench.alike --each 500 --postgres postgresql://postgres@127.0.0.1:5432/empty

`mailer serve` is asked for addresses in seven states, one after the other in random order, and the
times stand side by side: medians, and the chance that a state and a new address differ as much or
more by accident (Mann-Whitney). Above 0.01 nobody can tell.
"""

import argparse
import http.client
import json
import math
import random
import secrets
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update

from bench.signup import SIGNING_TEXT, served
from mailer.address import Address, address_hash, parse_address
from mailer.store.suppressions import ERASED, NOT_ME
from mailer.store.tables import delivery, signup_use, subscriber, subscription
from mailer.subscribers.model import Ask, Origin, State, Way
from mailer.tokens import Keyring, Purpose
from mailer.wiring import Mailer

FORM = Origin(Way.FORM)
HEADERS = {"Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1"}
NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=10)
TOMORROW = NOW + timedelta(days=1)
NEW, TODAY = "new", "asked today"
TIES: Mapping[str, Mapping[str, object]] = {
    "waiting": {},
    "waiting for too long": {"requested_at": LONG_AGO},
    "active": {
        "state": State.ACTIVE,
        "confirmed_at": LONG_AGO,
        "next_due_at": TOMORROW,
        "next_slot": f"{TOMORROW:%Y-%m-%d}",
    },
    "paused": {"state": State.PAUSED, "confirmed_at": LONG_AGO, "paused_until": TOMORROW},
    "left": {"state": State.LEFT, "confirmed_at": LONG_AGO, "left_at": LONG_AGO},
    TODAY: {},
}
SUPPRESSED: Mapping[str, str] = {"erased": ERASED, "never again": NOT_ME}
STATES = (NEW, *TIES, *SUPPRESSED)


def main() -> None:
    """Print a line for each state."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--each", type=int, default=500, help="addresses in each state")
    options.add_argument("--postgres", metavar="URL", help="of an empty database; SQLite otherwise")
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        url = wanted.postgres or f"sqlite:///{name}/mailer.db"
        with served(Path(name), url) as (mailer, port, _):
            _put(mailer, wanted.each)
            times = _ask(port, [(s, n) for s in STATES for n in range(wanted.each)])
            print(f"{mailer.store.engine.dialect.name}, {wanted.each:,} addresses in each state")
    for state, found in times.items():
        chance = same_by_chance(times[NEW], found)
        print(f"| {state} | {statistics.median(found) * 1000:.2f} ms | p {chance:.3f} |")


def same_by_chance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the two-sided p of the Mann-Whitney U test, by its normal approximation."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(place for place, (_, which) in enumerate(ranked, 1) if which == 0)
    n, m = len(one), len(other)
    above = ranks - n * (n + 1) / 2
    z = (above - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def _address(state: str, number: int) -> Address:
    return parse_address(f"{_name(state)}-{number}@example.org")


def _name(state: str) -> str:
    return state.replace(" ", ".")


def _put(mailer: Mailer, count: int) -> None:
    """Bring so many addresses into each state, all but the last as if long ago."""
    for state, values in TIES.items():
        addresses = [_address(state, number) for number in range(count)]
        asks = [Ask("brief", address, FORM) for address in addresses]
        mailer.signup.subscribe_all(asks)
        with mailer.store.write() as tx:
            if state != TODAY:
                tx.connection.execute(delete(delivery))
                tx.connection.execute(delete(signup_use))
            people = select(subscriber.c.id).where(
                subscriber.c.address.startswith(f"{_name(state)}-")
            )
            theirs = update(subscription).where(subscription.c.subscriber_id.in_(people))
            tx.connection.execute(theirs.values(watermark=0, **values))
    with mailer.store.write() as tx:
        for state, reason in SUPPRESSED.items():
            for number in range(count):
                hashed = address_hash(_address(state, number), mailer.keyring.pepper)
                tx.suppressions.add(hashed, reason, NOW)


def _ask(port: int, wanted: Sequence[tuple[str, int]]) -> dict[str, list[float]]:
    """Post for each address; return the seconds of each answer, by state."""
    keyring = Keyring([SIGNING_TEXT])
    given = datetime.now(UTC) - timedelta(seconds=30)
    times = {state: list[float]() for state in STATES}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for state, number in random.sample(wanted, len(wanted)):
        form = keyring.make(Purpose.FORM, secrets.randbits(63), given)
        body = json.dumps({"email": _address(state, number).text, "form": form})
        begun = time.perf_counter()
        line.request("POST", "/subscribe/brief", body, HEADERS)
        answer = line.getresponse()
        answer.read()
        times[state].append(time.perf_counter() - begun)
        if answer.status != 202:
            raise SystemExit(f"{state}: answered {answer.status}")
    return times


if __name__ == "__main__":
    main()
