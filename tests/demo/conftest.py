"""A sample site at a time that stands still."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from mailer.demo.articles import Newsroom
from mailer.demo.sample_site import Looks, SignupForm, create_sample_site
from tests.fakes.browser import chromium
from tests.fakes.clock import StandingClock
from tests.fakes.postgres import PostgresServer

EVERY = timedelta(seconds=40)
FORM = SignupForm("http://127.0.0.1:8080", "strait")


@pytest.fixture
def newsroom(clock: StandingClock) -> Newsroom:
    """It opens now; nothing of what is planned is out."""
    return Newsroom(clock.now(), EVERY)


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def site(newsroom: Newsroom, clock: StandingClock, looks: Looks) -> FlaskClient:
    return create_sample_site(newsroom, clock, FORM, looks).test_client()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a PostgreSQL database without a table in it."""
    url = postgres_server.new_database()
    yield url
    postgres_server.drop(url)
