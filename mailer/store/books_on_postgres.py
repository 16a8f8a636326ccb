"""A sender's books in PostgreSQL: a whole transaction is one round trip, and mostly one statement.

What a statement costs beyond its rows, in the driver and in the server, is as much as a dozen rows
cost. So the lease, what was taken with the same words and what is marked go together as long as
nothing else is to be written down; else in psycopg's pipeline.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    CTE,
    Engine,
    Executable,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
    true,
    update,
)

from mailer.delivery.model import DeliveryState, Job
from mailer.errors import StoreError
from mailer.store.books import Books, Transact, own_connection
from mailer.store.endings import SENT
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
NOT_WAITED_FOR = func.set_config("synchronous_commit", "off", true())  # in this transaction
NOBODY: Parameters = {
    "keys": [], "words": [], "relay_name": None, "code": None, "status": None, "at": None
}  # fmt: skip


class PostgresBooks(Books):
    """Asks a server; to be called from a thread that may wait."""

    waits = True

    def __init__(self, engine: Engine, sender_id: int) -> None:
        super().__init__(engine, sender_id)
        self._sent = self._endings[SENT[self._dialect.name]]
        self._settle = self._prepare(_settling())
        self._take_notices = self._prepare(_taking(NOTICES))
        self._take_digests = self._prepare(_taking(OF_EDITION))
        self._driver: Any = engine.dialect.loaded_dbapi
        self._kept: Connection | None = None

    def flush(self) -> None:
        """Do nothing: a commit that marks is waited for."""

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()

    def _transact(self, what: Transact) -> tuple[bool, list[Job]]:
        first, sent = what.statements, NOBODY
        if len(first) == 1 and first[0][0] is self._sent:
            sent, first = first[0][1], ()
        last = self._last(what, {**NOBODY, **sent, "until": what.lease_until})
        with self._connected() as connection:
            if not first:
                told = self._run(connection, *last)
            else:  # in their order: what is given back is what was not settled before
                with connection.pipeline(), connection.transaction():
                    for statement, given in first:
                        self._run(connection, statement, given)
                    told = self._run(connection, *last)
            rows = told.fetchall()
        taken = [] if what.source is None else [row[1:] for row in rows]
        return rows[0][0], [job(*row) for row in taken if row[0] is not None]

    def _last(self, what: Transact, given: Parameters) -> tuple[Prepared, Parameters]:
        """Return the statement that ends a transaction, and is mostly all of it."""
        mine = {**given, "mine": self._mine}
        if what.source is None:
            return self._settle, mine
        take = self._take_notices if what.source.edition_id is None else self._take_digests
        return take, {**mine, **what.wanted}

    def _rows(self, statement: Prepared, given: Parameters) -> Sequence[tuple[Any, ...]]:
        with self._connected() as connection:
            return self._run(connection, statement, given).fetchall()

    @contextmanager
    def _connected(self) -> "Iterator[Connection]":
        """Give the connection, a new one when it was lost; tell troubles plainly."""
        try:
            if self._kept is None or self._kept.closed:
                with told_plainly():
                    self._kept = cast("Connection", own_connection(self._engine))
                    self._kept.rollback()
                    self._kept.autocommit = True
                    self._kept.execute(BY_INDEX_ALONE)
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


def _renewed() -> CTE:
    """The sender with a longer lease; empty when it was declared dead.

    Nobody can end the sender from here until the transaction's end.
    """
    return RENEW.returning(sender.c.id).cte("renewed")


def _settling() -> Executable:
    """Return a statement that renews and settles, and tells whether the sender lives."""
    settled = SENT["postgresql"].cte("settled")
    lives = exists(select(_renewed().c.id))
    return select(lives.label("alive"), NOT_WAITED_FOR).add_cte(settled)


def _taking(query: Select[Any]) -> Executable:
    """Return one that also marks what the query finds, when the sender lives.

    A row more than it finds where it finds nothing: whether the sender lives is told in each.
    """
    settled = SENT["postgresql"].cte("settled")
    lives = exists(select(_renewed().c.id))
    found = locked(query.where(lives)).cte("found")
    becomes = case((found.c.wanted, DeliveryState.SENDING.value), else_=DeliveryState.CLAIMED.value)
    marked = (
        update(delivery)
        .where(delivery.c.id == found.c.id)
        .values(state=becomes, sender_id=bindparam("mine", type_=Id))
        .cte("marked")
    )
    always = select(lives.label("alive")).cte("always")
    return (
        select(always.c.alive, *found.c)
        .select_from(always.outerjoin(found, literal(True)))
        .add_cte(settled, marked)
    )


def _said(why: Exception) -> str:
    return str(why).strip().partition("\n")[0]
