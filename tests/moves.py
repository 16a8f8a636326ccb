"""Rows move only as the tables of moves say: each database that a test is given refuses all else.

So whatever statement a test comes to, by whichever door, is compared with the table.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from sqlalchemy import text

from mailer.delivery.model import DELIVERY_MOVES
from mailer.editions.model import EDITION_MOVES
from mailer.store.database import Store
from mailer.subscribers.model import MOVES

MOVES_OF: Mapping[str, Iterable[tuple[StrEnum, frozenset[StrEnum]]]] = {
    "delivery": [*DELIVERY_MOVES.items()],
    "subscription": [*MOVES.items()],
    "edition": [*EDITION_MOVES.items()],
}
REFUSING: Mapping[str, str] = {
    "sqlite": """
CREATE TRIGGER {table}_moves BEFORE UPDATE OF state ON {table}
WHEN OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN ({moves})
BEGIN SELECT RAISE(ABORT, 'no row of {table} moves so'); END
""",
    "postgresql": """
CREATE FUNCTION {table}_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE 'no row of {table} moves from % to %', OLD.state, NEW.state; END $$;
CREATE TRIGGER {table}_moves BEFORE UPDATE OF state ON {table} FOR EACH ROW
WHEN (OLD.state <> NEW.state AND OLD.state || ' ' || NEW.state NOT IN ({moves}))
EXECUTE FUNCTION {table}_moves()
""",
}


def refuse_all_else(store: Store) -> None:
    """Let a database refuse every move that is not in its table."""
    with store.write() as tx:
        for table, moves in MOVES_OF.items():
            allowed = sorted(f"'{old} {new}'" for old, to in moves for new in to)
            statement = REFUSING[store.engine.dialect.name]
            tx.connection.execute(text(statement.format(table=table, moves=", ".join(allowed))))
