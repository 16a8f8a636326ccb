"""What was asked for through the form of late: the rows behind its limits."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select

from mailer.config.settings import Limit
from mailer.delivery.limits import expired, part_of
from mailer.store.aggregate import Aggregate
from mailer.store.signup_tables import form_use, signup_use
from mailer.subscribers.limits import Scope, Use
from mailer.tokens import LIFETIME, Purpose

KEPT = timedelta(days=33)  # longer than any limit looks back

Key = tuple[Scope, str, int]  # what is counted, whose, and in which period of seconds


class SignupLimits(Aggregate):
    """Shared by all programs, and there after a restart."""

    def take(self, uses: Sequence[Use], now: datetime) -> bool:
        """Count one for each of these; False, and nothing counted, when one would be too many.

        Counted first and looked at then: two programs at once wait for each other's row, and the
        second one sees what the first has done.
        """
        counted = {
            (use.scope, use.subject, _seconds(limit)): limit for use in uses for limit in use.limits
        }
        if not counted:
            return True
        self._add(counted, 1, now)
        if all(used <= counted[key].count for key, used in self._used(counted, now)):
            return True
        self._add(counted, -1, now)
        return False

    def use_form(self, number: int, address_hash: str, now: datetime) -> bool:
        """Let a form count; False when it did already, for another address.

        Whoever presses twice sends one form twice, for the same address: that is no second use.
        """
        statement = self._insert(form_use).values(number=number, address_hash=address_hash, at=now)
        once = statement.on_conflict_do_nothing(index_elements=["number"])
        if self._one(once.returning(form_use.c.number)) is not None:
            return True
        row = self._one(select(form_use.c.address_hash).where(form_use.c.number == number))
        return row is not None and row["address_hash"] == address_hash

    def tidy(self, now: datetime) -> int:
        """Forget what counts no more; return how many rows that were."""
        forms = delete(form_use).where(form_use.c.at < now - LIFETIME[Purpose.FORM])
        uses = delete(signup_use).where(signup_use.c.start < now - KEPT)
        return self._run(forms).rowcount + self._run(uses).rowcount

    def _used(self, counted: Mapping[Key, Limit], now: datetime) -> list[tuple[Key, int]]:
        key = (signup_use.c.scope, signup_use.c.subject, signup_use.c.period)
        ours = (
            and_(
                signup_use.c.scope == scope,
                signup_use.c.subject == subject,
                signup_use.c.period == period,
                signup_use.c.start > expired(limit.period, now),
            )
            for (scope, subject, period), limit in counted.items()
        )
        query = select(*key, func.sum(signup_use.c.uses).label("used")).where(or_(*ours))
        return [
            ((Scope(row["scope"]), row["subject"], row["period"]), int(row["used"]))
            for row in self._all(query.group_by(*key))
        ]

    def _add(self, counted: Mapping[Key, Limit], count: int, now: datetime) -> None:
        statement = self._insert(signup_use).values(
            [
                {
                    "scope": scope,
                    "subject": subject,
                    "period": period,
                    "start": part_of(limit.period, now),
                    "uses": count,
                }
                for (scope, subject, period), limit in counted.items()
            ]
        )
        self._run(
            statement.on_conflict_do_update(
                index_elements=["scope", "subject", "period", "start"],
                set_={"uses": signup_use.c.uses + statement.excluded.uses},
            )
        )


def _seconds(limit: Limit) -> int:
    return int(limit.period.total_seconds())
