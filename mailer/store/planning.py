"""From approved editions to ledger rows: set-wise, a batch a transaction.

On PostgreSQL a batch is one statement: readers are taken, owed and moved on without leaving the
server. SQLite has no such statement, and no server to leave: there it takes three.
"""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from mailer.delivery.model import DeliveryState, Lane
from mailer.editions.model import Due, Edition, EditionState, Rhythm, Schedule
from mailer.store.aggregate import EACH, Aggregate
from mailer.store.apartness import Apartness, chosen_key
from mailer.store.appointments import Appointments, Hour, has, is_owed
from mailer.store.corrections import UNDER_WAY
from mailer.store.instant import Instant
from mailer.store.tables import (
    delivery,
    edition,
    newsletter,
    subscription,
)
from mailer.store.turns import (
    at_once,
    by_hand,
    newest_at_once,
    newest_piece,
    reads_it_at_once,
    waiting,
)

WAITS_FOR_A_PERSON = (EditionState.DRAFT, EditionState.HELD)
A_DAY = timedelta(days=1)  # how long an edition made by hand still finds readers


class Turn(NamedTuple):
    """Readers of one schedule whose turn it is, and when it is next."""

    schedule: Schedule
    due: Due


class Batch(NamedTuple):
    """What one statement of planning came to."""

    planned: int  # rows
    readers: int  # moved on
    taken: int  # looked at: fewer than asked for when there are no more
    last: int  # the number of the last of them


NOBODY = Batch(0, 0, 0, 0)


