"""The ledger at work: notices put in, rows claimed, started, settled, and taken back from the dead.

Every change names the state it expects to find and, where a sender holds the row, the sender: one
that was declared dead changes nothing, because its number is gone from the row.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, exists, or_, select, update

from mailer.address import parse_address
from mailer.delivery.model import (
    DeliveryState,
    Job,
    Kind,
    Lane,
    Notice,
    Settlement,
    Standing,
)
from mailer.editions.model import EditionState
from mailer.store.aggregate import Aggregate
from mailer.store.tables import delivery, edition, page, sender, subscriber, subscription
from mailer.subscribers.model import State

_rendered = exists(
    select(page.c.id).where(
        page.c.edition_id == delivery.c.edition_id,
        page.c.since == delivery.c.since,
        page.c.language == delivery.c.language,
    )
)
_approved = exists(
    select(edition.c.id).where(
        edition.c.id == delivery.c.edition_id, edition.c.state == EditionState.APPROVED
    )
)
# A digest whose page is not there yet, or whose edition is held, waits without anybody's doing.
_sendable = or_(delivery.c.kind == Kind.NOTICE, and_(_approved, _rendered))


class Deliveries(Aggregate):
    """What is owed, row by row."""

    def add_notice(
        self,
        *,
        subscription_id: int,
        newsletter_id: int,
        notice: Notice,
        language: str,
        slot: str,
        now: datetime,
    ) -> bool:
        """Owe somebody a notice at once; False when one for that slot is owed or sent already."""
        statement = self._insert(delivery).values(
            kind=Kind.NOTICE,
            lane=Lane.NOTICE,
            newsletter_id=newsletter_id,
            subscription_id=subscription_id,
            slot=slot,
            language=language,
            notice=notice,
            state=DeliveryState.DUE,
            due_at=now,
            planned_at=now,
        )
        once = statement.on_conflict_do_nothing(index_elements=["subscription_id", "slot"])
        return self._inserted(once, delivery) == 1

    def claim(
        self, sender_id: int, now: datetime, limit: int, edition_id: int | None = None
    ) -> list[Job]:
        """Give up to `limit` due rows to a sender, those of people who wait for a notice first."""
        due: ColumnElement[bool] = and_(
            delivery.c.state == DeliveryState.DUE, delivery.c.due_at <= now
        )
        chosen = select(delivery.c.id).where(due, _sendable)
        if edition_id is not None:
            chosen = chosen.where(delivery.c.edition_id == edition_id)
        # WITH is worked out once; PostgreSQL may run a plain subquery, LIMIT and all, many times.
        first = (
            chosen.order_by(delivery.c.lane, delivery.c.due_at, delivery.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("first_in_line")
        )
        taken = self._all(
            update(delivery)
            .where(delivery.c.id.in_(select(first.c.id)), due)
            .values(state=DeliveryState.CLAIMED, sender_id=sender_id)
            .returning(delivery.c.id)
        )
        return self.jobs([row["id"] for row in taken])

    def jobs(self, keys: Collection[int]) -> list[Job]:
        """Return these rows with all that is needed to send them, in the order of their lanes."""
        rows = self._all(
            select(delivery, subscriber.c.address, *_OF_SUBSCRIPTION)
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .where(delivery.c.id.in_(keys))
            .order_by(delivery.c.lane, delivery.c.due_at, delivery.c.id)
        )
        return [_job(row) for row in rows]

    def job_of(self, edition_id: int, address_key: str | None) -> Job | None:
        """Return what one reader, or the first one, is owed of an edition; None when nothing is."""
        query = (
            select(delivery.c.id)
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .where(delivery.c.edition_id == edition_id)
            .order_by(delivery.c.id)
        )
        if address_key is not None:
            query = query.where(subscriber.c.address_key == address_key)
        row = self._one(query.limit(1))
        return None if row is None else self.jobs([row["id"]])[0]

    def standings(self, keys: Collection[int]) -> dict[int, Standing]:
        """Return what decides whether these rows may still be sent, but for suppression."""
        rows = self._all(
            select(
                delivery.c.id,
                subscription.c.state.label("subscription"),
                edition.c.state.label("edition"),
            )
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .outerjoin(edition, edition.c.id == delivery.c.edition_id)
            .where(delivery.c.id.in_(keys))
        )
        return {
            row["id"]: Standing(
                State(row["subscription"]),
                None if row["edition"] is None else EditionState(row["edition"]),
                suppressed=False,
            )
            for row in rows
        }

    def start(self, sender_id: int, keys: Collection[int]) -> set[int]:
        """Mark claimed rows as being sent; return those that are the sender's to send."""
        started = self._all(
            update(delivery)
            .where(
                delivery.c.id.in_(keys),
                delivery.c.state == DeliveryState.CLAIMED,
                delivery.c.sender_id == sender_id,
            )
            .values(state=DeliveryState.SENDING)
            .returning(delivery.c.id)
        )
        return {row["id"] for row in started}

    def settle(self, sender_id: int, settlements: Sequence[Settlement]) -> int:
        """Write down how rows of a sender ended; return how many were still its own."""
        return sum(self._settle(sender_id, settlement) for settlement in settlements)

    def _settle(self, sender_id: int, settlement: Settlement) -> int:
        reply = settlement.reply
        values: dict[str, object] = {
            "state": settlement.state,
            "sender_id": None,
            "attempts": settlement.attempts,
            "relay": settlement.relay,
            "reply_code": None if reply is None else reply.code,
            "reply_status": None if reply is None else reply.status,
            "reply_text": settlement.reason if reply is None else reply.text,
            "settled_at": settlement.settled_at,
        }
        if settlement.due_at is not None:
            values["due_at"] = settlement.due_at
        done = self._run(
            update(delivery)
            .where(
                delivery.c.id == settlement.delivery_id,
                delivery.c.state == settlement.found,
                delivery.c.sender_id == sender_id,
            )
            .values(**values)
        )
        return done.rowcount

    def recover(self, now: datetime, sending_becomes: DeliveryState) -> tuple[int, int]:
        """Take back the rows of senders that were declared dead.

        Claimed ones are due again; of those that were being sent nobody knows, and they become
        `sending_becomes`. Return how many of each there were.
        """
        dead = select(sender.c.id).where(sender.c.ended.is_(True))
        theirs = delivery.c.sender_id.in_(dead)
        claimed = self._run(
            update(delivery)
            .where(delivery.c.state == DeliveryState.CLAIMED, theirs)
            .values(state=DeliveryState.DUE, sender_id=None)
        )
        settled = {"settled_at": now} if sending_becomes is DeliveryState.IN_DOUBT else {}
        sending = self._run(
            update(delivery)
            .where(delivery.c.state == DeliveryState.SENDING, theirs)
            .values(
                state=sending_becomes,
                sender_id=None,
                reply_text="the sender ended before the answer came",
                **settled,
            )
        )
        return claimed.rowcount, sending.rowcount

    def anything_due(self, now: datetime, edition_id: int | None = None) -> bool:
        """Whether a row could be claimed now, or is in another sender's hands."""
        held = delivery.c.state.in_([DeliveryState.CLAIMED, DeliveryState.SENDING])
        due = and_(delivery.c.state == DeliveryState.DUE, delivery.c.due_at <= now, _sendable)
        query = select(delivery.c.id).where(or_(held, due))
        if edition_id is not None:
            query = query.where(delivery.c.edition_id == edition_id)
        return self._one(query.limit(1)) is not None


_OF_SUBSCRIPTION = (
    subscription.c.requested_at,
    subscription.c.confirmed_at,
)


def _job(row: RowMapping) -> Job:
    return Job(
        id=row["id"],
        kind=Kind(row["kind"]),
        newsletter_id=row["newsletter_id"],
        edition_id=row["edition_id"],
        subscription_id=row["subscription_id"],
        slot=row["slot"],
        notice=None if row["notice"] is None else Notice(row["notice"]),
        since=row["since"],
        language=row["language"],
        recipient=parse_address(row["address"]),
        signed_up_at=row["confirmed_at"] or row["requested_at"],
        requested_at=row["requested_at"],
        attempts=row["attempts"],
        planned_at=row["planned_at"],
    )
