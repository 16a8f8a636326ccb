"""A small world around one installation: a site with a feed, a relay, readers, and a clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Thread
from xml.sax.saxutils import escape

from sqlalchemy import Text, cast, insert, literal, select

from mailer.address import parse_address
from mailer.config.settings import (
    DatabaseSettings,
    FeedSettings,
    RelaySettings,
    Secret,
    Settings,
    SiteSettings,
    Tls,
)
from mailer.editions.calendar import next_due
from mailer.editions.model import Schedule
from mailer.jobs.run import run_job
from mailer.store.tables import subscriber, subscription
from mailer.subscribers.model import Origin, Way
from mailer.wiring import Mailer, build
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.fakes.smtp_server import SmtpServer

BASE_URL = "https://news.example.org"
SECRET = "a secret for tests, long enough to be one"


def settings_for(database_url: str, relay_port: int, folder: Path) -> Settings:
    """Return the settings of an installation whose relay and feeds are on loopback."""
    return Settings(
        site=SiteSettings((Secret(SECRET),), base_url=BASE_URL, data_dir=folder),
        database=DatabaseSettings(Secret(database_url)),
        relay=(RelaySettings("fake", "127.0.0.1", relay_port, tls=Tls.NONE),),
        # Its articles' pages are nowhere; tests of looking again have their own.
        feeds=FeedSettings(allow_networks=(ip_network("127.0.0.0/8"),), look_again_seconds=0),
    )


@dataclass
class World:
    """What a story needs, with verbs a test can be written in."""

    mailer: Mailer
    clock: StandingClock
    relay: SmtpServer
    site: FeedServer
    settings: Settings
    published: int = 0
    items: list[str] = field(default_factory=list)  # articles with a headline of their own

    def newsletter(self, **changes: object) -> None:
        """Make the newsletter `brief` and let it draw from the site's feed."""
        self.publish(0)
        brief = add_newsletter(self.mailer.store, "brief", **changes)
        with self.mailer.store.write() as tx:
            feed = tx.feeds.add(self.site.url("/feed.xml"), self.clock.now())
            tx.newsletters.add_source(brief.id, feed.id, "World")

    def publish(self, count: int = 1) -> None:
        """Put new articles at the head of the site's feed."""
        self.published += count
        items = "".join(
            f"<item><title>Story number {number}</title><guid>story-{number}</guid>"
            f"<link>https://post.example/{number}</link><description>"
            f"{escape(f'What happened in story {number} is told here.')}</description></item>"
            for number in range(self.published, max(0, self.published - 20), -1)
        )
        items = "".join(reversed(self.items)) + items
        feed = f"<rss version='2.0'><channel><title>Post</title>{items}</channel></rss>"
        self.site.serve("/feed.xml", feed, content_type="application/rss+xml")

    def publish_item(
        self,
        title: str,
        *,
        url: str = "",
        topics: tuple[str, ...] = (),
        text: str = "",
        picture: str = "",
    ) -> None:
        """Put an article with this headline at the head of the site's feed."""
        number = len(self.items)
        tags = "".join(f"<category>{topic}</category>" for topic in topics)
        shown = f'<enclosure url="{escape(picture)}" type="image/jpeg" length="1"/>'
        self.items.append(
            f"<item><title>{escape(title)}</title><guid>item-{number}</guid>{tags}"
            f"{shown if picture else ''}"
            f"<link>{escape(url or f'https://post.example/item/{number}')}</link>"
            f"<description>{escape(text or f'{title}: what is known so far.')}</description></item>"
        )
        self.publish(0)

    def reader(self, *addresses: str) -> None:
        """Put confirmed readers on the list."""
        for address in addresses:
            self.mailer.signup.add("brief", parse_address(address))

    def crowd(self, count: int) -> None:
        """Put so many confirmed readers on an empty list at once: reader1@example.org and so on."""
        self.reader("reader1@example.org")
        numbers = select(literal(2).label("n")).cte("numbers", recursive=True)
        numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < count))
        name = literal("reader").concat(cast(numbers.c.n, Text)).concat("@example.org")
        began = select(subscriber.c.created_at).limit(1).scalar_subquery()
        people = select(name, name, cast(numbers.c.n, Text), began)
        own = {"id", "subscriber_id"}
        others = [one for one in subscription.c if one.name not in own and one.computed is None]
        copies = select(subscriber.c.id, *others).join(
            subscription, subscription.c.subscriber_id != subscriber.c.id
        )
        with self.mailer.store.write() as tx:
            keys = ["address", "address_key", "address_hash", "created_at"]
            tx.connection.execute(insert(subscriber).from_select(keys, people))
            columns = ["subscriber_id", *(one.name for one in others)]
            tx.connection.execute(insert(subscription).from_select(columns, copies))

    def move(self, address: str, schedule: Schedule) -> None:
        """Give a reader a rhythm and an hour of their own."""
        due = next_due(schedule, self.clock.now())
        with self.mailer.store.write() as tx:
            person = tx.subscribers.by_address(parse_address(address))
            (tie,) = tx.subscriptions.of_subscriber(person.id)
            tx.subscriptions.keep(replace(tie, schedule=schedule), due)

    def sign_up(self, address: str) -> None:
        """Ask for the newsletter, as the form does."""
        self.mailer.signup.subscribe("brief", parse_address(address), Origin(Way.FORM))

    def at(self, *moment: int) -> None:
        """Set the clock: year, month, day, hour, minute in UTC."""
        year, month, day, hour, minute = (*moment, 0, 0)[:5]
        self.clock.set(datetime(year, month, day, hour, minute, tzinfo=UTC))

    def run_what_is_due(self) -> None:
        """Let every job have its turn once, as a tick of the scheduler does."""
        for job in ("gather", "digests", "send"):
            run_job(self.mailer, job)

    def config_file(self, *, when_in_doubt: str = "miss") -> Path:
        """Write the same settings for a process of its own, and return where."""
        path = self.settings.site.data_dir / "config.toml"
        path.write_text(
            f"""
            [site]
            secret_key = "{SECRET}"
            base_url = "{BASE_URL}"
            [database]
            url = "{self.settings.database_url}"
            [[relay]]
            name = "fake"
            host = "127.0.0.1"
            port = {self.relay.port}
            tls = "none"
            [delivery]
            lease = "1 s"
            when_in_doubt = "{when_in_doubt}"
            [feeds]
            allow_networks = ["127.0.0.0/8"]
            look_again_seconds = 0
            """
        )
        path.chmod(0o600)
        return path

    @contextmanager
    def sender_at_work(self) -> Iterator[None]:
        """Let a sender run beside whatever else does."""
        stop = Event()
        sender = Thread(target=self.mailer.send.serve, args=(stop,))
        sender.start()
        try:
            yield
        finally:
            stop.set()
            sender.join(30)

    def second_program(self) -> Mailer:
        """Return another copy of the program, on the same database."""
        return build(self.settings, self.clock)

    def digests(self, address: str | None = None) -> list[str]:
        """Return the texts of all mails that arrived, or of one reader's."""
        return [
            message.content.decode()
            for message in self.relay.messages
            if address is None or address in message.recipients
        ]