class Planning(Aggregate):
    """Who is owed an edition, and the moment from which they are owed the next one."""

    def editions_with_waiting_readers(
        self, now: datetime, by_hand_since: datetime | None = None
    ) -> list[int]:
        """Return the ids of editions that readers can be planned for, or moved on from.

        For what was made by hand every reader of its rhythm is looked at: of what was approved
        before `by_hand_since` nobody is asked.
        """
        scheduled = is_owed(Appointments(self._connection).owed(now), in_wave=False)
        ahead = and_(
            *_made_by_hand(by_hand_since or now - A_DAY),
            exists(select(subscription.c.id).where(at_once(edition.c))),
        )
        as_it_came = and_(
            edition.c.id.in_(newest_at_once()),
            exists(select(subscription.c.id).where(reads_it_at_once(edition.c))),
        )
        rows = self._all(
            select(edition.c.id)
            .where(
                edition.c.state.not_in(WAITS_FOR_A_PERSON),
                or_(ahead, as_it_came, scheduled),
                or_(edition.c.checking_until.is_(None), edition.c.checking_until <= now),
            )
            .order_by(edition.c.id)
        )
        return [row["id"] for row in rows]

    def is_looking_at_what_was_made_by_hand(self, now: datetime) -> bool:
        """Whether somebody checks such an edition, which is planned afterwards."""
        checked = edition.c.checking_until > now
        return (
            self._one(select(edition.c.id).where(*_made_by_hand(now - A_DAY), checked)) is not None
        )

    def schedules(self, found: Edition, now: datetime) -> list[Schedule]:
        """Return the different schedules of the readers who wait for an edition, or may."""
        if found.rhythm is not Rhythm.AT_ONCE:
            until = None if by_hand(found) else now
            return Appointments(self._connection).of(found.newsletter_id, found.rhythm, until)
        rows = self._all(select(*_SCHEDULE).distinct().where(waiting(found, now)))
        return [
            Schedule(
                found.rhythm,
                row["minute_of_day"],
                row["weekday"],
                row["zone"],
                tuple(map(int, row["also_on"])),
            )
            for row in rows
        ]

    def plan_batch(
        self, found: Edition, turn: Turn, now: datetime, limit: int, after: int
    ) -> Batch:
        """Owe the edition to up to `limit` readers of a schedule, and give them their next turn.

        Their numbers are above `after`. The watermark moves of those alone who are owed it: whose
        slot was filled already gets these stories with their next mail.
        """
        theirs = (
            select(subscription.c.id)
            .where(
                *has(Hour(found.newsletter_id, turn.schedule)),
                waiting(found, now),
                *self._settled(found),
                subscription.c.id > after,
            )
            .order_by(subscription.c.id)
            .limit(limit)
        )
        if self._dialect.name != "postgresql":
            return self._plan_chosen(found, turn.due, now, theirs)
        # What a power cut takes of this is planned again. A sender marks what leaves before that,
        # and that commit brings to the disk whatever came before it.
        self._connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
        # Nearly always nobody has the slot yet, and an INSERT that does not ask is quicker.
        if not by_hand(found):
            with suppress(IntegrityError), self._connection.begin_nested():
                return self._plan_rows(found, turn.due, now, theirs, asking=False)
        return self._plan_rows(found, turn.due, now, theirs, asking=True)

    def _plan_rows(
        self, found: Edition, due: Due, now: datetime, theirs: Select[tuple[int]], *, asking: bool
    ) -> Batch:
        taken = (
            theirs.with_only_columns(*_TAKEN)
            .with_for_update(skip_locked=True)  # whom another program has taken, it plans
            .cte("taken")
        )
        is_out = literal(found.state is EditionState.APPROVED)
        rows = _owed(found, taken, now).where(is_out)
        made = self._insert_once(rows) if asking else self._insert_all(rows)
        owed = made.returning(delivery.c.subscription_id).cte("owed")
        told = subscription.c.id.in_(select(owed.c.subscription_id))
        # As one array: joined, PostgreSQL reads the whole table for each batch.
        keys = func.array(select(taken.c.id).scalar_subquery())
        moved = (
            update(subscription)
            .where(subscription.c.id == func.any(keys))
            .values(_next(found, told, due))
            .returning(subscription.c.id)
            .cte("moved")
        )
        row = self._one(
            select(
                select(func.array_agg(owed.c.subscription_id)).scalar_subquery().label("owed"),
                select(func.count()).select_from(moved).scalar_subquery().label("moved"),
                func.count().label("taken"),
                func.max(taken.c.id).label("last"),
            )
        )
        if row is None or not row["taken"]:
            return NOBODY
        readers = row["owed"] or ()
        planned = len(readers) - self._taken_back(found, readers, now)
        return Batch(planned, row["moved"], row["taken"], row["last"])

    def _plan_chosen(
        self, found: Edition, due: Due, now: datetime, theirs: Select[tuple[int]]
    ) -> Batch:
        batch = theirs.subquery()
        # As one row of JSON: the driver makes an object of each row, and that takes longer.
        listed = self._connection.scalar(select(func.json_group_array(batch.c.id, type_=Text)))
        chosen: list[int] = json.loads(listed or "[]")
        if not chosen:
            return NOBODY
        mine = subscription.c.id.in_(EACH["sqlite"].params(keys=json.dumps(chosen)))
        planned = taken_back = 0
        told: ColumnElement[bool] = false()
        if found.state is EditionState.APPROVED:
            self._run(self._insert_once(_owed(found, subscription, now).where(mine)))
            planned = self._count(select(func.changes()))
            told = true() if planned == len(chosen) else _is_told(found)
        moved = self._run(update(subscription).where(mine).values(_next(found, told, due)))
        if found.state is EditionState.APPROVED:  # whoever has nothing to get has seen it as well
            taken_back = self._taken_back(found, chosen, now)
        return Batch(planned - taken_back, moved.rowcount, len(chosen), chosen[-1])

    def _settled(self, found: Edition) -> Sequence[ColumnElement[bool]]:
        """Return what keeps those waiting whose urgent mail is under way at this moment.

        Whether they got that story is seen in a moment: refused, it belongs into this digest.
        """
        slots = Apartness(self._connection).urgent_slots(found.newsletter_id, found.opens)
        if not slots:
            return ()
        under_way = exists(
            select(delivery.c.id).where(
                delivery.c.subscription_id == subscription.c.id,
                delivery.c.slot.in_(slots),
                delivery.c.state.in_(UNDER_WAY),
            )
        )
        return (~under_way,)

    def _insert_all(self, rows: Select[tuple[object, ...]]) -> "sqlite.Insert | postgresql.Insert":
        return self._insert(delivery).from_select(list(rows.selected_columns.keys()), rows)

    def _insert_once(self, rows: Select[tuple[object, ...]]) -> "sqlite.Insert | postgresql.Insert":
        once = ["subscription_id", "slot"]
        return self._insert_all(rows).on_conflict_do_nothing(index_elements=once)

    def _taken_back(self, found: Edition, readers: Collection[int], now: datetime) -> int:
        """Give readers who need one a page apart; return how many rows had nothing to tell."""
        return Apartness(self._connection).mark(found, readers, now) if readers else 0


