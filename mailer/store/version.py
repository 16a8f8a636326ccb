"""At which version a database is, beside the one that this program needs.

Every command asks this first, and every look at the program's health; what changes a version is in
`migrate`, which loads Alembic.
"""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, column, inspect, select, table

from mailer import resources
from mailer.errors import SchemaError
from mailer.store.database import Store

KEPT_IN = "alembic_version"  # Alembic's own table, with one row


@dataclass(frozen=True, slots=True)
class Version:
    """Where a database stands, and where it should."""

    found: str | None  # None: no tables yet
    wanted: str
    place: str  # of the database, for people

    @property
    def current(self) -> bool:
        return self.found == self.wanted


def version(store: Store) -> Version:
    """Return the database's version beside the program's."""
    if store.is_missing:  # a look makes no file: it may be that only its name is wrong
        return Version(None, _wanted(), store.place)
    with store.read() as tx:
        return Version(_found(tx.connection), _wanted(), store.place)


def require_current(store: Store) -> None:
    """Raise SchemaError unless the database is at this program's version."""
    state = version(store)
    if not state.current:
        raise SchemaError(state.found, state.wanted, state.place)


def _found(connection: Connection) -> str | None:
    if not inspect(connection).has_table(KEPT_IN):
        return None
    found: str | None = connection.scalar(select(column("version_num")).select_from(table(KEPT_IN)))
    return found


@cache
def _wanted() -> str:
    """Return the newest migration's version, which its file's name begins with."""
    folder = resources.folder("migrations") / "versions"
    return max(file.name.partition("_")[0] for file in folder.glob("[0-9]*_*.py"))
