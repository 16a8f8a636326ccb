"""The engine, the two kinds of transaction, and the database's troubles told as ours."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cached_property
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from mailer.errors import StoreError, UsageError
from mailer.store.address_changes import AddressChanges
from mailer.store.answers import Answers
from mailer.store.apartness import Apartness
from mailer.store.appointments import Appointments
from mailer.store.archive import Archive
from mailer.store.articles import Articles
from mailer.store.books import Books
from mailer.store.books_on_postgres import PostgresBooks
from mailer.store.books_on_sqlite import SqliteBooks
from mailer.store.canaries import Canaries
from mailer.store.consent import Consent
from mailer.store.corrections import Corrections
from mailer.store.deliveries import Deliveries
from mailer.store.editions import Editions
from mailer.store.erased_bytes import let_go, let_go_of_log
from mailer.store.erasure import Erasure
from mailer.store.feeds import Feeds
from mailer.store.job_runs import JobRuns
from mailer.store.ledger_reports import LedgerReports
from mailer.store.memos import Memos
from mailer.store.newsletters import Newsletters
from mailer.store.pacing import Pacing
from mailer.store.pages import Pages
from mailer.store.pictures import Pictures
from mailer.store.planning import Planning
from mailer.store.recall import Recall
from mailer.store.retractions import Retractions
from mailer.store.search import Search
from mailer.store.sections import Sections
from mailer.store.senders import Senders
from mailer.store.signup_alarms import SignupAlarms
from mailer.store.signup_limits import SignupLimits
from mailer.store.steering import Steering
from mailer.store.subscribers import Subscribers
from mailer.store.subscriptions import Subscriptions
from mailer.store.suppressions import Suppressions
from mailer.store.troubles import told_plainly, unusable
from mailer.store.urgency import Urgency

log = logging.getLogger(__name__)

DATABASE_URLS = "sqlite:///data/mailer.db or postgresql://user:password@host/name"

# A program that was stopped inside a transaction keeps nobody waiting for ever. Statements are many
# and short: compiling one takes longer than running it.
POSTGRES_OPTIONS = (
    "-c timezone=UTC -c lock_timeout=3s -c idle_in_transaction_session_timeout=15s -c jit=off"
)
BUSY_TIMEOUT = 5.0  # seconds a SQLite writer waits for another one


class Transaction:
    """One open transaction: a door to each aggregate."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def newsletters(self) -> Newsletters:
        return Newsletters(self.connection)

    @cached_property
    def subscribers(self) -> Subscribers:
        return Subscribers(self.connection)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        return Subscriptions(self.connection)

    @cached_property
    def appointments(self) -> Appointments:
        return Appointments(self.connection)

    @cached_property
    def consent(self) -> Consent:
        return Consent(self.connection)

    @cached_property
    def signup_limits(self) -> SignupLimits:
        return SignupLimits(self.connection)

    @cached_property
    def address_changes(self) -> AddressChanges:
        return AddressChanges(self.connection)

    @cached_property
    def signup_alarms(self) -> SignupAlarms:
        return SignupAlarms(self.connection)

    @cached_property
    def erasure(self) -> Erasure:
        return Erasure(self.connection)

    @cached_property
    def suppressions(self) -> Suppressions:
        return Suppressions(self.connection)

    @cached_property
    def feeds(self) -> Feeds:
        return Feeds(self.connection)

    @cached_property
    def articles(self) -> Articles:
        return Articles(self.connection)

    @cached_property
    def retractions(self) -> Retractions:
        return Retractions(self.connection)

    @cached_property
    def corrections(self) -> Corrections:
        return Corrections(self.connection)

    @cached_property
    def apartness(self) -> Apartness:
        return Apartness(self.connection)

    @cached_property
    def sections(self) -> Sections:
        return Sections(self.connection)

    @cached_property
    def urgency(self) -> Urgency:
        return Urgency(self.connection)

    @cached_property
    def editions(self) -> Editions:
        return Editions(self.connection)

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.connection)

    @cached_property
    def search(self) -> Search:
        return Search(self.connection)

    @cached_property
    def pages(self) -> Pages:
        return Pages(self.connection)

    @cached_property
    def pictures(self) -> Pictures:
        return Pictures(self.connection)

    @cached_property
    def deliveries(self) -> Deliveries:
        return Deliveries(self.connection)

    @cached_property
    def planning(self) -> Planning:
        return Planning(self.connection)

    @cached_property
    def canaries(self) -> Canaries:
        return Canaries(self.connection)

    @cached_property
    def recall(self) -> Recall:
        return Recall(self.connection)

    @cached_property
    def ledger_reports(self) -> LedgerReports:
        return LedgerReports(self.connection)

    @cached_property
    def steering(self) -> Steering:
        return Steering(self.connection)

    @cached_property
    def answers(self) -> Answers:
        return Answers(self.connection)

    @cached_property
    def memos(self) -> Memos:
        return Memos(self.connection)

    @cached_property
    def pacing(self) -> Pacing:
        return Pacing(self.connection)

    @cached_property
    def senders(self) -> Senders:
        return Senders(self.connection)

    @cached_property
    def job_runs(self) -> JobRuns:
        return JobRuns(self.connection)


