"""Many rows in one statement.

PostgreSQL's driver runs an INSERT once for each row, and thirty small statements take both of them
several times as long as one: so there the rows come as one JSON text. SQLite runs in our own
process, and takes thirty as quickly as one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import Table
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine


def recordset(columns: Mapping[str, TypeEngine[Any]]) -> TableValuedAlias:
    """Return the rows of one parameter, `rows`, as PostgreSQL reads them (`as_json`)."""
    rows = cast(bindparam("rows", type_=Text), JSON)
    named = [column(name, kind) for name, kind in columns.items()]
    given = func.json_to_recordset(rows).table_valued(*named, name="given")
    return given.render_derived(with_types=True)


def inserts(
    table: Table, columns: Sequence[str], same: Sequence[str] = ()
) -> "Mapping[str, sqlite.Insert | postgresql.Insert]":
    """Return an INSERT of rows with these columns, by dialect; `Aggregate._put` runs it.

    `same` are those that are given once, for all rows.
    """
    given = recordset({name: table.c[name].type for name in columns})
    values = [
        *(given.c[name] for name in columns),
        *(bindparam(name, type_=table.c[name].type) for name in same),
    ]
    return {
        "sqlite": sqlite.Insert(table),
        "postgresql": postgresql.Insert(table).from_select(
            [*columns, *same], select(*values), include_defaults=False
        ),
    }


def as_json(rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows as one text; times are written as ISO 8601 has them."""
    return _ENCODER.encode(list(rows))


def _as_text(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a row")


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=_as_text)
