"""Signups that come at the same moment are written in one transaction.

A commit waits for the disk, and SQLite has one writer: thirty commits one after the other take
thirty times as long as one. Whoever comes first writes for all who wait, and nobody is answered
before their own row is on the disk.

How long writing takes depends on what was known of an address. Who comes alone is therefore
answered at a stroke, like a clock's: whatever took less than that looks alike. In a crowd the
others' writing hides it, and there waiting would cost more than it hides.
"""

import time
from collections import deque
from threading import Lock

from mailer.subscribers.model import Answer, Ask
from mailer.subscribers.signup import Signup

CROWD = 4


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


class Together:
    """What the threads of a web server share."""

    def __init__(self, signup: Signup, stroke: float) -> None:
        """Take the seconds between two strokes; 0: answer at once."""
        self._signup = signup
        self._stroke = stroke
        self._queue: deque[_Waiting] = deque()  # its append and popleft need no lock
        self._writing = Lock()

    def subscribe(self, ask: Ask) -> Answer:
        """Do as `Signup.subscribe` does; raise what it raises."""
        mine = _Waiting(ask)
        self._queue.append(mine)
        with self._writing:
            if mine.outcome is None:
                self._write()
        if self._stroke and mine.company < CROWD:
            time.sleep(until_stroke(time.monotonic() - mine.since, self._stroke))
        assert mine.outcome is not None  # noqa: S101 - it was in the queue, or written by another
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return mine.outcome

    def _write(self) -> None:
        waiting = []
        while self._queue:
            waiting.append(self._queue.popleft())
        for one in waiting:
            one.company = len(waiting)
        try:
            outcomes = self._signup.subscribe_all([one.ask for one in waiting])
        except Exception as why:  # noqa: BLE001 - nothing was kept of any of them: each is told
            for one in waiting:
                one.outcome = why
            return
        for one, outcome in zip(waiting, outcomes, strict=True):
            one.outcome = outcome
