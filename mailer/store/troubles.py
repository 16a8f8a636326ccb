"""The databases' troubles told as ours: what happened, and whether waiting helps."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from mailer.errors import StoreError


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn the errors of SQLAlchemy and of SQLite's driver into StoreError."""
    try:
        yield
    except (IntegrityError, sqlite3.IntegrityError) as why:
        # Without its cause: PostgreSQL's says what was in the row, and that comes into logs.
        raise StoreError(f"the database refused a row: {_said(why)}") from None
    except (OperationalError, sqlite3.OperationalError) as why:
        raise unusable(_said(why)) from why
    except (DBAPIError, sqlite3.Error) as why:
        raise _failed(_said(why)) from why


def unusable(said: str) -> StoreError:
    """Return what a database that cannot be used comes to."""
    if "database is locked" in said or "lock timeout" in said:
        return StoreError(
            "the database is locked by another program",
            temporary=True,
            help="is a backup, an upgrade or another mailer at work on it? Try again",
        )
    if "disk is full" in said or "disk I/O error" in said or "No space left" in said:
        return StoreError(
            f"the disk under the database is full or failing ({said})",
            temporary=True,
            help="what was being written was not kept; make room and try again",
        )
    if "readonly database" in said or "unable to open database file" in said:
        return StoreError(
            f"the database's file cannot be used by this user ({said})",
            temporary=True,
            help="whoever runs mailer must own it and its folder; which they are, says"
            " `mailer db status`",
        )
    if "no such table" in said:
        return StoreError("the database has no tables yet", help="run `mailer db upgrade`")
    return StoreError(
        f"the database cannot be used: {said}",
        temporary=True,
        help="does it run, and does [database] url name it?",
    )


def _failed(said: str) -> StoreError:
    if "not a database" in said or "malformed" in said:
        return StoreError(
            f"the database cannot be read: its file is another's, or damaged ({said})",
            help="do [database] url and [site] data_dir name the right one? If so, take a backup",
        )
    return StoreError(f"the database failed: {said}")


def _said(why: Exception) -> str:
    text = str(why.orig if isinstance(why, DBAPIError) else why)
    return text.strip().partition("\n")[0]
