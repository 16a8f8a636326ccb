"""How fast mail may leave: what relays were given of late, and receivers that have a pace."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, update

from mailer.config.settings import Limit
from mailer.delivery.limits import Ruling, Used, expired, left, part_of, ruling
from mailer.delivery.model import Receiver
from mailer.store.aggregate import Aggregate
from mailer.store.tables import receiver, relay, relay_use


class Pacing(Aggregate):
    """Shared by all senders, and there after a restart."""

    def take(
        self,
        name: str,
        limits: Sequence[Limit],
        warm_up: int,
        wanted: int,
        now: datetime,
        *,
        reserve: bool,
    ) -> int:
        """Let up to `wanted` mails leave over a relay now; return how many may."""
        known = self._insert(relay).values(name=name, first_used_at=now)
        self._run(known.on_conflict_do_nothing(index_elements=["name"]))
        row = self._one(select(relay).where(relay.c.name == name).with_for_update())
        first = now if row is None else row["first_used_at"]
        today = ruling(limits, warm_up, first, now)
        self._tidy(name, now)
        granted = min(
            [wanted, *(left(one, self._used(name, one), now, reserve=reserve) for one in today)]
        )
        if granted > 0:
            for period in {one.period for one in today}:
                self._add(name, period, granted, now)
        return granted

    def give_back(self, name: str, count: int) -> None:
        """Take back permits that were not used."""
        rows = self._all(
            select(relay_use.c.period, func.max(relay_use.c.start).label("start"))
            .where(relay_use.c.relay == name)
            .group_by(relay_use.c.period)
        )
        fewer = relay_use.c.mails - count
        for row in rows:
            self._run(
                update(relay_use)
                .where(
                    relay_use.c.relay == name,
                    relay_use.c.period == row["period"],
                    relay_use.c.start == row["start"],
                )
                .values(mails=case((fewer > 0, fewer), else_=0))
            )

    def rulings(
        self, name: str, limits: Sequence[Limit], warm_up: int, now: datetime
    ) -> list[Ruling]:
        """Return the limits of a relay that hold today, and what is left of each."""
        row = self._one(select(relay).where(relay.c.name == name))
        first = now if row is None else row["first_used_at"]
        return [
            Ruling(one, left(one, self._used(name, one), now, reserve=False))
            for one in ruling(limits, warm_up, first, now)
        ]

    def receivers(self) -> list[Receiver]:
        """Return those that have a pace."""
        rows = self._all(select(receiver).order_by(receiver.c.name))
        return [
            Receiver(
                row["name"], row["silent_until"], row["at_once"], 0, row["cause"], row["since"]
            )
            for row in rows
        ]

    def set_receiver(self, found: Receiver) -> None:
        """Give a receiver a pace, or another one."""
        values = {
            "silent_until": found.silent_until,
            "at_once": found.at_once,
            "cause": found.cause,
            "since": found.since,
        }
        statement = self._insert(receiver).values(name=found.name, **values)
        self._run(statement.on_conflict_do_update(index_elements=["name"], set_=values))

    def free_receiver(self, name: str) -> bool:
        """Let mail go to a receiver as to any other; False when it does already."""
        return self._run(delete(receiver).where(receiver.c.name == name)).rowcount > 0

    def _used(self, name: str, limit: Limit) -> list[Used]:
        rows = self._all(
            select(relay_use.c.start, relay_use.c.mails).where(
                relay_use.c.relay == name, relay_use.c.period == _seconds(limit.period)
            )
        )
        return [Used(row["start"], row["mails"]) for row in rows]

    def _add(self, name: str, period: timedelta, count: int, now: datetime) -> None:
        statement = self._insert(relay_use).values(
            relay=name, period=_seconds(period), start=part_of(period, now), mails=count
        )
        self._run(
            statement.on_conflict_do_update(
                index_elements=["relay", "period", "start"],
                set_={"mails": relay_use.c.mails + statement.excluded.mails},
            )
        )

    def _tidy(self, name: str, now: datetime) -> None:
        """Forget what counts no more; what a clock put into the future counts as of now."""
        for row in self._all(
            select(relay_use.c.period, relay_use.c.start, relay_use.c.mails).where(
                relay_use.c.relay == name
            )
        ):
            period = timedelta(seconds=row["period"])
            future = row["start"] > now
            if future or row["start"] <= expired(period, now):
                self._run(
                    delete(relay_use).where(
                        relay_use.c.relay == name,
                        relay_use.c.period == row["period"],
                        relay_use.c.start == row["start"],
                    )
                )
            if future:
                self._add(name, period, row["mails"], now)


def _seconds(period: timedelta) -> int:
    return int(period.total_seconds())
