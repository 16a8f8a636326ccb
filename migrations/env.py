"""How Alembic runs: on the connection mailer.store.migrate hands in, in its transaction."""

from alembic import context
from sqlalchemy import Connection, text

from mailer.store.tables import metadata

LOCK = 7_203_110  # any number, always the same: two programs upgrading at once wait for each other


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_server_default=True,
        transactional_ddl=False,  # the transaction around us is the store's
    )
    context.run_migrations()


run()
