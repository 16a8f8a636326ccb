"""People, each known by one address."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, Select, func, select

from mailer.address import Address, parse_address
from mailer.errors import NotFound
from mailer.store.aggregate import Aggregate
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


class Subscribers(Aggregate):
    """Who they are, and lists of them for people."""

    def get_or_add(self, address: Address, address_hash: str, now: datetime) -> Subscriber:
        """Return the person with this address, new or known. A known one keeps their spelling."""
        statement = self._insert(subscriber).values(
            address=address.text,
            address_key=address.key,
            address_hash=address_hash,
            created_at=now,
        )
        once = statement.on_conflict_do_nothing(index_elements=["address_key"])
        row = self._one(once.returning(subscriber.c.id))
        if row is None:
            return self.by_address(address)
        return Subscriber(row["id"], address, None, now)

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
