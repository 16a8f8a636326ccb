"""How fast readers become ledger rows, beside what the database can do at all.

    python -m bench.plan --readers 200000
    python -m bench.plan --readers 200000 --postgres postgresql://postgres@127.0.0.1:5432/empty

prints one table: planning (`Plan.due`), one plain INSERT ... SELECT of the same rows into the same
table, and what it costs to look when nobody is due. `--due` makes so many of the readers due.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, case, create_engine, delete, insert, literal, select, text, update

from bench.estate import SLOT, furnish, settings
from mailer.config.settings import Settings
from mailer.store.tables import appointment, delivery, edition, subscription
from mailer.wiring import Mailer, build

INSTANT = delivery.c.due_at.type
LOOKS = 20  # at the ledger when nobody is due


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--readers", type=int, default=100_000)
    options.add_argument("--due", type=int, help="so many of them; all otherwise")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--postgres", metavar="URL", help="of a server; SQLite otherwise")
    wanted = options.parse_args()
    with _database(wanted.postgres) as chosen:
        mailer = build(chosen)
        furnish(mailer.store, wanted.readers)
        _measure(mailer, wanted.readers, wanted.due or wanted.readers, wanted.rounds)
        mailer.store.close()


def _measure(mailer: Mailer, readers: int, due: int, rounds: int) -> None:
    name = mailer.store.engine.dialect.name
    print(f"{name}: {readers:,} readers, {due:,} of them due, median of {rounds}")
    ours, plain = [], []
    for _ in range(rounds):
        _begin_again(mailer, due)
        plain.append(due / _timed(lambda: _plain_rows(mailer)))
        _begin_again(mailer, due)
        ours.append(due / _timed(lambda: _planned(mailer, due)))
    looks = [_timed(lambda: _planned(mailer, 0)) for _ in range(LOOKS)]
    print(f"| plain INSERT ... SELECT | {statistics.median(plain):,.0f} rows/s |")
    print(f"| plan | {statistics.median(ours):,.0f} rows/s |")
    print(f"| nobody is due | {statistics.median(looks) * 1000:.1f} ms |")


def _begin_again(mailer: Mailer, due: int) -> None:
    """Empty the ledger, and make so many readers due."""
    now = datetime.now(UTC)
    one_in = text("id % :every = 0").bindparams(every=_every(mailer, due))
    with mailer.store.write() as tx:
        tx.connection.execute(delete(delivery))
        soon, later = now - timedelta(minutes=1), now + timedelta(days=1)
        again = {
            "watermark": 0,
            "next_slot": case((one_in, SLOT), else_="2026-11-25"),
            "next_due_at": case((one_in, literal(soon, INSTANT)), else_=literal(later, INSTANT)),
        }
        tx.connection.execute(update(subscription).values(again))
        tx.connection.execute(update(appointment).values(next_due_at=soon))
    with mailer.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as raw:
        if raw.dialect.name == "postgresql":
            raw.exec_driver_sql("VACUUM ANALYZE subscription")
            raw.exec_driver_sql("VACUUM ANALYZE delivery")
            raw.exec_driver_sql("CHECKPOINT")


def _every(mailer: Mailer, due: int) -> int:
    with mailer.store.read() as tx:
        return max(1, tx.subscribers.count() // due)


def _plain_rows(mailer: Mailer) -> None:
    """Insert rows like those of planning, in one statement that asks nothing."""
    now = datetime.now(UTC)
    rows = select(
        literal(3).label("lane"), subscription.c.newsletter_id,
        subscription.c.id.label("subscription_id"), subscription.c.next_slot.label("slot"),
        select(edition.c.id).scalar_subquery().label("edition_id"), literal(0).label("since"),
        literal("en").label("language"), literal("due").label("state"),
        literal(now, INSTANT).label("due_at"), literal(0).label("attempts"),
        literal(now, INSTANT).label("planned_at"),
    ).where(subscription.c.next_slot == SLOT)  # fmt: skip
    with mailer.store.write() as tx:
        tx.connection.execute(insert(delivery).from_select(rows.selected_columns.keys(), rows))


def _planned(mailer: Mailer, due: int) -> None:
    found = mailer.plan.due().planned
    if found != due:
        raise SystemExit(f"{found} planned, not {due}")


def _timed(act: Callable[[], None]) -> float:
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


@contextmanager
def _database(server: str | None) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="mailer-bench-") as name:
        folder = Path(name)
        if server is None:
            yield settings(f"sqlite:///{folder}/bench.db", folder, 9, connections=1, in_flight=1)
            return
        made = f"plan{uuid4().hex}"
        url = f"{server.rpartition('/')[0]}/{made}"
        engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"))
        _say(engine, f"CREATE DATABASE {made}")
        try:
            yield settings(url, folder, 9, connections=1, in_flight=1)
        finally:
            _say(engine, f"DROP DATABASE {made} WITH (FORCE)")
            engine.dispose()


def _say(engine: Engine, words: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(words)


if __name__ == "__main__":
    main()
