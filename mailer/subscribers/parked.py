"""Leavings that the database could not take, on the disk until it can.

A receiver presses once (RFC 8058) and asks nobody again: to answer that it did not work would be to
go on mailing somebody who has left.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from mailer.subscribers.model import Way


@dataclass(frozen=True, slots=True)
class Parked:
    """One leaving: the link it was pressed behind holds a number and no address."""

    at: datetime
    way: Way
    token: str


class ParkedLeavings:
    """The file, shared by the web server and the scheduler of one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, one: Parked) -> None:
        """Write a leaving down; it is on the disk when this returns. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._opened() as file:
            file.seek(0, os.SEEK_END)
            # Its line begins anew, whatever a full disk or a power cut left of the one before.
            file.write(f"\n{one.at.isoformat()} {one.way} {one.token}\n".encode())
            _to_disk(file)

    def each(self, do: Callable[[Parked], None]) -> int:
        """Do something with each and forget them; return how many. When it raises, all stay.

        A line that does not hold a whole one was told to nobody as done, and is left out.
        """
        if not self._path.exists():
            return 0
        with self._opened() as file:
            lines = file.read().decode(errors="replace").split("\n")
            found = [one for one in map(_parked, lines) if one is not None]
            for one in found:
                do(one)
            file.truncate(0)
            _to_disk(file)
            return len(found)

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        number = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(number, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # let go of when it is closed
            yield file


def _parked(line: str) -> Parked | None:
    try:
        at, way, token = line.split(" ")
        return Parked(datetime.fromisoformat(at), Way(way), token)
    except ValueError:
        return None


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