class Store:
    """The database behind one URL."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that may change rows: all of it is kept, or nothing.

        Raises StoreError; `temporary` when another try may succeed.
        """
        with told_plainly(), self.engine.begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction that only looks. It sees one moment, and never waits for writers."""
        with (
            told_plainly(),
            self.engine.connect().execution_options(**_snapshot(self.engine)) as connection,
        ):
            yield Transaction(connection)

    def books(self, sender_id: int) -> Books:
        """Open the books of one sender; raises StoreError."""
        if self.engine.dialect.name == "sqlite":
            return SqliteBooks(self.engine, sender_id)
        return PostgresBooks(self.engine, sender_id)

    @property
    def writers(self) -> int:
        """How many may write at the same time, and be quicker for it."""
        return 1 if self.engine.dialect.name == "sqlite" else 4

    @property
    def place(self) -> str:
        """Where the database is, for people: without its user, and without any secret."""
        url = self.engine.url
        if url.get_backend_name() == "sqlite":
            return str(url.database)
        port = f":{url.port}" if url.port else ""
        return f"postgresql://{url.host or ''}{port}/{url.database or ''}"

    @property
    def is_missing(self) -> bool:
        """Whether a SQLite file is not there, which the first transaction would make."""
        url = self.engine.url
        return url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists()

    def back_up(self, file: Path) -> None:
        """Copy a SQLite database as it is at this moment; others go on writing meanwhile.

        Raises UsageError for PostgreSQL, which has a program of its own for that, and for a file
        that is there already; StoreError when there is no room.
        """
        if self.engine.dialect.name != "sqlite":
            raise UsageError(
                "PostgreSQL has its own program for that",
                help=f"pg_dump --format=custom --file={file} --dbname={self.place}",
            )
        if file.exists():
            raise UsageError(f"{file} is there already", help="choose another name")
        with told_plainly(), ExitStack() as half:
            half.callback(file.unlink)
            file.touch(mode=0o600)  # as many addresses as in the database itself
            with closing(self.engine.raw_connection()) as raw:
                raw.cursor().execute("VACUUM INTO ?", (str(file),))
            half.pop_all()

    def scrub(self, *, whole: bool = False) -> bool:
        """Let go of the bytes of rows that were erased: in the write-ahead log, in dead rows.

        False: they stay there until it is done again. The rows are gone whatever comes of this.
        PostgreSQL keeps bytes in the free space of its pages, until it is to be done `whole`: then
        the tables are written anew, and nobody reads or writes them meanwhile.
        """
        try:
            with told_plainly():
                return let_go(self.engine, whole=whole)
        except StoreError as why:
            log.warning("store.not_scrubbed", extra={"reason": str(why)})
            return False

    def scrub_log(self) -> list[str]:
        """Let go of what PostgreSQL's write-ahead log has of rows that were erased, after `scrub`.

        Return why some of it may be on the server's disk yet, in words for its administrator;
        nothing: it is gone. Raises StoreError.
        """
        with told_plainly():
            return let_go_of_log(self.engine)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _snapshot(engine: Engine) -> dict[str, object]:
    if engine.dialect.name == "sqlite":
        return {"mailer_begin": "BEGIN"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _engine(text: str) -> Engine:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as why:  # its words may hold a password
        raise StoreError("database.url is not a database address", help=DATABASE_URLS) from why
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    raise StoreError(
        f"database.url: {url.get_backend_name()} is neither SQLite nor PostgreSQL",
        help=DATABASE_URLS,
    )


# Both engines hide a statement's values: a trouble's own words come into logs, addresses do not.
def _sqlite(url: URL) -> Engine:
    if url.database in {None, "", ":memory:"}:
        raise StoreError("database.url: a SQLite database needs a file", help="sqlite:///mailer.db")
    path = Path(str(url.database))
    patience = {} if "timeout" in url.query else {"timeout": BUSY_TIMEOUT}
    engine = create_engine(url, hide_parameters=True, connect_args=patience)

    @event.listens_for(engine, "do_connect")
    def _make_secretly(*_: object) -> None:
        if path.exists():
            return
        try:  # SQLite would let everybody on the machine read our readers' addresses
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as why:
            raise unusable(f"unable to open database file: {why.strerror}") from why

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - narrows the type
        connection.isolation_level = None  # we say BEGIN ourselves, and say which
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # a commit that was told survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # an erased address leaves no bytes behind

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE: a transaction that will write waits at its beginning, where nothing is lost
        # by waiting, and not in its middle, where SQLite could only refuse it.
        how = connection.get_execution_options().get("mailer_begin", "BEGIN IMMEDIATE")
        connection.exec_driver_sql(how)

    return engine


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 5, "options": POSTGRES_OPTIONS},
        )
    except ModuleNotFoundError as why:
        raise StoreError(
            "the PostgreSQL driver is not installed",
            help="pip install 'digest-mailer[postgres]'",
        ) from why
