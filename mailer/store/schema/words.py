"""The type of a column that has one of a few words.

Migrations use it, those of long ago too: what it makes of its parameters stays as it is.
"""

from sqlalchemy import String
from sqlalchemy.types import UserDefinedType

LONGEST = 32  # characters


class Domain(UserDefinedType[str]):
    """What PostgreSQL calls a type of its own making."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: object) -> str:
        return self.name


def one_of(domain: str) -> String:
    """Return a text that on PostgreSQL is of a domain.

    There a CHECK of a table is parsed anew in each statement that changes a row, and for a few
    rows that takes longer than to write them; a domain's is parsed once a connection. SQLite has
    no domains: a CHECK stands beside the column.
    """
    return String(LONGEST).with_variant(Domain(domain), "postgresql")


def create_domain(name: str, known: str) -> str:
    """Return the statement that makes a domain; `known` are its words as SQL lists them."""
    return (
        f"CREATE DOMAIN {name} AS VARCHAR({LONGEST})"
        f" CONSTRAINT {name}_known CHECK (VALUE IN {known})"
    )
