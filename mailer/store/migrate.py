"""From whatever version a database is at to the one this program needs."""

from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from mailer import resources
from mailer.errors import SchemaError
from mailer.store.database import Store


@dataclass(frozen=True, slots=True)
class Version:
    """Where a database stands, and where it should."""

    found: str | None  # None: no tables yet
    wanted: str

    @property
    def current(self) -> bool:
        return self.found == self.wanted


def version(store: Store) -> Version:
    """Return the database's version beside the program's."""
    with store.read() as tx:
        found = MigrationContext.configure(tx.connection).get_current_revision()
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    return Version(found, str(wanted))


def upgrade(store: Store) -> Version:
    """Bring the database up to date, all steps in one transaction. Return what it was before."""
    before = version(store)
    if not before.current:
        with store.write() as tx:
            config = _config()
            config.attributes["connection"] = tx.connection
            command.upgrade(config, "head")
    return before


def require_current(store: Store) -> None:
    """Raise SchemaError unless the database is at this program's version."""
    state = version(store)
    if not state.current:
        raise SchemaError(state.found, state.wanted)


def _config() -> Config:
    config = Config()
    config.set_main_option(
        "script_location", str(resources.folder("migrations")).replace("%", "%%")
    )
    config.set_main_option("path_separator", "os")
    return config
