"""The database's version, on both engines."""

import sqlite3
from collections.abc import Iterator

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

    assert (before.code, "version none" in before.out) == (1, True)
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
    assert mailer.config.with_name("mailer.db").exists()
    assert mailer("db", "upgrade").code == 1


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
