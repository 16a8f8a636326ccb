"""The ledger at work: notices put in, rows claimed, started, settled, and taken back from the dead.

Every change names the state it expects to find and, where a sender holds the row, the sender: one
that was declared dead changes nothing, because its number is gone from the row.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, or_, select, update

from mailer.delivery.model import DeliveryState, Job, Lane, OwedNotice, Settlement, Standing
from mailer.editions.model import EditionState
from mailer.store.aggregate import EACH, INSERT, Aggregate
from mailer.store.endings import endings
from mailer.store.many_rows import inserts
from mailer.store.tables import delivery, edition, sender, subscriber, subscription
from mailer.store.taking import (
    IS_APPROVED,
    IS_DIGEST,
    IS_NOTICE,
    JOBS,
    STILL_WANTED,
    SUPPRESSED,
    any_that_may_leave,
    jobs,
    paused,
    rows_that_may_leave,
)
from mailer.subscribers.model import State

_APPROVED = exists(select(edition.c.id).where(edition.c.id == delivery.c.edition_id, IS_APPROVED))
_WANTED = exists(
    select(subscription.c.id)
    .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
    .where(subscription.c.id == delivery.c.subscription_id, STILL_WANTED)
    .correlate(delivery)
)
_PAUSED = paused(delivery.c.newsletter_id)


def _notice(owed: OwedNotice, now: datetime) -> dict[str, object]:
    return {
        "newsletter_id": owed.newsletter_id,
        "subscription_id": owed.subscription_id,
        "slot": f"{owed.notice}:{owed.occasion or format(now, '%Y-%m-%d')}",
        "language": owed.language,
        "notice": owed.notice,
        "apart": owed.apart,
    }


def _at_once(now: datetime) -> dict[str, object]:
    """Return what all notices have in common."""
    return {
        "lane": Lane.NOTICE,
        "state": DeliveryState.DUE,
        "due_at": now,
        "planned_at": now,
    }


class Deliveries(Aggregate):
    """What is owed, row by row."""

    def add_notice(self, owed: OwedNotice, now: datetime) -> bool:
        """Owe somebody a notice at once; False when they were owed it that day, or for that."""
        statement = _OWE[self._dialect.name].values({**_notice(owed, now), **_at_once(now)})
        return self._inserted(statement, delivery) == 1

    def add_notices(self, owed: Sequence[OwedNotice], now: datetime) -> None:
        """Owe people notices at once; who was owed theirs that day already is left out."""
        rows = [_notice(one, now) for one in owed]
        self._put(_OWE_ALL[self._dialect.name], rows, **_at_once(now))

    def sent_as(self, delivery_id: int, key: str) -> tuple[int, str] | None:
        """Return whose subscription a digest was of, and the key of the address it goes to.

        `key` is that of its edition, as its Message-ID has it. None: we sent no such digest.
        """
        row = self._one(
            select(delivery.c.subscription_id, subscriber.c.address_key)
            .join(edition, edition.c.id == delivery.c.edition_id)
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .where(delivery.c.id == delivery_id, edition.c.key == key)
        )
        return None if row is None else (row["subscription_id"], row["address_key"])

    def claim(
        self,
        sender_id: int,
        now: datetime,
        limit: int,
        edition_id: int | None = None,
        *,
        lanes: Sequence[Lane] = tuple(Lane),
    ) -> list[Job]:
        """Give up to `limit` due rows to a sender, those of people who wait for a notice first."""
        found: list[Job] = []
        for lane in lanes:
            most = limit - len(found)
            if most:
                found += rows_that_may_leave(self._connection, now, most, lane, edition_id)
        if found:
            self._run(
                update(delivery)
                .where(delivery.c.id.in_(self._each(job.id for job in found)))
                .values(state=DeliveryState.CLAIMED, sender_id=sender_id)
            )
        return found

    def jobs(self, keys: Collection[int]) -> list[Job]:
        """Return these rows with all that is needed to send them."""
        return jobs(self._connection, JOBS.where(delivery.c.id.in_(self._each(keys))))

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
        """Return what decides whether these rows may still be sent."""
        rows = self._all(
            select(
                delivery.c.id,
                subscription.c.state.label("subscription"),
                edition.c.state.label("edition"),
                SUPPRESSED.label("suppressed"),
                and_(IS_DIGEST, _PAUSED).label("paused"),
            )
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .outerjoin(edition, edition.c.id == delivery.c.edition_id)
            .where(delivery.c.id.in_(self._each(keys)))
        )
        return {
            row["id"]: Standing(
                State(row["subscription"]),
                None if row["edition"] is None else EditionState(row["edition"]),
                suppressed=bool(row["suppressed"]),
                paused=bool(row["paused"]),
            )
            for row in rows
        }

    def start(self, sender_id: int, keys: Collection[int]) -> set[int]:
        """Mark claimed rows as being sent; return those that are the sender's, and may be sent.

        Whoever left, was suppressed, or whose edition was held or cancelled since is not started.
        """
        listed = {"keys": self._listed(keys), "mine": sender_id}
        done = self._connection.execute(_START[self._dialect.name], listed)
        if done.rowcount == len(keys):
            return set(keys)
        started = self._connection.execute(
            select(delivery.c.id).where(
                delivery.c.id.in_(self._each(keys)),
                delivery.c.state == DeliveryState.SENDING,
                delivery.c.sender_id == sender_id,
            )
        )
        return {row[0] for row in started}

    def give_back(self, sender_id: int, keys: Collection[int]) -> None:
        """Let rows that were claimed and never started be due again."""
        self._run(
            update(delivery)
            .where(
                delivery.c.id.in_(self._each(keys)),
                delivery.c.state == DeliveryState.CLAIMED,
                delivery.c.sender_id == sender_id,
            )
            .values(state=DeliveryState.DUE, sender_id=None)
        )

    def settle(self, sender_id: int, settlements: Sequence[Settlement]) -> None:
        """Write down how rows of a sender ended; rows that are not its own any more stay."""
        for statement, given in endings(self._dialect.name, sender_id, settlements):
            self._connection.execute(statement, given)

    def recover(self, now: datetime, sending_becomes: DeliveryState) -> tuple[int, int]:
        """Take back the rows of senders that were declared dead.

        Claimed ones are due again; of those that were being sent nobody knows, and they become
        `sending_becomes`. Return how many of each there were.
        """
        dead = select(sender.c.id).where(sender.c.ended.is_(True))
        theirs = and_(delivery.c.sender_id.is_not(None), delivery.c.sender_id.in_(dead))
        claimed = self._run(
            update(delivery)
            .where(delivery.c.state == DeliveryState.CLAIMED, theirs)
            .values(state=DeliveryState.DUE, sender_id=None)
        )
        # In doubt, a row keeps its sender: should that one live, its answer ends the doubt.
        doubt = sending_becomes is DeliveryState.IN_DOUBT
        settled = {"settled_at": now} if doubt else {"sender_id": None}
        sending = self._run(
            update(delivery)
            .where(delivery.c.state == DeliveryState.SENDING, theirs)
            .values(
                state=sending_becomes,
                reply_text="the sender ended before the answer came",
                **settled,
            )
        )
        return claimed.rowcount, sending.rowcount

    def anything_due(self, now: datetime, edition_id: int | None = None) -> bool:
        """Whether a row could be claimed now, or is in another sender's hands."""
        if any(any_that_may_leave(self._connection, now, lane, edition_id) for lane in Lane):
            return True
        held = select(delivery.c.id).where(
            delivery.c.sender_id.is_not(None),
            delivery.c.state.in_([DeliveryState.CLAIMED, DeliveryState.SENDING]),
        )
        if edition_id is not None:
            held = held.where(delivery.c.edition_id == edition_id)
        return self._one(held.limit(1)) is not None


# "+ 0" keeps SQLite from its index of held rows: rows are found by their numbers here.
_SENDER = delivery.c.sender_id + 0
# Built once: building it costs more than running it.
_START = {
    dialect: update(delivery)
    .where(
        delivery.c.id.in_(keys),
        delivery.c.state == DeliveryState.CLAIMED,
        bindparam("mine") == _SENDER,
        _WANTED,
        or_(IS_NOTICE, and_(_APPROVED, ~_PAUSED)),
    )
    .values(state=DeliveryState.SENDING)
    for dialect, keys in EACH.items()
}
_OWE = {
    dialect: insert(delivery).on_conflict_do_nothing(index_elements=["subscription_id", "slot"])
    for dialect, insert in INSERT.items()
}
_OWE_ALL = {
    dialect: insert.on_conflict_do_nothing(index_elements=["subscription_id", "slot"])
    for dialect, insert in inserts(
        delivery,
        ("newsletter_id", "subscription_id", "slot", "language", "notice", "apart"),
        same=("lane", "state", "due_at", "planned_at"),
    ).items()
}
