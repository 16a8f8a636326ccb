"""What a server's write-ahead log keeps of who was erased, and who can do what about it."""

from collections.abc import Iterator

import pytest

from mailer.address import parse_address
from mailer.config.settings import SignupSettings
from mailer.store.database import Store
from mailer.subscribers.model import Origin, Way
from mailer.subscribers.privacy import Privacy
from mailer.subscribers.signup import Signup
from mailer.tokens import Keyring
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock
from tests.fakes.postgres import PostgresServer

pytestmark = pytest.mark.postgres
WITNESS = parse_address("log.witness@example.org")


@pytest.fixture
def tidy_server(postgres_server: PostgresServer, postgres_url: str) -> Iterator[PostgresServer]:
    """A server that throws old parts of its log away."""
    reload = "SELECT pg_reload_conf()"
    postgres_server.ask(postgres_url, "ALTER SYSTEM SET wal_recycle = off", reload)
    yield postgres_server
    postgres_server.ask(postgres_url, "ALTER SYSTEM RESET wal_recycle", reload)


def erased(url: str, clock: StandingClock, keyring: Keyring) -> Store:
    """Return a store that somebody was in."""
    store = Store(url)
    add_newsletter(store)
    Signup(store, clock, keyring, SignupSettings()).subscribe("brief", WITNESS, Origin(Way.FORM))
    Privacy(store, clock, keyring).erase_by_operator(WITNESS)
    return store


def test_a_server_that_throws_its_old_log_away_has_no_byte_left(
    tidy_server: PostgresServer, postgres_url: str, clock: StandingClock, keyring: Keyring
) -> None:
    store = erased(postgres_url, clock, keyring)
    assert tidy_server.logs_with(b"log.witness")

    assert store.scrub(whole=True)
    assert store.scrub_log() == []

    assert tidy_server.logs_with(b"log.witness") == []
    assert tidy_server.files_with(postgres_url, b"log.witness") == []
    store.close()


def test_why_bytes_may_be_left_is_told_to_who_can_do_something(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    humble = "CREATE ROLE humble LOGIN"
    postgres_server.ask(postgres_url, "DROP ROLE IF EXISTS humble", humble)
    store = Store(postgres_url.replace("postgres@", "humble@"))

    refused, *kept = store.scrub_log()
    who, _, grants = refused.partition(": ")
    postgres_server.ask(postgres_url, *grants.split("; "))

    assert who == "humble may not end it"
    assert store.scrub_log() == kept
    assert [why.partition(" ")[0] for why in kept] == ["wal_recycle"]
    store.close()
    postgres_server.ask(postgres_url, "DROP OWNED BY humble", "DROP ROLE humble")


def test_sqlite_keeps_no_log_that_scrubbing_leaves(store: Store) -> None:
    assert store.scrub_log() == []
