"""What was asked for through the form of late: the rows behind its limits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from mailer.config.settings import Limit
from mailer.delivery.limits import expired, part_of
from mailer.store.aggregate import Aggregate
from mailer.store.signup_tables import form_use, signup_use
from mailer.subscribers.limits import Use
from mailer.tokens import LIFETIME, Purpose

KEPT = timedelta(days=33)  # longer than any limit looks back


class SignupLimits(Aggregate):
    """Shared by all programs, and there after a restart."""

    def take(self, uses: Sequence[Use], now: datetime) -> bool:
        """Count one for each of these; False, and nothing counted, when one would be too many.

        Counted first and looked at then: two programs at once wait for each other's row, and the
        second one sees what the first has done.
        """
        for number, use in enumerate(uses, start=1):
            for limit in use.limits:
                self._add(use, limit, 1, now)
            if any(self._used(use, limit, now) > limit.count for limit in use.limits):
                for taken in uses[:number]:
                    for limit in taken.limits:
                        self._add(taken, limit, -1, now)
                return False
        return True

    def use_form(self, number: int, address_hash: str, now: datetime) -> bool:
        """Let a form count; False when it did already, for another address.

        Whoever presses twice sends one form twice, for the same address: that is no second use.
        """
        statement = self._insert(form_use).values(number=number, address_hash=address_hash, at=now)
        self._run(statement.on_conflict_do_nothing(index_elements=["number"]))
        row = self._one(select(form_use.c.address_hash).where(form_use.c.number == number))
        return row is not None and row["address_hash"] == address_hash

    def tidy(self, now: datetime) -> int:
        """Forget what counts no more; return how many rows that were."""
        forms = delete(form_use).where(form_use.c.at < now - LIFETIME[Purpose.FORM])
        uses = delete(signup_use).where(signup_use.c.start < now - KEPT)
        return self._run(forms).rowcount + self._run(uses).rowcount

    def _used(self, use: Use, limit: Limit, now: datetime) -> int:
        return self._count(
            select(func.coalesce(func.sum(signup_use.c.uses), 0)).where(
                signup_use.c.scope == use.scope,
                signup_use.c.subject == use.subject,
                signup_use.c.period == _seconds(limit),
                signup_use.c.start > expired(limit.period, now),
            )
        )

    def _add(self, use: Use, limit: Limit, count: int, now: datetime) -> None:
        statement = self._insert(signup_use).values(
            scope=use.scope,
            subject=use.subject,
            period=_seconds(limit),
            start=part_of(limit.period, now),
            uses=count,
        )
        self._run(
            statement.on_conflict_do_update(
                index_elements=["scope", "subject", "period", "start"],
                set_={"uses": signup_use.c.uses + statement.excluded.uses},
            )
        )


def _seconds(limit: Limit) -> int:
    return int(limit.period.total_seconds())
