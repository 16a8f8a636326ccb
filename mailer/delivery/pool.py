"""The open lines to all relays: opened when there is something to say, ended in order."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from mailer.delivery.transport import Line, Post, Relay, Transport
from mailer.errors import DeliveryError, RelayAway

AWAY_FOR = 30.0  # seconds before a relay that was away is asked again
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

    async def close(self) -> None:
        """End every conversation in order."""
        for task in list(self._opening):
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        await asyncio.gather(*(line.close() for lines in self._lines.values() for line in lines))

    def _another_first(self, relay: str) -> bool:
        share = {
            one.name: (self._taken[one.name] + 1) / one.weight
            for one in self._relays
            if one.weight and (one.name == relay or (self._rests(one.name) and self._may(one.name)))
        }
        return relay in share and min(share.values()) < share[relay]

    def _rests(self, relay: str) -> bool:
        return any(line.rests for line in self._lines[relay])

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
        self._lines[relay.name].append(line)
        line.go_on()
