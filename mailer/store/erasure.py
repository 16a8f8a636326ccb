"""All that is kept of one person: a copy of it, and its end."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, delete, or_, select

from mailer.delivery.model import DeliveryState
from mailer.store.aggregate import Aggregate
from mailer.store.tables import (
    address_change,
    consent_event,
    consent_wording,
    correction_owed,
    delivery,
    newsletter,
    subscriber,
    subscription,
)
from mailer.subscribers.model import State

# Tables with rows of people. What the ledger says of a person goes with them: a server's answer to
# a mail often names the address.
HOLDING_PEOPLE = (
    *("address_change", "correction_owed", "consent_event", "delivery"),
    *("subscription", "subscriber"),
)
HELD = (DeliveryState.CLAIMED, DeliveryState.SENDING)

Row = dict[str, object]


class Erasure(Aggregate):
    """Rows that are about one person."""

    def hold(self, subscriber_id: int) -> None:
        """Let nobody write anything of a person, who is to be erased, before the commit.

        The person first and then their ties: whoever signs up takes them in this order.
        """
        self._one(select(subscriber.c.id).where(subscriber.c.id == subscriber_id).with_for_update())
        self._all(_ties(subscriber_id).order_by(subscription.c.id).with_for_update())

    def under_way(self, subscriber_id: int) -> bool:
        """Whether a mail to them is in a sender's hands right now."""
        held = select(delivery.c.id).where(
            delivery.c.subscription_id.in_(_ties(subscriber_id)), delivery.c.state.in_(HELD)
        )
        return self._one(held.limit(1)) is not None

    def erase(self, subscriber_id: int) -> None:
        """Delete every row that is about a person, and who holds another address of theirs.

        Whoever writes of them at this moment is waited for, and what that was goes too.
        """
        self.hold(subscriber_id)
        theirs = _ties(subscriber_id)
        holders = self._holders(subscriber_id)
        self._run(delete(address_change).where(_has_to_do_with(theirs)))
        for holder in holders:
            self.erase(holder)
        for table in (correction_owed, consent_event, delivery):
            self._run(delete(table).where(table.c.subscription_id.in_(theirs)))
        self._run(delete(subscription).where(subscription.c.subscriber_id == subscriber_id))
        self._run(delete(subscriber).where(subscriber.c.id == subscriber_id))

    def _holders(self, subscriber_id: int) -> list[int]:
        """Return who is there only because a person wants, or had, another address."""
        rows = self._all(
            select(subscription.c.subscriber_id)
            .distinct()
            .join(address_change, address_change.c.other_id == subscription.c.id)
            .where(
                address_change.c.reader_id.in_(_ties(subscriber_id)),
                address_change.c.made.is_(True),
                subscription.c.state.in_((State.PENDING, State.LEFT)),
                subscription.c.requested_at <= address_change.c.asked_at,
            )
        )
        return [row["subscriber_id"] for row in rows]

    def copy(self, subscriber_id: int) -> dict[str, list[Row]]:
        """Return every row that is about a person, by table, as JSON can hold it."""
        theirs = _ties(subscriber_id)
        return {
            "subscriber": self._rows(select(subscriber).where(subscriber.c.id == subscriber_id)),
            "subscription": self._rows(
                select(newsletter.c.slug.label("newsletter"), subscription)
                .join(newsletter, newsletter.c.id == subscription.c.newsletter_id)
                .where(subscription.c.subscriber_id == subscriber_id)
            ),
            "consent_event": self._rows(
                select(consent_event, consent_wording.c.words)
                .outerjoin(consent_wording)
                .where(consent_event.c.subscription_id.in_(theirs))
                .order_by(consent_event.c.id)
            ),
            "delivery": self._rows(
                select(delivery)
                .where(delivery.c.subscription_id.in_(theirs))
                .order_by(delivery.c.id)
            ),
            "address_change": self._rows(select(address_change).where(_has_to_do_with(theirs))),
            "correction_owed": self._rows(
                select(correction_owed).where(correction_owed.c.subscription_id.in_(theirs))
            ),
        }

    def _rows(self, query: Select[tuple[object, ...]]) -> list[Row]:
        found: Sequence[object] = self._all(query)
        return [dict(row) for row in found]  # type: ignore[call-overload]  # mappings


def _has_to_do_with(theirs: Select[tuple[int]]) -> ColumnElement[bool]:
    return or_(address_change.c.reader_id.in_(theirs), address_change.c.other_id.in_(theirs))


def _ties(subscriber_id: int) -> Select[tuple[int]]:
    return select(subscription.c.id).where(subscription.c.subscriber_id == subscriber_id)
