"""What the tests of feeds share: a server to ask, and settings that let it be asked."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network

import pytest

from mailer.config.settings import FeedSettings
from tests.fakes.feed_server import NETWORK, FeedServer


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def settings() -> FeedSettings:
    """The defaults, with loopback allowed and less patience."""
    return FeedSettings(
        timeout=timedelta(seconds=20), max_bytes=1_000_000, allow_networks=(ip_network(NETWORK),)
    )
