"""How readers found an edition: counts, and nobody's name."""

from typing import NamedTuple

from sqlalchemy import func, select

from mailer.editions.model import Tally
from mailer.store.aggregate import Aggregate
from mailer.store.tables import answer, delivery, edition, subscription


class Bearer(NamedTuple):
    """What a ledger row brought, and in which language its reader is spoken to."""

    newsletter_id: int
    edition_id: int
    subject: str
    language: str


class Answers(Aggregate):
    """What readers say of editions."""

    def bearer(self, delivery_id: int) -> Bearer | None:
        """Return what a ledger row brought; None: it is gone, or was no edition."""
        row = self._one(
            select(delivery.c.newsletter_id, edition.c.id, edition.c.subject, delivery.c.language)
            .join(edition, edition.c.id == delivery.c.edition_id)
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .where(delivery.c.id == delivery_id)
        )
        return None if row is None else Bearer(*row.values())

    def keep(self, edition_id: int, mark: str, *, good: bool) -> None:
        """Count an answer; whoever answers again has changed their mind."""
        statement = self._insert(answer).values(edition_id=edition_id, mark=mark, good=good)
        key = ["edition_id", "mark"]
        self._run(statement.on_conflict_do_update(index_elements=key, set_={"good": good}))

    def of(self, edition_id: int) -> Tally:
        """Return what was said of an edition."""
        row = self._one(
            select(
                func.count().filter(answer.c.good.is_(True)).label("good"),
                func.count().filter(answer.c.good.is_(False)).label("poor"),
            ).where(answer.c.edition_id == edition_id)
        )
        return Tally(*(row or {"good": 0, "poor": 0}).values())
