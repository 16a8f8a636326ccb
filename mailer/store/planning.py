"""From approved editions to ledger rows: set-wise, a batch a transaction.

On PostgreSQL a batch is one statement: readers are taken, owed and moved on without leaving the
server. SQLite has no such statement, and no server to leave: there it takes three.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    Text,
    and_,
    case,
    column,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.types import TypeEngine

from mailer.delivery.model import DeliveryState, Kind, Lane
from mailer.editions.model import Due, Edition, EditionState, Rhythm, Schedule
from mailer.store.aggregate import EACH, Aggregate
from mailer.store.apartness import Apartness, chosen_key
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
    owing_somebody,
    reads_it_at_once,
    waiting,
)

WAITS_FOR_A_PERSON = (EditionState.DRAFT, EditionState.HELD)
A_DAY = timedelta(days=1)  # how long an edition made by hand still finds readers

Turns = Mapping[Schedule, Due]  # whose turn it is, and when it is next


class Place(NamedTuple):
    """How far the walk through the readers who wait has come."""

    next_due_at: datetime | None  # None where they are taken by their numbers
    subscription_id: int


class Batch(NamedTuple):
    """What one transaction of planning came to."""

    planned: int  # rows
    readers: int  # moved on
    last: Place | None  # None: nobody waited


class Planning(Aggregate):
    """Who is owed an edition, and the moment from which they are owed the next one."""

    def editions_with_waiting_readers(self, now: datetime) -> list[int]:
        """Return the ids of editions that readers can be planned for, or moved on from."""
        owing = self._connection.scalars(owing_somebody(now)).all()
        hours = (
            select(subscription.c.newsletter_id, subscription.c.rhythm, subscription.c.next_slot)
            .distinct()
            .where(subscription.c.newsletter_id.in_(owing), subscription.c.next_due_at <= now)
            .subquery()
        )
        scheduled = exists().where(
            hours.c.newsletter_id == edition.c.newsletter_id,
            hours.c.rhythm == edition.c.rhythm,
            hours.c.next_slot == edition.c.slot,
        )
        ahead = and_(
            edition.c.at_once.is_(True),
            edition.c.approved_at > now - A_DAY,
            edition.c.state == EditionState.APPROVED,
            edition.c.rhythm != Rhythm.AT_ONCE,
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
                or_(ahead, as_it_came, *([scheduled] if owing else [])),
                or_(edition.c.checking_until.is_(None), edition.c.checking_until <= now),
            )
            .order_by(edition.c.id)
        )
        return [row["id"] for row in rows]

    def schedules(self, found: Edition, now: datetime) -> list[Schedule]:
        """Return the different schedules of the readers who wait for an edition."""
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
        self,
        found: Edition,
        turns: Turns,
        now: datetime,
        limit: int,
        after: Place | None,
    ) -> Batch:
        """Owe the edition to up to `limit` readers behind `after`, and give them their next turn.

        The watermark moves of those alone who are owed it: whose slot was filled already gets these
        stories with their next mail. A batch that has no last place ends it.
        """
        if self._dialect.name == "postgresql":
            return self._plan_rows(found, turns, now, limit, after)
        return self._plan_chosen(found, turns, now, limit, after)

    def _plan_rows(
        self,
        found: Edition,
        turns: Turns,
        now: datetime,
        limit: int,
        after: Place | None,
    ) -> Batch:
        # What a power cut takes of this is planned again. A sender marks what leaves before that,
        # and that commit brings to the disk whatever came before it.
        self._connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
        due = (
            select(subscription)
            .where(waiting(found, now), *self._settled(found), *_behind(found, after))
            .order_by(*_order(found, subscription.c))
            .limit(limit)
            .with_for_update(skip_locked=True)  # whom another program has taken, it plans
            .cte("due")
        )
        turn = _turns(turns)
        is_out = literal(found.state is EditionState.APPROVED)
        rows = _owed(found, due, now).where(is_out, *_same_schedule(due, turn))
        owed = self._insert_once(rows).returning(delivery.c.subscription_id).cte("owed")
        told = due.c.id.in_(select(owed.c.subscription_id))
        moved = (
            update(subscription)
            .where(subscription.c.id == due.c.id, *_same_schedule(due, turn))
            .values(_next(found, told, turn.c.at, turn.c.slot))
            .returning(subscription.c.id)
            .cte("moved")
        )
        row = self._one(
            select(
                select(func.array_agg(owed.c.subscription_id)).scalar_subquery().label("owed"),
                select(func.count()).select_from(moved).scalar_subquery().label("moved"),
                due.c.next_due_at,
                due.c.id,
            )
            .order_by(*(column.desc() for column in _order(found, due.c)))
            .limit(1)
        )
        if row is None:
            return Batch(0, 0, None)
        readers = row["owed"] or ()
        planned = len(readers) - self._taken_back(found, readers, now)
        return Batch(planned, row["moved"], Place(row["next_due_at"], row["id"]))

    def _plan_chosen(
        self,
        found: Edition,
        turns: Turns,
        now: datetime,
        limit: int,
        after: Place | None,
    ) -> Batch:
        chosen, last = self._choose(found, now, limit, after)
        if last is None:
            return Batch(0, 0, None)
        mine = subscription.c.id.in_(EACH["sqlite"].params(keys=json.dumps(chosen)))
        planned = taken_back = moved = 0
        told: ColumnElement[bool] = false()
        if found.state is EditionState.APPROVED:
            self._run(self._insert_once(_owed(found, subscription, now).where(mine)))
            planned = self._count(select(func.changes()))
            told = true() if planned == len(chosen) else _is_told(found)
        for schedule, due in turns.items():
            values = _next(found, told, literal(due.at, Instant()), literal(due.slot))
            theirs = update(subscription).where(mine, *_has_schedule(schedule)).values(values)
            moved += self._run(theirs).rowcount
            if moved == len(chosen):
                break
        if found.state is EditionState.APPROVED:  # whoever has nothing to get has seen it as well
            taken_back = self._taken_back(found, chosen, now)
        return Batch(planned - taken_back, moved, last)

    def _choose(
        self, found: Edition, now: datetime, limit: int, after: Place | None
    ) -> tuple[list[int], Place | None]:
        """Return the next `limit` readers, and the place of the last of them, if there is any."""
        batch = (
            select(subscription.c.next_due_at, subscription.c.id)
            .where(waiting(found, now), *self._settled(found), *_behind(found, after))
            .order_by(*_order(found, subscription.c))
            .limit(limit)
            .subquery()
        )
        # As one row of JSON: the driver makes an object of each row, and that takes longer.
        row = self._one(
            select(
                func.json_group_array(batch.c.id, type_=Text).label("chosen"),
                func.max(batch.c.next_due_at).label("next_due_at"),
            )
        )
        chosen = json.loads(row["chosen"]) if row is not None else []
        if row is None or not chosen:
            return [], None
        return chosen, Place(row["next_due_at"], chosen[-1])

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

    def _insert_once(self, rows: Select[tuple[object, ...]]) -> "sqlite.Insert | postgresql.Insert":
        statement = self._insert(delivery).from_select(list(rows.selected_columns.keys()), rows)
        return statement.on_conflict_do_nothing(index_elements=["subscription_id", "slot"])

    def _taken_back(self, found: Edition, readers: Collection[int], now: datetime) -> int:
        """Give readers who need one a page apart; return how many rows had nothing to tell."""
        return Apartness(self._connection).mark(found, readers, now) if readers else 0


# What a schedule is in the table; the rhythm is the edition's.
_SCHEDULE = (
    subscription.c.minute_of_day,
    subscription.c.weekday,
    subscription.c.zone,
    subscription.c.also_on,
)


def _has_schedule(schedule: Schedule) -> list[ColumnElement[bool]]:
    return [
        subscription.c.minute_of_day == schedule.minute_of_day,
        subscription.c.weekday == schedule.weekday,
        subscription.c.zone == schedule.zone,
        subscription.c.also_on == _digits(schedule),
    ]


def _digits(schedule: Schedule) -> str:
    return "".join(map(str, schedule.also_on))


def _turns(turns: Turns) -> FromClause:
    """Return a table of schedules and their next turns, however many, from six parameters."""
    columns: dict[str, tuple[TypeEngine[Any], list[object]]] = {
        "minute_of_day": (Integer(), [schedule.minute_of_day for schedule in turns]),
        "weekday": (Integer(), [schedule.weekday for schedule in turns]),
        "zone": (String(), [schedule.zone for schedule in turns]),
        "also_on": (String(), [_digits(schedule) for schedule in turns]),
        "at": (Instant(), [due.at for due in turns.values()]),
        "slot": (String(), [due.slot for due in turns.values()]),
    }
    arrays = [literal(values, postgresql.ARRAY(kind)) for kind, values in columns.values()]
    typed = [column(name, kind) for name, (kind, _) in columns.items()]
    return func.unnest(*arrays).table_valued(*typed, name="turn").render_derived()


def _same_schedule(due: FromClause, turn: FromClause) -> list[ColumnElement[bool]]:
    return [due.c[one.name] == turn.c[one.name] for one in _SCHEDULE]


def _order(found: Edition, of: ReadOnlyColumnCollection[str, Any]) -> list[ColumnElement[Any]]:
    """Return what readers are taken by: as their index has them, or by their numbers."""
    return [of.id] if by_hand(found) else [of.next_due_at, of.id]


def _place(found: Edition) -> ColumnElement[Any]:
    return tuple_(*_order(found, subscription.c))


def _is_at(found: Edition, place: Place) -> ColumnElement[Any]:
    number = literal(place.subscription_id)
    if by_hand(found):
        return tuple_(number)
    return tuple_(literal(place.next_due_at, Instant()), number)


def _behind(found: Edition, after: Place | None) -> list[ColumnElement[bool]]:
    return [] if after is None else [_place(found) > _is_at(found, after)]


def _is_told(found: Edition) -> ColumnElement[bool]:
    """Whether a reader is owed an edition, or has had it."""
    return exists(
        select(delivery.c.id).where(
            delivery.c.subscription_id == subscription.c.id,
            delivery.c.slot == found.slot,
            delivery.c.edition_id == found.id,
        )
    )


def _next(
    found: Edition,
    told: ColumnElement[bool],
    at: ColumnElement[datetime],
    slot: ColumnElement[str],
) -> dict[str, ColumnElement[Any]]:
    """Return what becomes of a reader's columns when an edition is behind them."""
    seen = subscription.c.watermark
    values: dict[str, ColumnElement[Any]] = {}
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
            literal(Kind.DIGEST.value).label("kind"),
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
