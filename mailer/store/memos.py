"""What the operator is told by mail: what there is to tell, and what was told already."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, select

from mailer.delivery.model import OPEN, DeliveryState, Lane, Memo, Notice
from mailer.editions.model import URGENT_SLOT, Edition, EditionState, Rhythm
from mailer.store.aggregate import Aggregate
from mailer.store.editions import as_edition, goes_by_itself
from mailer.store.tables import delivery, edition, memo, pause, piece, subscription
from mailer.store.taking import IS_DIGEST
from mailer.subscribers.model import State

KEY = ("notice", "newsletter_id", "occasion")
MANY_A_DAY = (Rhythm.AT_ONCE, Rhythm.MINUTELY)  # nobody wants a mail about each of those
NOTHING = (EditionState.EMPTY, EditionState.MISSED)


class Memos(Aggregate):
    """One for each occasion, whatever became of its mail."""

    def add(self, told: Memo, now: datetime) -> int | None:
        """Keep a memo and return its number; None: of this occasion there is one."""
        values = asdict(told)
        key = {name: values.pop(name) for name in KEY}
        statement = self._insert(memo).values(**key, figures=json.dumps(values), told_at=now)
        once = statement.on_conflict_do_nothing(index_elements=list(KEY))
        row = self._one(once.returning(memo.c.id))
        return None if row is None else row["id"]

    def of_delivery(self, delivery_id: int) -> Memo | None:
        """Return what a notice to the operator says; its slot ends with the memo's number."""
        slot = self._one(select(delivery.c.slot).where(delivery.c.id == delivery_id))
        number = "" if slot is None else slot["slot"].rpartition(":")[2]
        if not number.isdecimal():
            return None
        row = self._one(select(memo).where(memo.c.id == int(number)))
        if row is None:
            return None
        key = {"newsletter_id": row["newsletter_id"], "occasion": row["occasion"]}
        return Memo(Notice(row["notice"]), **key, **json.loads(row["figures"]))

    def untold(self, found: Sequence[Memo], since: datetime) -> list[Memo]:
        """Return those of whose occasion there is no memo, of those told `since` then."""
        if not found:
            return []
        columns = (memo.c.notice, memo.c.newsletter_id, memo.c.occasion)
        rows = self._all(select(*columns).where(memo.c.told_at >= since))
        known = {(row["notice"], row["newsletter_id"], row["occasion"]) for row in rows}
        return [one for one in found if (one.notice, one.newsletter_id, one.occasion) not in known]

    def waiting(self, now: datetime, since: datetime) -> list[Edition]:
        """Return the editions that wait for a person's word, and that no person has stopped."""
        draft = and_(
            edition.c.state == EditionState.DRAFT,
            or_(edition.c.at_once.is_(False), edition.c.rhythm == Rhythm.AT_ONCE),
            or_(edition.c.checking_until.is_(None), edition.c.checking_until <= now),
            not_(goes_by_itself()),
        )
        held = and_(edition.c.state == EditionState.HELD, edition.c.held_because.is_not(None))
        rows = self._all(
            select(edition)
            .where(or_(draft, held), edition.c.composed_at >= since)
            .order_by(edition.c.id)
        )
        return [as_edition(row) for row in rows]

    def sent(self, since: datetime) -> list[Edition]:
        """Return the editions that went to somebody, and of which nothing is owed any more."""
        mine = delivery.c.edition_id == edition.c.id
        planned = exists(select(delivery.c.id).where(mine))
        # By lane: that is how the index of what is due begins.
        due = [
            exists(
                select(delivery.c.id).where(
                    mine, delivery.c.state == DeliveryState.DUE, delivery.c.lane == lane
                )
            )
            for lane in Lane
        ]
        held = exists(
            select(delivery.c.id).where(
                mine, delivery.c.sender_id.is_not(None), delivery.c.state.in_(OPEN)
            )
        )
        rows = self._all(
            select(edition)
            .where(
                edition.c.state == EditionState.APPROVED,
                edition.c.approved_at >= since,
                _is_no_everyday_thing(),
                planned,
                not_(or_(*due, held)),
            )
            .order_by(edition.c.id)
        )
        return [as_edition(row) for row in rows]

    def without_news(self, since: datetime) -> list[Edition]:
        """Return the editions that brought nobody anything, the first ones in a row."""
        before = edition.alias("before")
        state_before = (
            select(before.c.state)
            .where(
                before.c.newsletter_id == edition.c.newsletter_id,
                before.c.rhythm == edition.c.rhythm,
                before.c.id < edition.c.id,
            )
            .order_by(before.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        rows = self._all(
            select(edition)
            .where(
                edition.c.state.in_(NOTHING),
                edition.c.composed_at >= since,
                edition.c.rhythm.not_in(MANY_A_DAY),
                func.coalesce(state_before, literal("")).not_in(NOTHING),
            )
            .order_by(edition.c.id)
        )
        return [as_edition(row) for row in rows]

    def pauses(self, since: datetime) -> list[Memo]:
        """Return a memo for each newsletter that was paused by itself, and is."""
        rows = self._all(
            select(pause).where(
                pause.c.by_itself.is_(True),
                pause.c.newsletter_id.is_not(None),
                pause.c.since >= since,
            )
        )
        return [
            Memo(
                Notice.DELIVERY_PAUSED,
                row["newsletter_id"],
                f"pause {row['id']}",
                cause=row["reason"],
                readers=self._waiting_mails(row["newsletter_id"]),
            )
            for row in rows
        ]

    def last_end(self, edition_id: int) -> datetime | None:
        """Return when the last mail of an edition was planned or ended; None: there is none."""
        row = self._one(
            select(
                func.max(delivery.c.settled_at).label("settled"),
                func.max(delivery.c.planned_at).label("planned"),
            ).where(delivery.c.edition_id == edition_id)
        )
        if row is None or row["planned"] is None:
            return None
        ends: list[datetime] = [row["planned"], row["settled"] or row["planned"]]
        return max(ends)

    def with_figures(self, told: Memo, found: Edition) -> Memo:
        """Return the memo with how many stories an edition has, and how many readers wait."""
        stories = select(func.count()).select_from(piece).where(piece.c.edition_id == found.id)
        if found.state not in NOTHING:
            stories = stories.where(piece.c.included.is_(True))
        waiting = select(func.count()).select_from(subscription).where(*_waits_for(found))
        return replace(told, stories=self._count(stories), later=self._count(waiting))

    def _waiting_mails(self, newsletter_id: int) -> int:
        return self._count(
            select(func.count())
            .select_from(delivery)
            .where(
                delivery.c.newsletter_id == newsletter_id,
                IS_DIGEST,
                delivery.c.state == DeliveryState.DUE,
            )
        )


def _waits_for(found: Edition) -> list[ColumnElement[bool]]:
    """Whose next mail an edition is."""
    return [
        subscription.c.newsletter_id == found.newsletter_id,
        subscription.c.rhythm == found.rhythm,
        subscription.c.state == State.ACTIVE,
        subscription.c.next_slot == found.slot,
        *([] if found.until is None else [subscription.c.next_due_at < found.until]),
    ]


def _is_no_everyday_thing() -> ColumnElement[bool]:
    urgent = edition.c.slot.like(f"{URGENT_SLOT}%")
    return or_(urgent, edition.c.rhythm.not_in(MANY_A_DAY))
