"""A migrated database and the tables are the same thing said twice."""

import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from mailer import resources
from mailer.errors import SchemaError, StoreError
from mailer.store.database import Store
from mailer.store.migrate import upgrade
from mailer.store.tables import metadata
from mailer.store.version import require_current, version
from tests.fakes.postgres import PostgresServer

COLUMNS = """
    SELECT table_name, column_name, data_type, domain_name, character_maximum_length, is_nullable,
        column_default
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'alembic_version' ORDER BY 1, 2
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
    ORDER BY 1, 2
"""
INDEXES = """
    SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2
"""
SAMPLES = """
    SELECT attrelid::regclass::text, attname FROM pg_attribute
    WHERE attnum > 0 AND attstattarget = 0
    AND attrelid IN ('subscriber'::regclass, 'delivery'::regclass) ORDER BY 1, 2
"""
SQLITE = """
    SELECT type, name, sql FROM sqlite_master
    WHERE tbl_name NOT IN ('alembic_version', 'sqlite_sequence') AND sql IS NOT NULL ORDER BY 1, 2
"""


def schema(connection: Connection) -> list[tuple[str, ...]]:
    """Return all that the database says of itself, in an order of our own."""
    questions = (
        [SQLITE]
        if connection.dialect.name == "sqlite"
        else [COLUMNS, CONSTRAINTS, INDEXES, SAMPLES]
    )
    rows = [row for question in questions for row in connection.execute(text(question))]
    return [tuple(_plain(str(cell)) for cell in row) for row in rows]


def _plain(sql: str) -> str:
    """Drop what is layout alone: blanks, and the order of the lines inside CREATE TABLE."""
    lines = [re.sub(r"\s+", " ", line).strip(" ,\t") for line in sql.splitlines()]
    return " | ".join(sorted(line for line in lines if line))


def test_a_migrated_sqlite_database_equals_the_tables(tmp_path: Path) -> None:
    migrated = Store(f"sqlite:///{tmp_path}/migrated.db")
    made = Store(f"sqlite:///{tmp_path}/made.db")
    upgrade(migrated)
    metadata.create_all(made.engine)

    with migrated.read() as one, made.read() as other:
        assert schema(one.connection) == schema(other.connection)
    migrated.close()
    made.close()


@pytest.mark.postgres
def test_a_migrated_postgresql_database_equals_the_tables(postgres_server: PostgresServer) -> None:
    migrated = Store(postgres_server.new_database())
    made = Store(postgres_server.new_database())
    upgrade(migrated)
    metadata.create_all(made.engine)

    with migrated.read() as one, made.read() as other:
        assert schema(one.connection) == schema(other.connection)
    migrated.close()
    made.close()


def test_the_version_that_is_wanted_is_the_last_of_the_migrations(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/new.db")

    last = ScriptDirectory(str(resources.folder("migrations"))).get_current_head()

    assert version(store).wanted == last
    store.close()


def test_an_upgrade_done_twice_changes_nothing(both_stores: Store) -> None:
    before = version(both_stores)

    assert upgrade(both_stores) == before
    assert version(both_stores).current


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/new.db")

    with pytest.raises(SchemaError, match=r"nothing of mailer in .*new\.db") as caught:
        require_current(store)
    assert "`mailer db upgrade`" in str(caught.value.help)
    with pytest.raises(StoreError, match="no tables yet"), store.read() as tx:
        tx.newsletters.all()
    store.close()
