"""What others see of looks over HTTP; what makes them is in `http_session`."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from importlib import import_module

from mailer.config.settings import FeedSettings
from mailer.feeds.model import Fetched

PER_HOST = 2  # connections to one host at a time
SPEAKS_HTTP = "mailer.feeds.http_session"  # aiohttp takes longer to load than most commands to run


class Session(ABC):
    """A round of looks."""

    @abstractmethod
    async def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str | None = None,
    ) -> Fetched:
        """Return what the server answered, whatever its status; raise FetchError without an answer.

        The validators of the last answer go back as they came (RFC 9110 section 13.1). `accept`
        are media types, when it is no feed that is asked for.
        """


class Fetch:
    """Asks for feeds within the limits of the settings."""

    def __init__(self, settings: FeedSettings) -> None:
        self._settings = settings

    def session(self) -> AbstractAsyncContextManager[Session]:
        """Open what many looks share: connections, names that were looked up, turns at a host."""
        opened: AbstractAsyncContextManager[Session]
        opened = import_module(SPEAKS_HTTP).open_session(self._settings)
        return opened


def run_and_leave(looking: Coroutine[None, None, None]) -> None:
    """Run looks to their end, and wait for nothing more: a slow resolver's thread ends by itself.

    `asyncio.run` would wait for that thread, past whatever time the looks may take.
    """
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(looking)
    finally:
        loop.close()
