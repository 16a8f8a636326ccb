"""People, each known by one address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, Select, func, select

from mailer.address import Address, parse_address
from mailer.errors import NotFound
from mailer.store.aggregate import EACH_WORD, Aggregate
from mailer.store.many_rows import inserts
from mailer.store.tables import newsletter, subscriber, subscription
from mailer.subscribers.model import State, Subscriber


@dataclass(frozen=True, slots=True)
class Listed:
    """One person's tie to one newsletter, as a listing shows it."""

    subscriber_id: int
    subscription_id: int
    address: str
    newsletter: str  # its slug
    state: State
    rhythm: str
    requested_at: datetime
    confirmed_at: datetime | None
    left_at: datetime | None
    next_due_at: datetime | None


def _subscriber(row: RowMapping) -> Subscriber:
    return Subscriber(row["id"], parse_address(row["address"]), row["language"], row["created_at"])


def _known_as(row: RowMapping, typed: Address) -> Subscriber:
    """Return a person who was asked for by an address: most often it is spelled as it is kept."""
    if row["address"] == typed.text:
        return Subscriber(row["id"], typed, row["language"], row["created_at"])
    return _subscriber(row)


def _key(pair: tuple[Address, str]) -> str:
    return pair[0].key


class Subscribers(Aggregate):
    """Who they are, and lists of them for people."""

    def get_or_add(
        self, addresses: Mapping[Address, str], now: datetime
    ) -> dict[Address, Subscriber]:
        """Return who has these addresses, each with its hash: new or known.

        A known person keeps their spelling. Nobody erases them before the commit.
        """
        if not addresses:
            return {}
        rows = [
            {
                "address": address.text,
                "address_key": address.key,
                "address_hash": hashed,
            }
            for address, hashed in sorted(addresses.items(), key=_key)  # the order of locking
        ]
        keys = {"words": self._listed(address.key for address in addresses)}
        people: dict[str, RowMapping] = {}
        while len(people) < len({row["address_key"] for row in rows}):  # or erased in between
            self._put(_ADD[self._dialect.name], rows, created_at=now)
            found = self._connection.execute(_WITH_KEYS[self._dialect.name], keys).mappings()
            people = {row["address_key"]: row for row in found}
        return {address: _known_as(people[address.key], address) for address in addresses}

    def find(self, address: Address) -> Subscriber | None:
        """Return the person with this address, or None."""
        row = self._one(select(subscriber).where(subscriber.c.address_key == address.key))
        return None if row is None else _subscriber(row)

    def by_address(self, address: Address) -> Subscriber:
        """Return the person with this address, or raise NotFound."""
        found = self.find(address)
        if found is None:
            raise NotFound(
                "subscriber", address.text, help="`mailer subscribers list` names them all"
            )
        return found

    def by_id(self, key: int) -> Subscriber:
        """Return the person, or raise NotFound."""
        row = self._one(select(subscriber).where(subscriber.c.id == key))
        if row is None:
            raise NotFound("subscriber", key)
        return _subscriber(row)

    def hash_of(self, key: int) -> str:
        """Return the keyed hash of a person's address; raise NotFound."""
        row = self._one(select(subscriber.c.address_hash).where(subscriber.c.id == key))
        if row is None:
            raise NotFound("subscriber", key)
        return str(row["address_hash"])

    def oldest(self) -> tuple[Address, str] | None:
        """Return the address that has been kept for longest, with its keyed hash."""
        columns = (subscriber.c.address, subscriber.c.address_hash)
        row = self._one(select(*columns).order_by(subscriber.c.id).limit(1))
        return None if row is None else (parse_address(row["address"]), row["address_hash"])

    def listing(
        self,
        *,
        newsletter_slug: str | None = None,
        state: State | None = None,
        search: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Listed]:
        """Return ties by address; `search` is any part of one."""
        query = self._filtered(_LISTED, newsletter_slug, state, search)
        rows = self._all(
            query.order_by(subscriber.c.address_key, newsletter.c.slug).limit(limit).offset(offset)
        )
        return [Listed(**{**row, "state": State(row["state"])}) for row in rows]

    def count(
        self,
        *,
        newsletter_slug: str | None = None,
        state: State | None = None,
        search: str | None = None,
    ) -> int:
        """Return how many ties a listing without a limit would have."""
        query = self._filtered(_LISTED, newsletter_slug, state, search)
        return self._count(select(func.count()).select_from(query.subquery()))

    @staticmethod
    def _filtered(
        query: Select[tuple[object, ...]],
        slug: str | None,
        state: State | None,
        search: str | None,
    ) -> Select[tuple[object, ...]]:
        if slug is not None:
            query = query.where(newsletter.c.slug == slug)
        if state is not None:
            query = query.where(subscription.c.state == state)
        if search is not None:
            query = query.where(
                subscriber.c.address_key.contains(search.casefold(), autoescape=True)
            )
        return query


_LISTED: Select[tuple[object, ...]] = (
    select(
        subscriber.c.id.label("subscriber_id"),
        subscription.c.id.label("subscription_id"),
        subscriber.c.address,
        newsletter.c.slug.label("newsletter"),
        subscription.c.state,
        subscription.c.rhythm,
        subscription.c.requested_at,
        subscription.c.confirmed_at,
        subscription.c.left_at,
        subscription.c.next_due_at,
    )
    .join_from(subscription, subscriber, subscriber.c.id == subscription.c.subscriber_id)
    .join(newsletter, newsletter.c.id == subscription.c.newsletter_id)
)


# Statements are built once: building one costs more than running it.
_ADD = {
    dialect: insert.on_conflict_do_nothing(index_elements=["address_key"])
    for dialect, insert in inserts(
        subscriber, ("address", "address_key", "address_hash"), same=("created_at",)
    ).items()
}
_WITH_KEYS = {
    dialect: select(subscriber)
    .where(subscriber.c.address_key.in_(words))
    .order_by(subscriber.c.id)  # the order of locking
    .with_for_update(read=True, key_share=True)
    for dialect, words in EACH_WORD.items()
}
