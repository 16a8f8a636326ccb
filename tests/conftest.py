"""What every test may ask for: a clock that stands still, a store, a newsletter."""

import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from mailer.address import parse_address
from mailer.config.settings import Secret
from mailer.editions.model import Approval, Newsletter, Rhythm, Schedule
from mailer.links import Links
from mailer.store.database import Store
from mailer.store.migrate import upgrade
from mailer.tokens import Keyring
from tests.fakes import postgres
from tests.fakes.clock import StandingClock
from tests.fakes.postgres import PostgresServer
from tests.moves import refuse_all_else
from tests.order import dealt

# Each change is tried with the same examples; other ones, and many, by night (script/nightly).
settings.register_profile("change", derandomize=True, deadline=None)
settings.register_profile("night", max_examples=5_000, deadline=None)
settings.load_profile("change")

MINUTES = 300  # seconds that a test may take, and comes near
EVERYTHING = os.environ.get("MAILER_TEST_REQUIRE") == "all"


def pytest_configure() -> None:
    """Let programs be interrupted: what is started in the background inherits deafness to it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest begin first where several processes share the tests."""
    processes = os.environ.get("PYTEST_XDIST_WORKER_COUNT")
    if processes is not None:
        items[:] = dealt(items, int(processes), _takes_minutes)


def _takes_minutes(item: pytest.Item) -> bool:
    allowed = item.get_closest_marker("timeout")
    return allowed is not None and allowed.args[0] >= MINUTES


def require(present: object, what: str) -> None:
    """Skip the test when something of the machine is missing; fail it where all is required."""
    if present:
        return
    if EVERYTHING:
        pytest.fail(f"{what} is missing, and MAILER_TEST_REQUIRE=all forbids skipping")
    pytest.skip(f"needs {what}")


@pytest.fixture
def clock() -> StandingClock:
    """Tuesday 24 November 2026, 05:00 in UTC: 06:00 in Berlin, an hour before the digest."""
    return StandingClock(datetime(2026, 11, 24, 5, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    found = postgres.programs()
    require(found, "PostgreSQL's server (Debian: postgresql)")
    assert found is not None
    server = PostgresServer.start(found)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; tests copy it, which is quicker than migrating each time."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    store = Store(f"sqlite:///{path}")
    upgrade(store)
    refuse_all_else(store)
    store.close()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """The address of a migrated SQLite database of the test's own."""
    path = tmp_path / "mailer.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def migrated_database(postgres_server: PostgresServer) -> str:
    """The address of a migrated PostgreSQL database; tests copy it, too."""
    url = postgres_server.new_database()
    store = Store(url)
    upgrade(store)
    refuse_all_else(store)
    store.close()
    return url


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, migrated_database: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of the test's own."""
    url = postgres_server.new_database(like=migrated_database)
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: once on each database."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def both_stores(database_url: str) -> Iterator[Store]:
    """A migrated store; the test runs on SQLite and on PostgreSQL."""
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """A migrated store on SQLite, for tests that are about something else."""
    store = Store(sqlite_url)
    yield store
    store.close()


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([Secret("a secret for tests").value])


@pytest.fixture
def links(keyring: Keyring) -> Links:
    return Links("https://news.example.org", keyring)


def a_newsletter(slug: str = "brief", **changes: object) -> Newsletter:
    """Return a newsletter that is not in any store yet: daily at 07:00 in Berlin."""
    fields: dict[str, object] = {
        "id": 0,
        "slug": slug,
        "name": "The Harbour Brief",
        "description": "The day's stories from the harbour, every morning.",
        "sender": parse_address("brief@news.example.org"),
        "reply_to": parse_address("desk@news.example.org"),
        "postal_address": "Harbour Brief, 1 Quay Street, Northhaven",
        "language": "en",
        "schedule": Schedule(Rhythm.DAILY, 7 * 60, 0, "Europe/Berlin"),
        "approval": Approval.AUTOMATIC,
        "max_stories": 12,
        "public": True,
        "created_at": datetime(2026, 11, 1, tzinfo=UTC),
        **changes,
    }
    return Newsletter(**fields)  # type: ignore[arg-type]  # the test names the fields


def add_newsletter(store: Store, slug: str = "brief", **changes: object) -> Newsletter:
    """Put a newsletter into the store."""
    with store.write() as tx:
        return tx.newsletters.add(a_newsletter(slug, **changes))


@pytest.fixture
def brief(store: Store) -> Newsletter:
    """The Harbour Brief, in the SQLite store."""
    return add_newsletter(store)
