"""The database's version, on both engines."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Operator
from tests.fakes.postgres import PostgresServer


@pytest.fixture
def empty_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)


def test_an_empty_database_gets_its_tables(anywhere: Operator) -> None:
    before = anywhere("db", "status")
    told = anywhere.does("db", "upgrade")
    after = anywhere.json("db", "status")

    assert (before.code, "there is nothing of mailer in" in before.out) == (1, True)
    assert told.out.startswith("The database went from version none to ")
    assert after["current"] is True
    assert after["found"] == after["wanted"]


def test_upgrading_again_changes_nothing(mailer: Operator) -> None:
    told = mailer.does("db", "upgrade")

    assert "already" in told.out
    assert "as it should be" in mailer.does("db", "status").out


def test_a_database_of_a_newer_program_is_not_touched(mailer: Operator) -> None:
    with sqlite3.connect(mailer.config.with_name("mailer.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    told = mailer("newsletters", "list")

    assert told.code == 1
    assert "version 9999" in told.err
    assert "install the newer program again" in told.err
    again = mailer("db", "upgrade")
    assert (again.code, again.err) == (1, told.err)


def test_a_look_at_a_database_that_is_not_there_makes_none(anywhere: Operator) -> None:
    told = anywhere("subscribers", "list")

    file = anywhere.config.with_name("mailer.db")
    assert (told.code, file.exists()) == (1, False)
    assert str(file) in told.err


def test_nobody_else_on_the_machine_can_read_a_new_database(
    anywhere: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = anywhere.config.with_name("kept")
    monkeypatch.setenv("MAILER_SITE__DATA_DIR", "kept")

    anywhere.does("db", "upgrade")

    modes = {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in (folder, *folder.iterdir())}
    assert modes == {0}


def test_a_backup_made_beside_a_writer_is_whole_and_its_owner_s_alone(
    mailer: Operator, brief: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy.db"
    mailer.does("subscribers", "add", "ada@example.org", "--newsletter", brief)
    with closing(sqlite3.connect(mailer.config.with_name("mailer.db"))) as writer:
        writer.execute("UPDATE newsletter SET name = 'not kept yet'")
        mailer.does("db", "backup", copy)
    again = mailer("db", "backup", copy)

    monkeypatch.setenv("MAILER_DATABASE__URL", f"sqlite:///{copy}")
    assert (again.code, stat.S_IMODE(copy.stat().st_mode)) == (2, 0o600)
    assert [row["address"] for row in mailer.json("subscribers", "list")] == ["ada@example.org"]
    assert mailer.json("newsletters", "show", brief)["name"] == "The Harbour Brief"


@pytest.mark.postgres
def test_for_a_backup_of_postgresql_its_own_program_is_named(
    anywhere: Operator, postgres_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MAILER_DATABASE__URL", postgres_url)

    told = anywhere("db", "backup", tmp_path / "copy.dump")

    assert told.code == 2
    assert "pg_dump --format=custom" in told.err


def test_what_was_erased_is_let_go_of_once_nobody_looks_at_it(
    mailer: Operator, brief: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = mailer.config.with_name("mailer.db")
    monkeypatch.setenv("MAILER_DATABASE__URL", f"sqlite:///{file}?timeout=0.01")
    mailer.does("subscribers", "add", "ada@example.org", "--newsletter", brief)
    with closing(sqlite3.connect(file, isolation_level=None)) as backup:
        backup.execute("BEGIN")
        backup.execute("SELECT count(*) FROM subscriber").fetchone()
        erased = mailer.does("subscribers", "erase", "ada@example.org", "--yes")
        busy = mailer("db", "scrub")

    assert "`mailer db scrub`" in erased.err
    assert busy.code == 3
    assert mailer.does("db", "scrub").out.startswith("Nothing of what was erased is left")
    assert mailer.json("subscribers", "list") == []


@pytest.mark.postgres
def test_a_postgresql_database_by_its_address(
    anywhere: Operator, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DATABASE__URL", empty_postgres)

    anywhere.does("db", "upgrade")

    assert anywhere.json("db", "status")["current"] is True
    assert anywhere.json("newsletters", "list") == []


def test_a_database_server_that_is_away_is_a_trouble_that_may_pass(
    anywhere: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DATABASE__URL", "postgresql://ada:secret@127.0.0.1:9/mailer")

    told = anywhere("db", "status")

    assert told.code == 3
    assert "secret" not in told.err


def test_an_address_that_is_no_database_s_is_told_without_its_password(
    anywhere: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DATABASE__URL", "postgresql://ada:secret@db.example.org:port/mailer")

    told = anywhere("db", "status")

    assert "database.url is not a database address" in told.err
    assert "secret" not in told.err


@pytest.mark.postgres
def test_a_locked_table_is_told_as_one(
    anywhere: Operator, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DATABASE__URL", postgres_url)
    with psycopg.connect(postgres_url) as backup:
        backup.execute("LOCK TABLE newsletter IN ACCESS EXCLUSIVE MODE")
        told = anywhere("newsletters", "list")

    assert told.code == 3
    assert "the database is locked by another program" in told.err
