"""What a database keeps of rows that were erased: in dead rows, and in its write-ahead log."""

from contextlib import closing

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from mailer.store.erasure import HOLDING_PEOPLE

# Settings by which a server keeps parts of its log that it needs no more, and what says so.
KEEPING = {
    "wal_recycle": "wal_recycle is on: old parts are kept as they are until they are written over",
    "wal_keep_size": "wal_keep_size keeps old parts for replicas",
    "archive_mode": "archive_mode copies each part to an archive",
}
OFF = frozenset({"off", "0", "0MB"})
SLOTS = "replication slots keep old parts for replicas"


def let_go(engine: Engine, *, whole: bool) -> bool:
    """Let go of them; on PostgreSQL in the tables alone. False: another program looks at them."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as raw:
            cursor = raw.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, *_ = cursor.fetchone() or (1,)
            return not busy
    with engine.connect() as connection:
        vacuum = "VACUUM (FULL)" if whole else "VACUUM"
        _outside(connection).exec_driver_sql(f"{vacuum} {', '.join(HOLDING_PEOPLE)}")
        return True


def let_go_of_log(engine: Engine) -> list[str]:
    """End the part of PostgreSQL's log in which they stand, and have the server drop it.

    Return why it may be on the disk yet, for the server's administrator; nothing: it is gone. The
    log of SQLite went with the rest.
    """
    if engine.dialect.name == "sqlite":
        return []
    with engine.connect() as connection:
        outside = _outside(connection)
        try:
            outside.exec_driver_sql("SELECT pg_switch_wal()")
            outside.exec_driver_sql("CHECKPOINT")
        except DBAPIError:  # for administrators, until one grants it
            return [_not_allowed(outside), *_kept_by(outside)]
        return _kept_by(outside)


def _outside(connection: Connection) -> Connection:
    """Return the connection for what runs in no transaction."""
    return connection.execution_options(isolation_level="AUTOCOMMIT")


def _not_allowed(connection: Connection) -> str:
    role = connection.exec_driver_sql("SELECT quote_ident(current_user)").scalar_one()
    return (
        f"{role} may not end it: GRANT pg_checkpoint TO {role};"
        f" GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {role}"
    )


def _kept_by(connection: Connection) -> list[str]:
    """Return why the server keeps parts of its log that it needs no more."""
    rows = connection.exec_driver_sql("SELECT name, setting FROM pg_settings")
    found = {row.name: row.setting for row in rows}
    kept = [why for name, why in KEEPING.items() if found.get(name, "off") not in OFF]
    slots = connection.exec_driver_sql("SELECT count(*) FROM pg_replication_slots").scalar_one()
    return [*kept, SLOTS] if slots else kept
