"""Signups that come at the same moment are written in one transaction.

A commit waits for the disk, SQLite has one writer, and a statement costs more than a row: thirty
transactions one after the other take ten times as long as one. Whoever comes first writes for all
who wait, and nobody is answered before their own row is on the disk.

Whoever comes first also lets those in who are about to: reading a request and writing it take the
interpreter about as long, so the writer would find nobody else, however many are on their way.

How long writing takes depends on what was known of an address. Who comes alone is therefore
answered at a stroke, like a clock's: whatever took less than that looks alike. In a crowd the
others' writing hides it, and there waiting would cost more than it hides.
"""

import time
from collections.abc import Sequence
from threading import Lock

from mailer.subscribers.model import Answer, Ask
from mailer.subscribers.signup import Signup

CROWD = 4
NAP = 0.001  # seconds: whoever comes first goes on waiting while one comes in each of them
LONGEST = 0.04  # seconds that they wait at most: less than a stroke, so it keeps nobody longer


def until_stroke(passed: float, stroke: float) -> float:
    """Return the seconds that are left until the next stroke."""
    return stroke - passed % stroke


class _Waiting:
    """One who waits, and what became of it."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.outcome: Answer | Exception | None = None
        self.company = 1  # how many were written together
        self.since = time.monotonic()
        self.called = Lock()  # held until there is an outcome, or it is this one's turn to write
        self.called.acquire()


class Together:
    """What the threads of a web server share.

    A lock gives no turns: whoever has their outcome would wait for it behind those who write the
    next ones. So each is called by name, and one of those who came meanwhile to write for all.
    """

    def __init__(self, signup: Signup, stroke: float) -> None:
        """Take the seconds between two strokes; 0: answer at once."""
        self._signup = signup
        self._stroke = stroke
        self._state = Lock()  # guards the two below, and is never held for long
        self._queue: list[_Waiting] = []
        self._is_writing = False

    def subscribe(self, ask: Ask) -> Answer:
        """Do as `Signup.subscribe` does; raise what it raises."""
        mine = _Waiting(ask)
        with self._state:
            self._queue.append(mine)
            must_wait, self._is_writing = self._is_writing, True
        if must_wait:
            mine.called.acquire()
        if mine.outcome is None:
            self._gather()
            self._write()
        if self._stroke and mine.company < CROWD:
            time.sleep(until_stroke(time.monotonic() - mine.since, self._stroke))
        assert mine.outcome is not None  # noqa: S101 - whoever is called has it, or wrote it
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return mine.outcome

    def _gather(self) -> None:
        """Let those in who are on their way."""
        until = time.monotonic() + min(LONGEST, self._stroke)
        came = 0
        while came < len(self._queue) and time.monotonic() < until:
            came = len(self._queue)
            time.sleep(NAP)

    def _write(self) -> None:
        """Write for all who wait, and call them; and one of those who came meanwhile."""
        with self._state:
            waiting, self._queue = self._queue, []
        self._settle(waiting)
        with self._state:
            self._is_writing = bool(self._queue)
            waiting += self._queue[:1]
        for one in reversed(waiting):
            one.called.release()

    def _settle(self, waiting: Sequence[_Waiting]) -> None:
        outcomes: Sequence[Answer | Exception]
        try:
            outcomes = self._signup.subscribe_all([one.ask for one in waiting])
        except Exception as why:  # noqa: BLE001 - nothing was kept of any of them: each is told
            outcomes = [why] * len(waiting)
        for one, outcome in zip(waiting, outcomes, strict=True):
            one.outcome, one.company = outcome, len(waiting)
