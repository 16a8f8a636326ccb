"""Planned mails that are not to leave, and from when on their reader is owed something again."""

from datetime import datetime

from sqlalchemy import and_, exists, func, select, update

from mailer.delivery.model import DeliveryState, Lane
from mailer.editions.calendar import local_date, next_due
from mailer.editions.model import URGENT_SLOT, Due, EditionState
from mailer.store.aggregate import Aggregate
from mailer.store.tables import delivery, edition, subscription
from mailer.store.taking import IS_DIGEST, IS_DUE
from mailer.subscribers.model import Subscription

NOT_STARTED = (DeliveryState.DUE, DeliveryState.CLAIMED)
LEFT_US = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.IN_DOUBT)

MINUTE = "T"  # what slots have that are no dates: those of who reads at once

_is_digest = and_(IS_DIGEST, delivery.c.slot.not_like(f"{URGENT_SLOT}%"))


class Recall(Aggregate):
    """Looks at one subscription's rows of the ledger."""

    def take_back(self, subscription_id: int, now: datetime, why: str) -> None:
        """Stop all that has not begun to leave, and put the watermark back before it.

        The slots stay filled: what is taken back comes with a later date's digest. What was stopped
        by its sender, because its reader was away, is put back as well; what an owner cancelled is
        not, nor what was planned before they left and signed up again.
        """
        of_them = delivery.c.subscription_id == subscription_id
        self._run(
            update(delivery)
            .where(of_them, IS_DIGEST, delivery.c.state.in_(NOT_STARTED))
            .values(state=DeliveryState.SKIPPED, sender_id=None, settled_at=now, reply_text=why)
        )
        last = select(func.coalesce(func.max(delivery.c.id), 0)).where(
            of_them, _is_digest, delivery.c.state.in_(LEFT_US)
        )
        joined = select(subscription.c.confirmed_at).where(subscription.c.id == subscription_id)
        unseen = select(func.min(delivery.c.since)).where(
            of_them,
            _is_digest,
            delivery.c.state == DeliveryState.SKIPPED,
            delivery.c.id > last.scalar_subquery(),
            delivery.c.planned_at > joined.scalar_subquery(),
            delivery.c.edition_id.in_(
                select(edition.c.id).where(edition.c.state != EditionState.CANCELLED)
            ),
        )
        back = self._connection.scalar(unseen)
        if back is not None:
            self._run(
                update(subscription)
                .where(subscription.c.id == subscription_id, subscription.c.watermark > back)
                .values(watermark=back)
            )

    def of_nobody(self, now: datetime) -> int:
        """Skip notices whose reader is not there any more; return how many.

        No sender would ever take them, and each would look for them: the ledger has no foreign
        keys (decision 24), so nothing but our own locks keeps such a row out.
        """
        gone = ~exists(
            select(subscription.c.id).where(subscription.c.id == delivery.c.subscription_id)
        )
        return self._run(
            update(delivery)
            .where(IS_DUE, delivery.c.lane == int(Lane.NOTICE), gone)
            .values(
                state=DeliveryState.SKIPPED, settled_at=now, reply_text="the subscription is gone"
            )
        ).rowcount

    def next_turn(self, found: Subscription, now: datetime) -> Due:
        """Return a reader's first turn after now on a date on which they have had no digest.

        Dates are those of their zone, as it is now: whoever moves west had today's already.
        """
        zone = found.schedule.zone
        rows = self._all(
            select(delivery.c.slot, delivery.c.planned_at, delivery.c.state)
            .where(delivery.c.subscription_id == found.id, _is_digest)
            .order_by(delivery.c.id.desc())
            .limit(8)
        )
        had = [row["slot"] for row in rows if MINUTE not in row["slot"]]
        had += [
            local_date(row["planned_at"], zone).isoformat()
            for row in rows
            if row["state"] != DeliveryState.SKIPPED
        ]
        return next_due(found.schedule, now, past=max(had, default=None))
