"""What was asked for through the form of late: the rows behind its limits."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    DateTime,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.types import TypeEngine

from mailer.config.settings import Limit
from mailer.delivery.limits import expired, part_of
from mailer.store.aggregate import EACH, Aggregate
from mailer.store.many_rows import as_json, inserts, recordset
from mailer.store.prepared import as_sqlite_keeps_it
from mailer.store.tables import form_use, signup_use
from mailer.subscribers.limits import DAY, PATIENCE, Scope, Use
from mailer.tokens import LIFETIME, Purpose

KEPT = timedelta(days=33)  # longer than any limit looks back

Key = tuple[Scope, str, int]  # what is counted, whose, and in which period of seconds
Wanted = tuple[Scope, str, int, datetime]  # a key, and what began later than that


class SignupLimits(Aggregate):
    """Shared by all programs, and there after a restart."""

    def take(self, uses: Sequence[Use], now: datetime) -> bool:
        """Count one for each of these; False, and nothing counted, when one would be too many."""
        return self.take_all([uses], now) == [True]

    def take_all(self, asked: Sequence[Sequence[Use]], now: datetime) -> list[bool]:
        """Do what `take` does for each who asks, one after the other.

        Counted first and looked at then: two programs at once wait for each other's rows, and the
        second one sees what the first has done.
        """
        theirs = [
            {_key(use, limit): limit for use in uses for limit in use.limits} for uses in asked
        ]
        limits = {key: limit for one in theirs for key, limit in one.items()}
        if not limits:
            return [True] * len(asked)
        ours = Counter(key for one in theirs for key in one)
        self._add(ours, now)
        used = self._used(limits, now)
        left = {key: limit.count - used[key] + ours[key] for key, limit in limits.items()}
        verdicts = []
        for one in theirs:
            verdicts.append(all(left[key] > 0 for key in one))
            if verdicts[-1]:
                ours.subtract(one.keys())
                for key in one:
                    left[key] -= 1
        refused = {key: -uses for key, uses in ours.items() if uses}
        self._add(refused, now)
        self._forget_empty(refused, now)
        return verdicts

    def give_back(self, uses: Sequence[Use], taken_at: datetime) -> None:
        """Count one less for each of these, of what was taken then."""
        self._add({_key(use, limit): -1 for use in uses for limit in use.limits}, taken_at)

    def use_forms(self, sent: Sequence[tuple[int, str]], now: datetime) -> list[bool]:
        """Let forms count, each a number and a hash; False for one that did for another address.

        Whoever presses twice sends one form twice, for the same address: that is no second use.
        """
        if not sent:
            return []
        first = [
            {"number": number, "address_hash": hashed}
            for number, hashed in sorted(sent, key=itemgetter(0))
        ]
        self._put(_KEEP_FORM[self._dialect.name], first, at=now)
        numbers = {"keys": self._listed(number for number, _ in sent)}
        rows = self._connection.execute(_FORMS[self._dialect.name], numbers)
        counted: dict[int, str] = {row[0]: row[1] for row in rows}
        return [counted.get(number) == hashed for number, hashed in sent]

    def used(self, whose: tuple[Scope, str], limit: Limit, now: datetime) -> int:
        """Return what counts against a limit now."""
        key = (*whose, int(limit.period.total_seconds()))
        return self._used({key: limit}, now)[key]

    def confirmations(
        self, newsletter_id: int, after: datetime | None, now: datetime
    ) -> tuple[int, int]:
        """Return how many confirmations of a day were mailed, and how many answered.

        Mailed: only those that could have been answered by now. `after`: since then alone.
        """
        begin = max(expired(DAY, now), after or expired(DAY, now))
        mine = and_(signup_use.c.subject == str(newsletter_id), signup_use.c.start > begin)
        total = func.coalesce(func.sum(signup_use.c.uses), 0)
        asked = select(total).where(
            mine,
            signup_use.c.scope == Scope.ASKED,
            signup_use.c.start < part_of(DAY, now - PATIENCE),
        )
        answered = select(total).where(mine, signup_use.c.scope == Scope.ANSWERED)
        return self._count(asked), self._count(answered)

    def tidy(self, now: datetime) -> int:
        """Forget what counts no more; return how many rows that were."""
        forms = delete(form_use).where(form_use.c.at < now - LIFETIME[Purpose.FORM])
        uses = delete(signup_use).where(signup_use.c.start < now - KEPT)
        return self._run(forms).rowcount + self._run(uses).rowcount

    def _used(self, limits: Mapping[Key, Limit], now: datetime) -> Counter[Key]:
        name = self._dialect.name
        wanted = [(*key, expired(limit.period, now)) for key, limit in limits.items()]
        rows = self._connection.execute(_USED[name], _given(name, wanted))
        return Counter({(Scope(row[0]), row[1], row[2]): int(row[3]) for row in rows})

    def _forget_empty(self, keys: Iterable[Key], now: datetime) -> None:
        """Leave no row of whoever is refused: they may have written any domain there is."""
        rows = [
            {
                "of": scope,
                "whose": subject,
                "every": period,
                "since": part_of(timedelta(seconds=period), now),
            }
            for scope, subject, period in sorted(keys)
        ]
        if rows:
            self._run(_FORGET_EMPTY, rows)

    def _add(self, counted: Mapping[Key, int], now: datetime) -> None:
        if not counted:
            return
        rows = [
            {
                "scope": scope,
                "subject": subject,
                "period": period,
                "start": part_of(timedelta(seconds=period), now),
                "uses": uses,
            }
            for (scope, subject, period), uses in sorted(counted.items())  # the order of locking
        ]
        self._put(_ADD[self._dialect.name], rows)


def _key(use: Use, limit: Limit) -> Key:
    return use.scope, use.subject, int(limit.period.total_seconds())


def _given(dialect: str, wanted: Sequence[Wanted]) -> Mapping[str, object]:
    if dialect == "sqlite":
        return {"wanted": json.dumps([(*key, as_sqlite_keeps_it(at)) for *key, at in wanted])}
    return {"rows": as_json(dict(zip(_COLUMNS, one, strict=True)) for one in wanted)}


# Statements are built once: building one costs more than running it.
_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "scope": Text(),
    "subject": Text(),
    "period": Integer(),
    "after": DateTime(timezone=True),
}
_EACH_WANTED = func.json_each(bindparam("wanted", type_=Text)).table_valued("value")
_WANTED: Mapping[str, Subquery] = {
    # [["network", "192.0.2.0/24", 3600, "2026-11-24 06:00:00.000000"]]
    "sqlite": select(
        *(
            func.json_extract(_EACH_WANTED.c.value, f"$[{place}]").label(name)
            for place, name in enumerate(_COLUMNS)
        )
    ).subquery("wanted"),
    "postgresql": select(recordset(_COLUMNS)).subquery("wanted"),
}


def _used_since(wanted: Subquery) -> Select[str, str, int, int]:
    """Return how to sum up each key by itself.

    PostgreSQL would rather read the whole table and join it, as long as it has no statistics of
    one that grows by a hundred thousand rows in a minute; a sum for each key is found by the index.
    """
    used = (
        select(func.coalesce(func.sum(signup_use.c.uses), 0))
        .where(
            signup_use.c.scope == wanted.c.scope,
            signup_use.c.subject == wanted.c.subject,
            signup_use.c.period == wanted.c.period,
            signup_use.c.start > wanted.c.after,
        )
        .correlate(wanted)
        .scalar_subquery()
    )
    return select(wanted.c.scope, wanted.c.subject, wanted.c.period, used)


_USED = {dialect: _used_since(wanted) for dialect, wanted in _WANTED.items()}


_ADD = {
    dialect: insert.on_conflict_do_update(
        index_elements=["scope", "subject", "period", "start"],
        set_={"uses": signup_use.c.uses + insert.excluded.uses},
    )
    for dialect, insert in inserts(
        signup_use, ("scope", "subject", "period", "start", "uses")
    ).items()
}
_FORGET_EMPTY = delete(signup_use).where(
    signup_use.c.scope == bindparam("of"),
    signup_use.c.subject == bindparam("whose"),
    signup_use.c.period == bindparam("every"),
    signup_use.c.start == bindparam("since"),
    signup_use.c.uses == 0,
)
_KEEP_FORM = {
    dialect: insert.on_conflict_do_nothing(index_elements=["number"])
    for dialect, insert in inserts(form_use, ("number", "address_hash"), same=("at",)).items()
}
_FORMS = {
    dialect: select(form_use.c.number, form_use.c.address_hash).where(form_use.c.number.in_(keys))
    for dialect, keys in EACH.items()
}
