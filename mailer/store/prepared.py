"""Statements compiled once, for a driver's own connection.

SQLAlchemy takes several times as long to hand a small statement over as SQLite takes to run it. So
what runs hundreds of times a second is written with it like everything else, and compiled here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Dialect, Executable, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import replacement_traverse

Parameters = Mapping[str, object]
NOTHING: Mapping[str, int | str] = MappingProxyType({})


class Prepared(NamedTuple):
    """A statement as its driver wants it."""

    text: str
    fixed: Parameters  # what stands in the statement itself
    times_are_text: bool  # SQLite knows no times

    def given(self, parameters: Parameters) -> dict[str, object]:
        """Return all parameters, as the driver wants them."""
        given = {**self.fixed, **parameters}
        if self.times_are_text:
            for name, value in parameters.items():
                if isinstance(value, datetime):
                    given[name] = as_sqlite_keeps_it(value)
        return given


def prepare(
    statement: Executable, dialect: Dialect, spelled_out: Mapping[str, int | str] = NOTHING
) -> Prepared:
    """Compile a statement for psycopg, or for SQLite with named parameters.

    `spelled_out` are parameters that stand in the text itself, like all that are the same each
    time: SQLite plans only with what it can read.
    """
    assert isinstance(statement, ClauseElement)  # noqa: S101 - every statement is one
    on_sqlite = dialect.name == "sqlite"

    def constant(element: object, **_: object) -> ColumnElement[Any] | None:
        if not isinstance(element, BindParameter) or element.expanding:
            return None
        if element.required and element.key not in spelled_out:
            return None
        return _literal(spelled_out.get(element.key, element.value), element)

    readable = replacement_traverse(statement, {}, constant)
    assert isinstance(readable, ClauseElement)  # noqa: S101 - as it was before
    compiled = readable.compile(
        dialect=sqlite.dialect(paramstyle="named") if on_sqlite else dialect
    )
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - and no DDL
    fixed = {
        name: _plain(bind.value) for bind, name in compiled.bind_names.items() if not bind.required
    }
    return Prepared(str(compiled), fixed, on_sqlite)


def _literal(value: object, bind: BindParameter[Any]) -> ColumnElement[Any] | None:
    """Return what is the same each time as itself.

    With a state as a parameter, finding 32 rows by their numbers takes half as long again.
    """
    value = _plain(value)
    if isinstance(value, str):
        return literal_column("'" + value.replace("'", "''") + "'", bind.type)
    return literal_column(str(value), bind.type) if isinstance(value, int) else None


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def as_sqlite_keeps_it(moment: datetime) -> str:
    """Return a time as the tables have it on SQLite: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
