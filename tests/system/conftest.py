"""The world, on SQLite, and on each database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailer.wiring import build
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.fakes.smtp_server import SmtpServer
from tests.system.world import World, settings_for


@contextmanager
def a_world(url: str, clock: StandingClock, folder: Path) -> Iterator[World]:
    with SmtpServer() as relay, FeedServer() as site:
        settings = settings_for(url, relay.port, folder)
        mailer = build(settings, clock)
        made = World(mailer, clock, relay, site, settings)
        yield made
        mailer.store.close()
        made.mailer.store.close()  # a test may have started the program anew


@pytest.fixture
def world(sqlite_url: str, clock: StandingClock, tmp_path: Path) -> Iterator[World]:
    with a_world(sqlite_url, clock, tmp_path) as made:
        yield made


@pytest.fixture
def both_worlds(database_url: str, clock: StandingClock, tmp_path: Path) -> Iterator[World]:
    """The test runs twice: once on each database."""
    with a_world(database_url, clock, tmp_path) as made:
        yield made
