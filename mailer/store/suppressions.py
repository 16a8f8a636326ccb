"""Addresses that are never mailed again, kept as keyed hashes."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select

from mailer.store.aggregate import EACH_WORD, Aggregate
from mailer.store.tables import subscriber, suppression

ERASED = "erased at their own wish"
NOT_ME = "did not sign up, and wants no mail"


class Suppressions(Aggregate):
    """The list of no."""

    def add(self, address_hash: str, reason: str, now: datetime) -> None:
        """Put an address on the list; the first reason stays."""
        statement = self._insert(suppression).values(
            address_hash=address_hash, reason=reason, at=now
        )
        self._run(statement.on_conflict_do_nothing(index_elements=["address_hash"]))

    def remove(self, address_hash: str) -> bool:
        """Take an address off the list; False when it was not on it."""
        removed = self._run(delete(suppression).where(suppression.c.address_hash == address_hash))
        return removed.rowcount == 1

    def holds(self, address_hash: str) -> bool:
        """Tell whether an address is on the list."""
        return bool(self.among([address_hash]))

    def forbid_signup(self, hashes: Collection[str]) -> set[str]:
        """Return those of the hashes whose addresses are not to be asked to confirm.

        Whoever only had what was kept of them erased may sign up anew, and is off the list then.
        """
        listed = {"words": self._listed(hashes)}
        rows = self._connection.execute(_REASONS[self._dialect.name], listed)
        reasons: dict[str, str] = {row[0]: row[1] for row in rows}
        back = {hashed for hashed, reason in reasons.items() if reason == ERASED}
        return set(reasons) - {hashed for hashed in back if self.remove(hashed)}

    def covers(self, subscriber_id: int) -> bool:
        """Tell whether a person's address is on the list."""
        theirs = select(subscriber.c.address_hash).where(subscriber.c.id == subscriber_id)
        found = select(suppression.c.id).where(suppression.c.address_hash.in_(theirs))
        return self._one(found) is not None

    def among(self, hashes: Collection[str]) -> set[str]:
        """Return those of the hashes that are on the list."""
        listed = {"words": self._listed(hashes)}
        return {row[0] for row in self._connection.execute(_REASONS[self._dialect.name], listed)}

    def count(self) -> int:
        return self._count(select(func.count()).select_from(suppression))


_REASONS = {
    dialect: select(suppression.c.address_hash, suppression.c.reason).where(
        suppression.c.address_hash.in_(words)
    )
    for dialect, words in EACH_WORD.items()
}
