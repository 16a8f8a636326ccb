"""What every table has: its numbers, and how a database names its constraints."""

from enum import StrEnum
from functools import cache

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    event,
    text,
)
from sqlalchemy.schema import SchemaItem

from mailer.store.schema.words import create_domain, one_of

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by INTEGER alone


def key() -> Column[int]:
    return Column("id", Id, primary_key=True)


def ref(table: str, *, nullable: bool = False) -> Column[int]:
    return Column(f"{table}_id", Id, ForeignKey(f"{table}.id"), nullable=nullable)


def word(
    words: type[StrEnum],
    domain: str,
    name: str,
    *,
    nullable: bool = False,
    primary_key: bool = False,
) -> tuple[Column[str], CheckConstraint]:
    """Return a column of words, and what keeps others out of it where no domain does."""
    known = f"({', '.join(repr(one.value) for one in words)})"
    _make_domain(domain, known)
    return (
        Column(name, one_of(domain), nullable=nullable, primary_key=primary_key),
        CheckConstraint(f"{name} IN {known}", name=f"{name}_known").ddl_if(dialect="sqlite"),
    )


@cache  # several columns may be of one domain
def _make_domain(name: str, known: str) -> None:
    _also(metadata, "before_create", create_domain(name, known))


def partial_index(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


def numbered(name: str, *parts: SchemaItem) -> Table:
    """Return a table whose rows have numbers."""
    # AUTOINCREMENT: an id that once stood in a Message-ID is never given to another row.
    return Table(name, metadata, *parts, sqlite_autoincrement=True)


def on_postgres(table: Table, statement: str) -> None:
    """Have PostgreSQL told something more of a table when it is made."""
    _also(table, "after_create", statement)


def _also(made: MetaData | Table, when: str, statement: str) -> None:
    more = DDL(statement)  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
    event.listen(made, when, more.execute_if(dialect="postgresql"))
