"""Ties between people and newsletters. Every move repeats the state it found."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, bindparam, case, func, select, update

from mailer.editions.apart import Apart, apart
from mailer.editions.calendar import next_due
from mailer.editions.model import Due, Newsletter, Rhythm, Schedule
from mailer.errors import NotFound
from mailer.store.aggregate import EACH, Aggregate
from mailer.store.appointments import Appointments
from mailer.store.many_rows import inserts
from mailer.store.tables import subscription
from mailer.subscribers.model import State, Subscription


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(
        id=row["id"],
        subscriber_id=row["subscriber_id"],
        newsletter_id=row["newsletter_id"],
        state=State(row["state"]),
        schedule=Schedule(
            Rhythm(row["rhythm"]),
            row["minute_of_day"],
            row["weekday"],
            row["zone"],
            tuple(map(int, row["also_on"])),
        ),
        requested_at=row["requested_at"],
        confirmed_at=row["confirmed_at"],
        left_at=row["left_at"],
        watermark=row["watermark"],
        next_due_at=row["next_due_at"],
        next_slot=row["next_slot"],
        urgent=row["urgent"],
        language=row["language"],
        paused_until=row["paused_until"],
        feed_since=row["feed_since"],
        sections=apart(row["sections"]).sections,
        text_only=row["text_only"],
    )


class Subscriptions(Aggregate):
    """Who gets what, and from where on."""

    def find(self, subscriber_id: int, newsletter_id: int) -> Subscription | None:
        """Return the tie between the two, or None."""
        row = self._one(
            select(subscription).where(
                subscription.c.subscriber_id == subscriber_id,
                subscription.c.newsletter_id == newsletter_id,
            )
        )
        return None if row is None else _subscription(row)

    def get(self, key: int) -> Subscription | None:
        """Return the tie with this id, or None: its person may have been erased."""
        row = self._one(select(subscription).where(subscription.c.id == key))
        return None if row is None else _subscription(row)

    def by_id(self, key: int) -> Subscription:
        """Return the tie with this id, or raise NotFound."""
        found = self.get(key)
        if found is None:
            raise NotFound("subscription", key)
        return found

    def of_subscriber(self, subscriber_id: int) -> list[Subscription]:
        """Return all ties of one person."""
        rows = self._all(
            select(subscription)
            .where(subscription.c.subscriber_id == subscriber_id)
            .order_by(subscription.c.id)
        )
        return [_subscription(row) for row in rows]

    def of_subscribers(self, people: Collection[int]) -> dict[tuple[int, int], Subscription]:
        """Return all ties of these people, by the numbers of person and newsletter."""
        keys = {"keys": self._listed(people)}
        rows = self._connection.execute(_OF[self._dialect.name], keys).mappings()
        return {(row["subscriber_id"], row["newsletter_id"]): _subscription(row) for row in rows}

    def counts(self) -> Counter[tuple[int, State]]:
        """Return how many ties of each newsletter are in which state."""
        rows = self._all(
            select(
                subscription.c.newsletter_id, subscription.c.state, func.count().label("ties")
            ).group_by(subscription.c.newsletter_id, subscription.c.state)
        )
        return Counter({(row["newsletter_id"], State(row["state"])): row["ties"] for row in rows})

    def add_pending(self, ties: Collection[tuple[int, Newsletter]], now: datetime) -> None:
        """Keep new ties that wait for their confirmation, in the newsletter's own rhythm.

        One that another program was quicker with stays as it is.
        """
        rows = [
            {
                "subscriber_id": subscriber_id,
                "newsletter_id": newsletter.id,
                "rhythm": newsletter.schedule.rhythm,
                "minute_of_day": newsletter.schedule.minute_of_day,
                "weekday": newsletter.schedule.weekday,
                "zone": newsletter.schedule.zone,
            }
            for subscriber_id, newsletter in ties
        ]
        start = {"state": State.PENDING, "requested_at": now, "watermark": 0}
        self._put(_ADD[self._dialect.name], rows, **start)

    def ask_again(self, found: Sequence[Subscription], now: datetime) -> None:
        """Start signups anew: of whoever left, or whose confirmation link has expired."""
        if found:
            rows = [{"key": one.id, "found": one.state.value, "now": now} for one in found]
            self._run(_ASK_AGAIN, rows)

    def activate(self, found: Subscription, now: datetime, watermark: int, due: Due) -> bool:
        """Make a pending tie active; False when somebody else was quicker."""
        return self._move(
            found,
            State.ACTIVE,
            confirmed_at=now,
            left_at=None,
            watermark=watermark,
            **self._turn(found.newsletter_id, found.schedule, due),
        )

    def activate_new(
        self,
        people: Collection[int],
        newsletter: Newsletter,
        now: datetime,
        watermark: int,
        due: Due,
    ) -> list[int]:
        """Make pending ties in the newsletter's own rhythm active; return the ids of those."""
        pending = update(subscription).where(
            subscription.c.newsletter_id == newsletter.id,
            subscription.c.subscriber_id.in_(self._each(people)),
            subscription.c.state == State.PENDING,
        )
        begun = pending.values(
            state=State.ACTIVE,
            confirmed_at=now,
            watermark=watermark,
            **self._turn(newsletter.id, newsletter.schedule, due),
        )
        return sorted(self._connection.scalars(begun.returning(subscription.c.id)))

    def end(self, found: Subscription, now: datetime) -> bool:
        """Make a tie left; False when somebody else was quicker."""
        return self._move(
            found,
            State.LEFT,
            left_at=now,
            next_due_at=None,
            next_slot=None,
            paused_until=None,
        )

    def lock(self, key: int) -> Subscription:
        """Return the tie, which nobody else changes until the commit; raise NotFound."""
        found = self.held(key)
        if found is None:
            raise NotFound("subscription", key)
        return found

    def held(self, key: int) -> Subscription | None:
        """Return the tie as `lock` does, or None: its person may have been erased."""
        row = self._one(select(subscription).where(subscription.c.id == key).with_for_update())
        return None if row is None else _subscription(row)

    def all_held(self, subscriber_id: int) -> list[Subscription]:
        """Return all ties of one person, which nobody else changes until the commit."""
        keys = [tie.id for tie in self.of_subscriber(subscriber_id)]
        return [found for key in keys if (found := self.held(key)) is not None]

    def keep(self, changed: Subscription, due: Due | None) -> None:
        """Write down what a reader chose, and with `due` when their next digest is."""
        schedule = changed.schedule
        if due is not None:
            turn = self._turn(changed.newsletter_id, schedule, due)
        else:
            turn = {}
            self._expect(changed.newsletter_id, schedule, changed.next_due_at)
        self._run(
            update(subscription)
            .where(subscription.c.id == changed.id)
            .values(
                rhythm=schedule.rhythm,
                minute_of_day=schedule.minute_of_day,
                weekday=schedule.weekday,
                zone=schedule.zone,
                also_on="".join(map(str, schedule.also_on)),
                language=changed.language,
                urgent=changed.urgent,
                sections=Apart(sections=changed.sections).key,
                text_only=changed.text_only,
                **turn,
            )
        )

    def give_feed(self, key: int, since: datetime | None) -> None:
        """Let the feed of a tie have an address that was made at `since`; None: no feed."""
        mine = update(subscription).where(subscription.c.id == key)
        self._run(mine.values(feed_since=since))

    def pause(self, found: Subscription, until: datetime) -> None:
        """Let no digest be due before `resume`."""
        self._move(found, State.PAUSED, paused_until=until, next_due_at=None, next_slot=None)

    def resume(self, found: Subscription, due: Due) -> None:
        """End a pause."""
        turn = self._turn(found.newsletter_id, found.schedule, due)
        self._move(found, State.ACTIVE, paused_until=None, **turn)

    def pauses_over(self, now: datetime) -> list[int]:
        """Return the ids of paused ties whose day has come."""
        # Sorted here: SQLite would read the whole table to have them in order.
        over = select(subscription.c.id).where(subscription.c.paused_until <= now)
        return sorted(self._connection.scalars(over))

    def bring_back(self, found: Subscription, due: Due) -> bool:
        """Make a tie that was left active as it was; False when somebody else was quicker."""
        turn = self._turn(found.newsletter_id, found.schedule, due)
        return self._move(found, State.ACTIVE, left_at=None, **turn)

    def want_urgent(self, found: Subscription, *, urgent: bool) -> None:
        """Let a reader get urgent articles at once, or with everything else."""
        chosen = update(subscription).where(subscription.c.id == found.id)
        self._run(chosen.values(urgent=urgent))

    def follow(self, before: Newsletter, after: Newsletter, now: datetime) -> int:
        """Give the new schedule to all readers who still have the newsletter's old one.

        Return how many. What they got already stays theirs: the ledger's key sees to that.
        """
        if before.schedule == after.schedule:
            return 0
        old, new = before.schedule, after.schedule
        due = self._turn(before.id, new, next_due(new, now))
        active = subscription.c.state == State.ACTIVE
        moved = self._run(
            update(subscription)
            .where(
                subscription.c.newsletter_id == before.id,
                subscription.c.rhythm == old.rhythm,
                subscription.c.minute_of_day == old.minute_of_day,
                subscription.c.weekday == old.weekday,
                subscription.c.zone == old.zone,
                subscription.c.also_on == "",
            )
            .values(
                rhythm=new.rhythm,
                minute_of_day=new.minute_of_day,
                weekday=new.weekday,
                zone=new.zone,
                **{name: case((active, value)) for name, value in due.items()},
            )
        )
        return moved.rowcount

    def _turn(self, newsletter_id: int, schedule: Schedule, due: Due) -> dict[str, object]:
        """Return the columns of an active reader's next turn; who reads at once has none."""
        if schedule.rhythm is Rhythm.AT_ONCE:
            return {"next_due_at": None, "next_slot": None}
        self._expect(newsletter_id, schedule, due.at)
        return {"next_due_at": due.at, "next_slot": due.slot}

    def _expect(self, newsletter_id: int, schedule: Schedule, due_at: datetime | None) -> None:
        if due_at is not None:
            Appointments(self._connection).expect(newsletter_id, schedule, due_at)

    def _move(self, found: Subscription, to: State, **values: object) -> bool:
        moved = self._run(
            update(subscription)
            .where(subscription.c.id == found.id, subscription.c.state == found.state)
            .values(state=to, **values)
        )
        return moved.rowcount == 1


# Statements are built once: building one costs more than running it.
_OF = {
    dialect: select(subscription).where(subscription.c.subscriber_id.in_(keys))
    for dialect, keys in EACH.items()
}
_ADD = {
    dialect: insert.on_conflict_do_nothing(index_elements=["subscriber_id", "newsletter_id"])
    for dialect, insert in inserts(
        subscription,
        ("subscriber_id", "newsletter_id", "rhythm", "minute_of_day", "weekday", "zone"),
        same=("state", "requested_at", "watermark"),
    ).items()
}
_ASK_AGAIN = (
    update(subscription)
    .where(subscription.c.id == bindparam("key"), subscription.c.state == bindparam("found"))
    .values(state=State.PENDING, requested_at=bindparam("now"), confirmed_at=None, left_at=None)
)
