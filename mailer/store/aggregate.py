"""What every aggregate of the store has: the transaction's connection."""

import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    Dialect,
    Executable,
    RowMapping,
    Select,
    Text,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import Table

from mailer.store.many_rows import as_json


class Aggregate:
    """The rows of one kind, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def _dialect(self) -> Dialect:
        return self._connection.dialect

    def _run(
        self, statement: Executable, values: Sequence[Mapping[str, object]] | None = None
    ) -> CursorResult[tuple[object, ...]]:
        """Execute, once for each of `values` when there are any."""
        if values is None:
            return self._connection.execute(statement)
        return self._connection.execute(statement, [dict(row) for row in values])

    def _put(
        self, statement: Executable, rows: Sequence[Mapping[str, object]], **same: object
    ) -> None:
        """Execute one of `many_rows.inserts` for all these rows; `same` goes into each of them."""
        if not rows:
            return
        if self._dialect.name == "sqlite":
            self._run(statement, [{**row, **same} for row in rows])
        else:
            self._connection.execute(statement, {"rows": as_json(rows), **same})

    def _one(self, statement: Executable) -> RowMapping | None:
        """Return the first row, or None."""
        return self._connection.execute(statement).mappings().first()

    def _all(self, statement: Executable) -> Sequence[RowMapping]:
        return self._connection.execute(statement).mappings().all()

    def _count(self, statement: Executable) -> int:
        """Return the number that is the statement's only answer."""
        return int(self._connection.execute(statement).scalar_one())

    def _inserted(self, statement: sqlite.Insert | postgresql.Insert, table: Table) -> int:
        """Execute an INSERT that may find rows there already; return how many are new.

        Counted by RETURNING: not every driver knows how many rows an INSERT came to.
        """
        return len(self._connection.execute(statement.returning(table.c.id)).all())

    def _insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """Return an INSERT that knows ON CONFLICT: both engines write it alike, in two classes."""
        return INSERT[self._dialect.name](table)

    def _each(self, keys: Iterable[int]) -> Select[tuple[int]]:
        """Return a SELECT of these numbers: one parameter, and one statement for any number."""
        return EACH[self._dialect.name].params(keys=self._listed(keys))

    def _listed(self, keys: Iterable[int] | Iterable[str]) -> object:
        return listed(self._dialect.name, keys)


def listed(dialect: str, keys: Iterable[int] | Iterable[str]) -> object:
    """Return numbers or words as the parameter that `EACH` or `EACH_WORD` wants."""
    return json.dumps(list(keys)) if dialect == "sqlite" else list(keys)


# Numbers from one parameter named `keys`, by dialect. Statements that are run many times a second
# are built once, with these in them: building one costs more than running it.
EACH: Mapping[str, Select[tuple[int]]] = {
    "sqlite": select(
        cast(
            func.json_each(bindparam("keys", type_=Text)).table_valued("value").c.value, BigInteger
        )
    ),
    "postgresql": select(func.unnest(bindparam("keys", type_=postgresql.ARRAY(BigInteger)))),
}
# The same for words, from one parameter named `words`.
EACH_WORD: Mapping[str, Select[tuple[str]]] = {
    "sqlite": select(
        cast(func.json_each(bindparam("words", type_=Text)).table_valued("value").c.value, Text)
    ),
    "postgresql": select(func.unnest(bindparam("words", type_=postgresql.ARRAY(Text)))),
}
INSERT: Mapping[str, "type[sqlite.Insert] | type[postgresql.Insert]"] = {
    "sqlite": sqlite.Insert,
    "postgresql": postgresql.Insert,
}
