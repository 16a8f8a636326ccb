"""SQLite's write-ahead log, brought to the disk beside the commits that fill it.

With `synchronous=NORMAL` a commit appends to the log and waits for no disk; the log's header and
every checkpoint are synced by SQLite itself (https://www.sqlite.org/wal.html, "Performance
Considerations"). One `fdatasync` of the log then makes all commits before it as durable as
`synchronous=FULL` makes each.
"""

import os
import sqlite3
from pathlib import Path
from threading import Lock

from mailer.store.troubles import told_plainly, unusable

CHECKPOINT_EVERY = 32  # flushes
LONG = 16_000_000  # octets


class WriteAheadLog:
    """The log of one database; any thread may flush it."""

    def __init__(self, database: str, connection: sqlite3.Connection) -> None:
        """`connection` is for checkpoints, and for nothing else."""
        self._path = Path(f"{database}-wal")
        self._connection = connection
        self._lock = Lock()
        self._file: int | None = None
        self._flushes = 0
        self._length = 0

    @property
    def is_long(self) -> bool:
        """Whether a checkpoint without writers beside it is worth its time: SQLite begins anew.

        Says so once for each look at the file.
        """
        found, self._length = self._length, 0
        return found > LONG

    def flush(self) -> None:
        """Return when every commit that is done is on the disk; raise StoreError."""
        with self._lock:
            try:
                if self._file is None:  # it stays the same one while a connection is open
                    self._file = os.open(self._path, os.O_RDWR)
                os.fdatasync(self._file)
            except OSError as why:
                raise unusable(f"disk I/O error: {why.strerror}") from why
            self._flushes += 1
            if self._flushes % CHECKPOINT_EVERY == 0:
                self._checkpoint()

    def close(self) -> None:
        """Let go of the file and of the connection."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None
            self._connection.close()

    def _checkpoint(self) -> None:
        with told_plainly():
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        self._length = self._path.stat().st_size
