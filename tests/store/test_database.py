"""Transactions, and the database's troubles told plainly."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Thread
from traceback import format_exception

import pytest
from sqlalchemy import text

from mailer.errors import Conflict, StoreError
from mailer.store.database import Store
from tests.conftest import a_newsletter, add_newsletter


def test_a_transaction_that_fails_leaves_nothing(both_stores: Store) -> None:
    def add_two_and_fail(slugs: list[str]) -> None:
        with both_stores.write() as tx:
            for slug in slugs:
                tx.newsletters.add(a_newsletter(slug))

    with pytest.raises(Conflict):
        add_two_and_fail(["one", "two", "one"])

    with both_stores.read() as tx:
        assert tx.newsletters.all() == []


def test_a_reader_sees_one_moment_while_others_write(both_stores: Store) -> None:
    with both_stores.read() as reader:
        assert reader.newsletters.all() == []
        writer = Thread(target=add_newsletter, args=(both_stores,))
        writer.start()
        writer.join()
        assert reader.newsletters.all() == []


def test_the_database_refuses_what_no_table_may_hold(both_stores: Store) -> None:
    with pytest.raises(StoreError, match="refused a row"), both_stores.write() as tx:
        tx.connection.execute(
            text(
                "INSERT INTO feed (url, title, state, next_look_at)"
                " VALUES ('u', 't', 'asleep', '2026-11-24')"
            )
        )


def test_a_refused_row_brings_no_address_into_a_log(both_stores: Store) -> None:
    twice = text(
        "INSERT INTO subscriber (address, address_key, address_hash, created_at)"
        " VALUES ('ada@example.org', 'ada@example.org', 'x', '2026-11-24'),"
        " ('ADA@example.org', 'ada@example.org', 'x', '2026-11-24')"
    )

    with pytest.raises(StoreError, match="refused a row") as caught, both_stores.write() as tx:
        tx.connection.execute(twice)

    assert "ada@" not in "".join(format_exception(caught.value))


def test_a_row_may_not_point_to_nothing(both_stores: Store) -> None:
    with pytest.raises(StoreError, match="refused a row"), both_stores.write() as tx:
        tx.newsletters.add_source(99, feed_id=99, section="World")


def test_a_locked_database_is_told_and_worth_another_try(sqlite_url: str) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = Store(f"{sqlite_url}?timeout=0.01")

    with pytest.raises(StoreError, match="locked by another program") as caught:
        add_newsletter(store)

    assert caught.value.temporary
    other.execute("ROLLBACK")
    other.close()
    assert add_newsletter(store).slug == "brief"
    store.close()


FILL_THE_DISK = """
import resource, signal, sys
from mailer.errors import StoreError
from mailer.store.database import Store
from tests.conftest import a_newsletter, add_newsletter

sys.dont_write_bytecode = True  # half a file of it would be read by the next program
store = Store(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # the disk ends here
kept = 0
try:
    while kept < 1000:
        add_newsletter(store, f"n{kept}", description="x" * 5000)
        kept += 1
except StoreError as why:
    print(kept, why.temporary, why)
"""


def test_a_full_disk_is_told_and_nothing_is_half_done(sqlite_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, sqlite_url],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    kept, temporary, message = done.stdout.strip().split(" ", 2)
    assert (temporary, "the disk under the database is full" in message) == ("True", True)
    store = Store(sqlite_url)
    with store.read() as tx:
        assert len(tx.newsletters.all()) == int(kept)
    assert add_newsletter(store, "after").slug == "after"
    store.close()


def test_a_file_that_is_no_database_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "mailer.db").write_text("# Settings of this installation, copied over it\n" * 99)
    store = Store(f"sqlite:///{tmp_path}/mailer.db")

    with pytest.raises(StoreError, match="cannot be read") as caught, store.read():
        pass

    assert (caught.value.temporary, "backup" in str(caught.value.help)) == (False, True)
    store.close()


@pytest.mark.postgres
def test_a_server_that_is_away_is_told_and_worth_another_try() -> None:
    store = Store("postgresql://nobody@127.0.0.1:1/nothing")

    with pytest.raises(StoreError, match="cannot be used") as caught, store.read():
        pass

    assert caught.value.temporary


@pytest.mark.parametrize(
    "url",
    ["mysql://h/d", "nonsense", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg:/x:y:z"],
)
def test_an_address_that_is_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match=r"database\.url"):
        Store(url)
