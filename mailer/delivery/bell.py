"""Wakes the one who keeps the books: at once, or a little later with what comes right behind it."""

import asyncio


class Bell:
    """Rung from the loop it was made in; heard once, however often it was rung."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def ring(self) -> None:
        """Wake whoever waits, or whoever waits next."""
        self._rung.set()

    def ring_in(self, seconds: float) -> None:
        """Ring then, and not when it was to ring before."""
        self._forget_timer()
        self._timer = self._loop.call_later(seconds, self.ring)

    async def heard(self, at_most: float) -> None:
        """Wait until it rings: so many seconds, when nothing else was said."""
        if self._rung.is_set():
            await asyncio.sleep(0)  # all others have their turn in any case
        elif self._timer is None:
            self.ring_in(at_most)
        await self._rung.wait()
        self._rung.clear()
        self._forget_timer()

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
