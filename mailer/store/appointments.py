"""From when on anybody with a schedule may be due: a row for each schedule that readers have.

Planning moves every reader of a list on, and no index has their next dates: each of a million
entries would have to be written anew. So who is due is found by way of these few rows, each of
which says "nobody before that". They may say too early; too late they must never say.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    delete,
    false,
    func,
    literal_column,
    or_,
    select,
    update,
)

from mailer.editions.model import Rhythm, Schedule
from mailer.store.aggregate import Aggregate
from mailer.store.tables import appointment, edition, subscription
from mailer.subscribers.model import State

# Written out, not as a parameter: only then do databases see that their partial index will do.
IS_ACTIVE = subscription.c.state == literal_column(f"'{State.ACTIVE}'")


class Hour(NamedTuple):
    """A schedule of a newsletter's readers."""

    newsletter_id: int
    schedule: Schedule


class OwedSlot(NamedTuple):
    """A slot that readers wait for."""

    newsletter_id: int
    rhythm: Rhythm
    slot: str
    first_due_at: datetime


class Appointments(Aggregate):
    """Where to look for who is due."""

    def expect(self, newsletter_id: int, schedule: Schedule, due_at: datetime) -> None:
        """Note that a reader with this schedule is due then.

        Until the commit nobody says that there is none: see `move_on`.
        """
        hour = Hour(newsletter_id, schedule)
        known = select(appointment.c.next_due_at).where(*_is(hour))
        row = self._one(known.with_for_update(read=True, key_share=True))
        if row is not None and row["next_due_at"] <= due_at:
            return
        made = self._insert(appointment).values(**_columns(hour), next_due_at=due_at)
        self._run(
            made.on_conflict_do_update(
                index_elements=list(appointment.primary_key.columns),
                set_={"next_due_at": made.excluded.next_due_at},
                where=appointment.c.next_due_at > made.excluded.next_due_at,
            )
        )

    def came(self, now: datetime, newsletter_id: int | None = None) -> list[Hour]:
        """Return the schedules of which somebody may be due."""
        query = select(appointment).where(appointment.c.next_due_at <= now)
        if newsletter_id is not None:
            query = query.where(appointment.c.newsletter_id == newsletter_id)
        return [_hour(row) for row in self._all(query.order_by(*appointment.primary_key))]

    def of(self, newsletter_id: int, rhythm: Rhythm, until: datetime | None) -> list[Schedule]:
        """Return the schedules of a rhythm, of which somebody may be due by `until` if given."""
        query = select(appointment).where(
            appointment.c.newsletter_id == newsletter_id, appointment.c.rhythm == rhythm
        )
        if until is not None:
            query = query.where(appointment.c.next_due_at <= until)
        return [_hour(row).schedule for row in self._all(query.order_by(*appointment.primary_key))]

    def owed(self, now: datetime) -> list[OwedSlot]:
        """Return the slots that readers wait for, each with when the first of them was due."""
        return [
            OwedSlot(hour.newsletter_id, hour.schedule.rhythm, row["slot"], row["first_due_at"])
            for hour in self.came(now)
            for row in self._all(
                select(
                    subscription.c.next_slot.label("slot"),
                    func.min(subscription.c.next_due_at).label("first_due_at"),
                )
                .where(*has(hour), subscription.c.next_due_at <= now)
                .group_by(subscription.c.next_slot)
            )
        ]

    def move_on(self, now: datetime) -> None:
        """Let the schedules of which nobody is due any more say when somebody is.

        A reader whose turn is being changed at this moment keeps the row that is theirs from us.
        """
        came = select(appointment).where(appointment.c.next_due_at <= now)
        for row in self._all(came.with_for_update(skip_locked=True)):
            hour = _hour(row)
            waits = select(subscription.c.id).where(*has(hour), subscription.c.next_due_at <= now)
            if self._one(waits.limit(1)) is not None:
                continue
            first = self._connection.scalar(
                select(func.min(subscription.c.next_due_at)).where(*has(hour))
            )
            if first is None:
                self._run(delete(appointment).where(*_is(hour)))
            else:
                self._run(update(appointment).where(*_is(hour)).values(next_due_at=first))


def has(hour: Hour) -> list[ColumnElement[bool]]:
    """Return what makes an active reader one of a schedule's, in the words of their index."""
    theirs = [subscription.c[name] == value for name, value in _columns(hour).items()]
    return [IS_ACTIVE, *theirs]


def is_owed(slots: Sequence[OwedSlot], *, in_wave: bool) -> ColumnElement[bool]:
    """Whether an edition is what somebody waits for; `in_wave`: and is made for their hour."""
    owed = [
        and_(
            edition.c.newsletter_id == one.newsletter_id,
            edition.c.rhythm == one.rhythm,
            edition.c.slot == one.slot,
            *(_serves(one.first_due_at) if in_wave else ()),
        )
        for one in slots
    ]
    return or_(false(), *owed)


def _serves(due_at: datetime) -> tuple[ColumnElement[bool]]:
    return (or_(edition.c.until.is_(None), edition.c.until > due_at),)


def _is(hour: Hour) -> list[ColumnElement[bool]]:
    return [appointment.c[name] == value for name, value in _columns(hour).items()]


def _columns(hour: Hour) -> dict[str, object]:
    schedule = hour.schedule
    return {
        "newsletter_id": hour.newsletter_id,
        "rhythm": schedule.rhythm,
        "minute_of_day": schedule.minute_of_day,
        "weekday": schedule.weekday,
        "zone": schedule.zone,
        "also_on": "".join(map(str, schedule.also_on)),
    }


def _hour(row: RowMapping) -> Hour:
    return Hour(
        row["newsletter_id"],
        Schedule(
            Rhythm(row["rhythm"]),
            row["minute_of_day"],
            row["weekday"],
            row["zone"],
            tuple(map(int, row["also_on"])),
        ),
    )
