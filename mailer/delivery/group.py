"""How many rows are marked at a time: enough that no line waits, and not more.

What is marked and has not left is in doubt after a crash, so a group begins small and grows by one
row a line each time that a line had to wait.
"""

SMALLEST = 4
LINES = 3  # rows a line: one that is written ahead of its turn, and two on their way to the disk


class Group:
    """Grows when a line found nothing to say, and shrinks slowly when much is left lying."""

    def __init__(self, width: int, limit: int) -> None:
        """`width` lines at most; never more than `limit` rows."""
        self._width = width
        self._limit = limit
        self._starved = False
        self.size = self._least = min(limit, max(SMALLEST, LINES * width))

    @property
    def worth_writing(self) -> int:
        """So many answers are written at once, without waiting for more."""
        return max(1, self._width * 3 // 4)

    def starved(self) -> None:
        """Note that a line found nothing ready."""
        self._starved = True

    def wish(self, waiting: int, *, anyway: bool = False) -> int:
        """Return how many rows to mark when so many are marked and wait: none, or half a group.

        Where a server is asked `anyway`, a few more rows cost nothing.
        """
        missing = self.size - waiting
        return missing if anyway or missing * 2 >= self.size else 0

    def took(self, count: int, ready: int) -> None:
        """Learn from a group that was marked, while `ready` rows were waiting."""
        if self._starved and count:
            self.size = min(self._limit, self.size + self._width)
        elif ready * 2 > self.size:
            self.size = max(self._least, self.size - self.size // 16)
        self._starved = False
