"""A site with one newsletter, and somebody who asks it for pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from mailer.address import parse_address
from mailer.store.tables import metadata
from mailer.subscribers.model import Origin, State, Subscription, Way
from mailer.tokens import Purpose
from mailer.web.app import create_app
from mailer.wiring import Mailer
from tests.conftest import add_newsletter
from tests.program import mailer, settings

__all__ = ["mailer", "settings"]

FORM = Origin(Way.FORM)
A_WHILE = timedelta(seconds=30)


@dataclass
class Site:
    """The running site, and what its database says."""

    mailer: Mailer
    client: FlaskClient
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def filled(self, address: str = "ada@example.org", **fields: str) -> dict[str, str]:
        """Return the form as somebody sends it who was given it a while ago."""
        number = next(self.numbers)
        token = self.mailer.keyring.make(Purpose.FORM, number, self.mailer.clock.now() - A_WHILE)
        return {"email": address, "form": token, **fields}

    def ask(self, address: str = "ada@example.org") -> Subscription:
        """Sign somebody up, through the verb behind the form."""
        self.mailer.signup.subscribe("brief", parse_address(address), FORM)
        return self.subscription(address)

    def join(self, address: str = "ada@example.org") -> Subscription:
        """Sign somebody up and confirm it."""
        self.ask(address)
        self.mailer.signup.confirm(self.confirm_token(address), FORM)
        return self.subscription(address)

    def subscription(self, address: str = "ada@example.org") -> Subscription:
        with self.mailer.store.read() as tx:
            person = tx.subscribers.by_address(parse_address(address))
            (found,) = tx.subscriptions.of_subscriber(person.id)
            return found

    def state(self, address: str = "ada@example.org") -> State:
        return self.subscription(address).state

    def confirm_token(self, address: str = "ada@example.org") -> str:
        found = self.subscription(address)
        return self.mailer.links.confirm(found.id, found.requested_at).rpartition("/")[2]

    def leave_token(self, address: str = "ada@example.org") -> str:
        found = self.subscription(address)
        return self.mailer.links.leave(found.id, found.requested_at).rpartition("/")[2]

    def everything(self) -> dict[str, list[str]]:
        """Return every row of every table."""
        with self.mailer.store.read() as tx:
            return {
                table: [str(row) for row in tx.connection.execute(text(f"SELECT * FROM {table}"))]
                for table in metadata.tables
            }

    def notices(self) -> list[tuple[str, str]]:
        """Return the names of the notices that are owed, and their slots."""
        with self.mailer.store.read() as tx:
            rows = tx.connection.execute(
                text("SELECT notice, slot FROM delivery WHERE notice IS NOT NULL ORDER BY id")
            )
            return [(row[0], row[1]) for row in rows]


@pytest.fixture
def site(mailer: Mailer) -> Site:
    add_newsletter(mailer.store)
    add_newsletter(mailer.store, "secret", name="Not For All", public=False)
    return Site(mailer, create_app(mailer).test_client())


def words(html: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
