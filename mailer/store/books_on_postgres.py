"""A sender's books in PostgreSQL: a whole transaction is one round trip (psycopg's pipeline)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Engine, Executable, Select, bindparam, case, select, update

from mailer.delivery.model import DeliveryState, Job
from mailer.errors import StoreError
from mailer.store.books import Books, Transact, own_connection
from mailer.store.prepared import Parameters, Prepared
from mailer.store.senders import RENEW
from mailer.store.tables import Id, delivery, sender
from mailer.store.taking import NOTICES, OF_EDITION, job, locked
from mailer.store.troubles import told_plainly, unusable

if TYPE_CHECKING:  # its driver is installed where PostgreSQL is used
    import psycopg

    Connection = psycopg.Connection[Any]
    Cursor = psycopg.Cursor[Any]

# All that is asked here is found by an index, in its order, whatever the figures of a table say:
# they are minutes old, and by them each group of a new list read and sorted all of its rows. And so
# one plan does for all parameters.
OTHER_WAYS = ("sort", "seqscan", "bitmapscan", "hashjoin", "mergejoin")
BY_INDEX_ALONE = "SET plan_cache_mode TO force_generic_plan" + "".join(
    f"; SET enable_{way} TO off" for way in OTHER_WAYS
)
# What only settles is not waited for: it survives the end of this process, and a power cut from
# the next commit on that is.
NOT_WAITED_FOR = "SET LOCAL synchronous_commit TO off"


class PostgresBooks(Books):
    """Asks a server; to be called from a thread that may wait."""

    waits = True

    def __init__(self, engine: Engine, sender_id: int) -> None:
        super().__init__(engine, sender_id)
        self._notices_in = self._prepare(_marking(NOTICES))
        self._digests_in = self._prepare(_marking(OF_EDITION))
        self._renew = self._prepare(RENEW)
        self._driver: Any = engine.dialect.loaded_dbapi
        self._kept: Connection | None = None

    def flush(self) -> None:
        """Do nothing: a commit that marks is waited for."""

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()

    def _transact(self, what: Transact) -> tuple[bool, list[Job]]:
        with self._connected() as connection:
            with connection.pipeline():
                renewed = self._run(
                    connection, self._renew, {"mine": self._mine, "until": what.lease_until}
                )
                for statement, given in what.statements:
                    self._run(connection, statement, given)
                taken = None
                if what.source is not None:
                    query = self._notices_in if what.source.edition_id is None else self._digests_in
                    taken = self._run(connection, query, {**what.wanted, "mine": self._mine})
                else:
                    connection.execute(NOT_WAITED_FOR)
                connection.commit()
            jobs = [] if taken is None else [job(*row) for row in taken.fetchall()]
            return renewed.rowcount == 1, jobs

    def _rows(self, statement: Prepared, given: Parameters) -> Sequence[tuple[Any, ...]]:
        with self._connected() as connection:
            rows = self._run(connection, statement, given).fetchall()
            connection.rollback()
            return rows

    @contextmanager
    def _connected(self) -> "Iterator[Connection]":
        """Give the connection, a new one when it was lost; tell troubles plainly."""
        try:
            if self._kept is None or self._kept.closed:
                with told_plainly():
                    self._kept = cast("Connection", own_connection(self._engine))
                    self._kept.execute(BY_INDEX_ALONE)
                    self._kept.commit()
            yield self._kept
        except self._driver.Error as why:  # the driver's own, of a server that is not there, too
            self.close()
            if isinstance(why, self._driver.OperationalError):
                raise unusable(_said(why)) from why
            raise StoreError(f"the database failed: {_said(why)}") from why

    @staticmethod
    def _run(connection: "Connection", statement: Prepared, given: Parameters) -> "Cursor":
        text: Any = statement.text  # made by SQLAlchemy, of nothing that anybody typed
        return connection.execute(text, statement.given(given))


def _marking(query: Select[Any]) -> Executable:
    """Return a query that marks what it finds, when the sender lives.

    The transaction has renewed the lease before: nobody can end the sender until it commits.
    """
    lives = select(sender.c.ended.is_(False)).where(sender.c.id == bindparam("mine", type_=Id))
    found = locked(query.where(lives.scalar_subquery())).cte("found")
    becomes = case((found.c.wanted, DeliveryState.SENDING.value), else_=DeliveryState.CLAIMED.value)
    marked = (
        update(delivery)
        .where(delivery.c.id == found.c.id)
        .values(state=becomes, sender_id=bindparam("mine", type_=Id))
        .cte("marked")
    )
    return select(*found.c).add_cte(marked)


def _said(why: Exception) -> str:
    return str(why).strip().partition("\n")[0]
