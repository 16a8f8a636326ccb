"""Statements compiled once, for a driver's own connection.

SQLAlchemy takes several times as long to hand a small statement over as SQLite takes to run it. So
what runs hundreds of times a second is written with it like everything else, and compiled here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Dialect, Executable, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import replacement_traverse

Parameters = Mapping[str, object]


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


def prepare(statement: Executable, dialect: Dialect) -> Prepared:
    """Compile a statement for psycopg, or for SQLite with named parameters."""
    assert isinstance(statement, ClauseElement)  # noqa: S101 - every statement is one
    on_sqlite = dialect.name == "sqlite"
    spelled_out = replacement_traverse(statement, {}, _constant)
    assert isinstance(spelled_out, ClauseElement)  # noqa: S101 - as it was before
    compiled = spelled_out.compile(
        dialect=sqlite.dialect(paramstyle="named") if on_sqlite else dialect
    )
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - and no DDL
    fixed = {
        name: _plain(bind.value) for bind, name in compiled.bind_names.items() if not bind.required
    }
    return Prepared(str(compiled), fixed, on_sqlite)


def _constant(element: object, **_: object) -> ColumnElement[Any] | None:
    """Return what is the same each time as itself: SQLite plans only with what it can read.

    With a state as a parameter, finding 32 rows by their numbers takes half as long again.
    """
    if not isinstance(element, BindParameter) or element.required or element.expanding:
        return None
    value = _plain(element.value)
    if isinstance(value, str):
        return literal_column("'" + value.replace("'", "''") + "'", element.type)
    return literal_column(str(value), element.type) if isinstance(value, int) else None


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def as_sqlite_keeps_it(moment: datetime) -> str:
    """Return a time as the tables have it on SQLite: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
