"""The whole program, wired as the doors get it."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from mailer.config.settings import (
    DatabaseSettings,
    FeedSettings,
    Secret,
    Settings,
    SiteSettings,
)
from mailer.wiring import Mailer, build
from tests.fakes.clock import StandingClock


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """An installation without a relay, whose feeds may be on loopback."""
    return Settings(
        site=SiteSettings(
            (Secret("a secret for tests, long enough to be one"),),
            base_url="https://news.example.org",
            data_dir=tmp_path,
        ),
        database=DatabaseSettings(Secret(sqlite_url)),
        feeds=FeedSettings(allow_networks=(ip_network("127.0.0.0/8"),)),
    )


@pytest.fixture
def mailer(settings: Settings, clock: StandingClock) -> Iterator[Mailer]:
    """The whole program, wired as the doors get it, on SQLite."""
    made = build(settings, clock)
    yield made
    made.store.close()