def _made_by_hand(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        edition.c.at_once.is_(True),
        edition.c.approved_at > since,
        edition.c.state == EditionState.APPROVED,
        edition.c.rhythm != Rhythm.AT_ONCE,
    )


# What a schedule is in the table; the rhythm is the edition's.
_SCHEDULE = (
    subscription.c.minute_of_day,
    subscription.c.weekday,
    subscription.c.zone,
    subscription.c.also_on,
)


# What planning wants to know of a reader.
_TAKEN = (
    subscription.c.id,
    subscription.c.newsletter_id,
    subscription.c.watermark,
    subscription.c.language,
    subscription.c.sections,
    subscription.c.text_only,
)


def _is_told(found: Edition) -> ColumnElement[bool]:
    """Whether a reader is owed an edition, or has had it."""
    return exists(
        select(delivery.c.id).where(
            delivery.c.subscription_id == subscription.c.id,
            delivery.c.slot == found.slot,
            delivery.c.edition_id == found.id,
        )
    )


def _next(found: Edition, told: ColumnElement[bool], due: Due) -> dict[str, ColumnElement[Any]]:
    """Return what becomes of a reader's columns when an edition is behind them."""
    seen = subscription.c.watermark
    values: dict[str, ColumnElement[Any]] = {}
    at: ColumnElement[datetime] = literal(due.at, Instant())
    slot: ColumnElement[str] = literal(due.slot)
    if found.state is EditionState.APPROVED:
        values["watermark"] = case((and_(told, seen < found.closes), found.closes), else_=seen)
    if by_hand(found):  # whoever was owed a later slot keeps it: they got this one in between
        here = subscription.c.next_slot == found.slot
        at = case((here, at), else_=subscription.c.next_due_at)
        slot = case((here, slot), else_=subscription.c.next_slot)
    return {**values, "next_due_at": at, "next_slot": slot}


def _owed(found: Edition, due: FromClause, now: datetime) -> Select[tuple[object, ...]]:
    """Return the ledger rows of those of `due` who have not seen all of an edition."""
    spoken = select(newsletter.c.language).where(newsletter.c.id == found.newsletter_id)
    seen = due.c.watermark
    return (
        select(
            literal(int(Lane.DIGEST)).label("lane"),
            due.c.newsletter_id,
            due.c.id.label("subscription_id"),
            literal(found.slot).label("slot"),
            literal(found.id).label("edition_id"),
            case((seen > found.opens, seen), else_=found.opens).label("since"),
            func.coalesce(due.c.language, spoken.scalar_subquery()).label("language"),
            literal(DeliveryState.DUE.value).label("state"),
            literal(now, Instant()).label("due_at"),
            literal(0).label("attempts"),
            literal(now, Instant()).label("planned_at"),
            chosen_key(due.c).label("apart"),
        )
        .select_from(due)
        .where(seen < newest_piece(found))
    )
