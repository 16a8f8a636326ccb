"""The ledger for people: rows, sums, and the equation that says nobody was lost."""

from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, func, select

from mailer.delivery.model import (
    OPEN,
    Audit,
    DeliveryState,
    Kind,
    LedgerRow,
    LedgerStatus,
    Notice,
    ReaderDigest,
)
from mailer.store.aggregate import Aggregate
from mailer.store.tables import delivery, newsletter, sender, subscriber, subscription
from mailer.store.taking import IN_DOUBT, IS_DIGEST, IS_DUE

_LISTED = (
    select(delivery, newsletter.c.slug, subscriber.c.address)
    .join(newsletter, newsletter.c.id == delivery.c.newsletter_id)
    .join(subscription, subscription.c.id == delivery.c.subscription_id)
    .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
)
HELD = (DeliveryState.CLAIMED, DeliveryState.SENDING)
LATEST = 3  # editions that say how fast mail leaves


class LedgerReports(Aggregate):
    """Looks at the ledger and changes nothing."""

    def rows(
        self,
        *,
        edition_id: int | None = None,
        state: DeliveryState | None = None,
        limit: int = 100,
    ) -> list[LedgerRow]:
        """Return ledger rows, newest first."""
        # Of the few in doubt the newest are not looked for by going back through the whole table.
        number = delivery.c.id + 0 if state is DeliveryState.IN_DOUBT else delivery.c.id
        query = _LISTED.order_by(number.desc()).limit(limit)
        if edition_id is not None:
            query = query.where(delivery.c.edition_id == edition_id)
        if state is not None:
            query = query.where(_is(state))
        return [_ledger_row(row) for row in self._all(query)]

    def audits(self, edition_id: int | None = None) -> list[Audit]:
        """Return where the digests of each edition stand, or of one."""
        query = (
            select(
                delivery.c.edition_id,
                func.count().label("planned"),
                *(
                    _sum(delivery.c.state == state).label(state.value)
                    for state in DeliveryState
                    if state not in OPEN
                ),
                _sum(delivery.c.state.in_(OPEN)).label("open"),
            )
            .where(IS_DIGEST)
            .group_by(delivery.c.edition_id)
            .order_by(delivery.c.edition_id)
        )
        if edition_id is not None:
            query = query.where(delivery.c.edition_id == edition_id)
        return [Audit(**row) for row in self._all(query)]

    def row(self, key: int) -> LedgerRow | None:
        """Return one row, or None."""
        found = self._one(_LISTED.where(delivery.c.id == key))
        return None if found is None else _ledger_row(found)

    def digests_of(self, subscriber_id: int, limit: int) -> list[ReaderDigest]:
        """Return what a person was owed last, newest first."""
        rows = self._all(
            select(
                delivery.c.edition_id,
                delivery.c.slot,
                delivery.c.since,
                delivery.c.state,
                delivery.c.apart,
            )
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .where(subscription.c.subscriber_id == subscriber_id, IS_DIGEST)
            .order_by(delivery.c.id.desc())
            .limit(limit)
        )
        return [ReaderDigest(**{**row, "state": DeliveryState(row["state"])}) for row in rows]

    def sent_since(self, moment: datetime) -> int:
        """Return how many mails were taken since then, of the newest editions that owe some."""
        key = delivery.c.edition_id + 0  # not in the order of the index of all editions
        owing = select(key).distinct().where(IS_DUE, delivery.c.edition_id.is_not(None))
        return self._count(
            select(func.count())
            .select_from(delivery)
            .where(
                delivery.c.edition_id.in_(owing.order_by(key.desc()).limit(LATEST)),
                delivery.c.state == DeliveryState.SENT,
                delivery.c.settled_at >= moment,
            )
        )

    def status(self, now: datetime) -> LedgerStatus:
        """Return what the ledger owes at this moment: no row that has ended is looked at."""
        due = self._one(
            select(
                _sum(delivery.c.due_at <= now).label("due"),
                _sum(delivery.c.due_at > now).label("later"),
                func.min(delivery.c.due_at).label("next_due_at"),
            ).where(IS_DUE)
        )
        held = self._one(
            select(
                _sum(sender.c.lease_until >= now).label("under_way"),
                _sum(sender.c.lease_until < now).label("stuck"),
            )
            .select_from(delivery.join(sender, sender.c.id == delivery.c.sender_id))
            .where(delivery.c.sender_id.is_not(None), delivery.c.state.in_(HELD))
        )
        doubt = self._count(select(func.count()).select_from(delivery).where(IN_DOUBT))
        return LedgerStatus(in_doubt=doubt, **dict(due or {}), **dict(held or {}))


def _is(state: DeliveryState) -> ColumnElement[bool]:
    """Return the condition in the words of the index there may be."""
    return {DeliveryState.DUE: IS_DUE, DeliveryState.IN_DOUBT: IN_DOUBT}.get(
        state, delivery.c.state == state
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _ledger_row(row: RowMapping) -> LedgerRow:
    return LedgerRow(
        id=row["id"],
        kind=Kind.DIGEST if row["notice"] is None else Kind.NOTICE,
        state=DeliveryState(row["state"]),
        newsletter=row["slug"],
        recipient=row["address"],
        slot=row["slot"],
        edition_id=row["edition_id"],
        notice=None if row["notice"] is None else Notice(row["notice"]),
        attempts=row["attempts"],
        due_at=row["due_at"],
        planned_at=row["planned_at"],
        settled_at=row["settled_at"],
        relay=row["relay"],
        reply_code=row["reply_code"],
        reply_status=row["reply_status"],
        reply_text=row["reply_text"],
    )
