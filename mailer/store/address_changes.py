"""Changes of readers' addresses: asked for, done, taken back, and forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, and_, delete, insert, or_, select, update

from mailer.delivery.model import DeliveryState
from mailer.errors import NotFound
from mailer.store.aggregate import Aggregate
from mailer.store.erasure import Erasure
from mailer.store.tables import address_change, delivery, subscriber, subscription
from mailer.store.taking import IS_NOTICE
from mailer.subscribers.model import State, Subscription

NOT_STARTED = (DeliveryState.DUE, DeliveryState.CLAIMED)


@dataclass(frozen=True, slots=True)
class AddressChange:
    """One change; the other holds the new address before it is done, and the old one after."""

    id: int
    reader_id: int  # the subscription by which it was asked for
    other_id: int  # that of who holds the address that the reader has not
    made: bool  # whether the other is there for this alone
    asked_at: datetime
    done_at: datetime | None
    undone_at: datetime | None


def _change(row: RowMapping) -> AddressChange:
    return AddressChange(**row)


class AddressChanges(Aggregate):
    """Who asked for another address."""

    def add(self, reader_id: int, other_id: int, now: datetime, *, made: bool) -> AddressChange:
        """Keep a change that is asked for."""
        row = self._one(
            insert(address_change)
            .values(reader_id=reader_id, other_id=other_id, made=made, asked_at=now)
            .returning(address_change)
        )
        assert row is not None  # noqa: S101 - it was just inserted
        return _change(row)

    def by_id(self, key: int) -> AddressChange:
        """Return a change, or raise NotFound."""
        row = self._one(select(address_change).where(address_change.c.id == key))
        if row is None:
            raise NotFound("change of address", key)
        return _change(row)

    def touching(self, subscription_id: int) -> list[AddressChange]:
        """Return the changes that a tie has to do with, newest first."""
        rows = self._all(
            select(address_change)
            .where(
                or_(
                    address_change.c.reader_id == subscription_id,
                    address_change.c.other_id == subscription_id,
                )
            )
            .order_by(address_change.c.id.desc())
        )
        return [_change(row) for row in rows]

    def done(self, key: int, now: datetime) -> None:
        """Note that the reader has the new address."""
        self._run(update(address_change).where(address_change.c.id == key).values(done_at=now))

    def undone(self, key: int, now: datetime) -> None:
        """Note that it was stopped, or taken back."""
        self._run(update(address_change).where(address_change.c.id == key).values(undone_at=now))

    def stop_asked(self, reader_id: int, now: datetime) -> None:
        """Note of all that was asked for a reader, and not confirmed, that it was stopped."""
        self._run(
            update(address_change)
            .where(
                address_change.c.reader_id == reader_id,
                address_change.c.done_at.is_(None),
                address_change.c.undone_at.is_(None),
            )
            .values(undone_at=now)
        )

    def swap(self, one: Subscription, other: Subscription, now: datetime) -> None:
        """Let two people change addresses; notices that were for the old ones do not leave."""
        columns = (subscriber.c.address, subscriber.c.address_key, subscriber.c.address_hash)
        keys = (one.subscriber_id, other.subscriber_id)
        rows = self._all(select(subscriber.c.id, *columns).where(subscriber.c.id.in_(keys)))
        found = {row["id"]: {column.name: row[column.name] for column in columns} for row in rows}
        # The key is unique at every moment: the first one steps aside while the other takes it.
        aside = {"address_key": f"{other.subscriber_id} steps aside"}
        for key, values in (
            (other.subscriber_id, aside),
            (one.subscriber_id, found[other.subscriber_id]),
            (other.subscriber_id, found[one.subscriber_id]),
        ):
            self._run(update(subscriber).where(subscriber.c.id == key).values(**values))
        self._run(
            update(delivery)
            .where(
                delivery.c.subscription_id.in_((one.id, other.id)),
                IS_NOTICE,
                delivery.c.state.in_(NOT_STARTED),
            )
            .values(
                state=DeliveryState.SKIPPED,
                sender_id=None,
                settled_at=now,
                reply_text="the address was changed",
            )
        )

    def over(self, asked: datetime, done: datetime) -> Sequence[AddressChange]:
        """Return changes that can neither be confirmed any more nor taken back.

        `asked` and `done` are the moments before which that was too long ago.
        """
        waits = and_(address_change.c.done_at.is_(None), address_change.c.asked_at < asked)
        rows = self._all(select(address_change).where(or_(waits, address_change.c.done_at < done)))
        return [_change(row) for row in rows]

    def forget(self, change: AddressChange) -> None:
        """Forget a change, and who was there for it alone."""
        self._run(delete(address_change).where(address_change.c.id == change.id))
        other = self._one(select(subscription).where(subscription.c.id == change.other_id))
        if other is None or self.touching(change.other_id):
            return
        untouched = other["state"] == State.PENDING and other["requested_at"] <= change.asked_at
        if other["state"] != State.LEFT and not untouched:
            return  # signed up meanwhile
        ties = self._all(
            select(subscription.c.id).where(subscription.c.subscriber_id == other["subscriber_id"])
        )
        if change.made and len(ties) == 1:
            Erasure(self._connection).erase(other["subscriber_id"])
        elif untouched and not change.made:
            self._run(
                update(subscription)
                .where(subscription.c.id == change.other_id)
                .values(state=State.LEFT, left_at=change.asked_at)
            )
