"""From whatever version a database is at to the one this program needs."""

from alembic import command
from alembic.config import Config

from mailer import resources
from mailer.errors import SchemaError
from mailer.store.database import Store
from mailer.store.version import Version, version


def upgrade(store: Store) -> Version:
    """Bring the database up to date, all steps in one transaction. Return what it was before.

    Raises SchemaError for one that a newer program made: there is no way down.
    """
    before = version(store)
    if before.found is not None and before.found > before.wanted:
        raise SchemaError(before.found, before.wanted, before.place)
    if not before.current:
        with store.write() as tx:
            config = _config()
            config.attributes["connection"] = tx.connection
            command.upgrade(config, "head")
    return before


def _config() -> Config:
    config = Config()
    config.set_main_option(
        "script_location", str(resources.folder("migrations")).replace("%", "%%")
    )
    config.set_main_option("path_separator", "os")
    return config
