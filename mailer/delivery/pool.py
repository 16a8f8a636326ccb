"""The open lines to all relays: opened when there is something to say, ended in order."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from mailer.delivery.transport import Line, Post, Relay, Transport
from mailer.errors import DeliveryError, RelayAway

AWAY_FOR = 30.0  # seconds before a relay that was away is asked again
AHEAD = 8  # messages by which a relay may be ahead of its share while the others answer
STUCK_AFTER = 2.0  # seconds without an answer after which nobody waits for a relay's share
NO_RELAY = "no relay is configured"
NAME_ONE = "[[relay]] in config.toml names the server for your mail"

log = logging.getLogger(__name__)


class Pool:
    """Several conversations at a time, over every relay that is there."""

    def __init__(
        self, transport: Transport, post: Post, may: Callable[[str], bool] = lambda _: True
    ) -> None:
        """`may` says whether a relay's limits allow one more."""
        self._relays: Sequence[Relay] = transport
        self._post = post
        self._may = may
        self._lines: dict[str, list[Line]] = {relay.name: [] for relay in transport}
        self._opening: dict[asyncio.Task[None], str] = {}
        self._away_until: dict[str, float] = {}
        self._taken: dict[str, int] = {relay.name: 0 for relay in transport}
        self._answered: dict[str, float] = {}
        # With equal weights whoever is free takes the next; others are shares that are kept.
        self._shares = len({relay.weight for relay in transport if relay.weight}) > 1
        # At most so many conversations at a time.
        self.width = max(1, sum(relay.connections for relay in transport))
        # Why a line could not be opened, the last time.
        self.trouble: DeliveryError | None = (
            None if transport else RelayAway(NO_RELAY, help=NAME_ONE)
        )

    @property
    def nowhere_to_go(self) -> bool:
        """Whether no line is open or being opened, and none may be opened yet."""
        return not self._opening and not any(self._lines.values()) and not self._open_to()

    def wanted(self, messages: int) -> None:
        """Open more lines when there is more to say than those that are there take."""
        there = len(self._opening) + sum(map(len, self._lines.values()))
        if not messages or there >= self.width:
            return
        for relay in self._open_to():
            there = len(self._lines[relay.name]) + self._being_opened(relay)
            for _ in range(min(relay.connections - there, messages)):
                task = asyncio.create_task(self._open(relay))
                self._opening[task] = relay.name
                task.add_done_callback(self._opening.pop)

    def go_on(self) -> None:
        """Let every line say what it can."""
        for lines in self._lines.values():
            for line in list(lines):
                line.go_on()

    def forget(self, line: Line) -> None:
        """Let go of a line that is lost."""
        for lines in self._lines.values():
            if line in lines:
                lines.remove(line)

    def takes(self, relay: str) -> bool:
        """Count a message for a relay; False when another one that rests has more of a claim."""
        if len(self._relays) > 1 and self._another_first(relay):
            return False
        self._taken[relay] += 1
        return True

    def answered(self, relay: str) -> None:
        """Note that a relay answers: it is worth waiting for its share."""
        self._answered[relay] = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """End every conversation in order."""
        for task in list(self._opening):
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        await asyncio.gather(*(line.close() for lines in self._lines.values() for line in lines))

    def _another_first(self, relay: str) -> bool:
        weights = {one.name: one.weight for one in self._relays if one.weight}
        if relay not in weights:
            return False
        share = (self._taken[relay] + 1) / weights[relay]
        return any(
            (self._taken[name] + 1 + later) / weight < share
            for name, weight in weights.items()
            if name != relay and self._may(name) and (later := self._takes_later(name)) is not None
        )

    def _takes_later(self, relay: str) -> int | None:
        """Return by how many others may be ahead of a relay; None when nobody waits for it."""
        lines = self._lines[relay]
        if any(line.rests for line in lines):
            return 0
        waited = asyncio.get_running_loop().time() - self._answered.get(relay, 0.0)
        return AHEAD if self._shares and lines and waited < STUCK_AFTER else None

    def _being_opened(self, relay: Relay) -> int:
        return sum(name == relay.name for name in self._opening.values())

    def _open_to(self) -> list[Relay]:
        """Return the relays that may be asked now; those of weight 0 only when no other may be."""
        now = asyncio.get_running_loop().time()
        there = [one for one in self._relays if self._away_until.get(one.name, 0) <= now]
        return [one for one in there if one.weight] or there

    async def _open(self, relay: Relay) -> None:
        try:
            line = await relay.connect(self._post)
        except DeliveryError as why:
            self.trouble = why
            # Lines that are open go on: it may only take no more of them.
            self._away_until[relay.name] = asyncio.get_running_loop().time() + AWAY_FOR
            log.warning("relay.away", extra={"relay": relay.name, "reason": str(why)})
            return
        if not self._lines[relay.name]:  # who was away is not made up for
            self._taken = dict.fromkeys(self._taken, 0)
        self.answered(relay.name)
        self._lines[relay.name].append(line)
        line.go_on()
