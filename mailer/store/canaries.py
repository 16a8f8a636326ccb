"""Who of an edition's readers goes first, while all the others of it stay where they are.

A wave is a lane of its own: `edition.canary_since` keeps the edition's other rows from leaving
(`taking`), those that are planned meanwhile too, and letting them go changes one row.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, exists, func, literal_column, select, update

from mailer.delivery.model import OPEN, DeliveryState, Lane, Wave
from mailer.editions.model import EditionState
from mailer.store.aggregate import Aggregate
from mailer.store.tables import delivery, edition, subscriber, subscription

# Written out, not as a parameter: only then do databases see that a partial index will do.
_IS_AHEAD = delivery.c.lane == literal_column(str(int(Lane.CANARY)))
_WAITS = and_(delivery.c.lane == int(Lane.DIGEST), delivery.c.state == literal_column("'due'"))
WITHOUT_ANSWER = (DeliveryState.IN_DOUBT, DeliveryState.GIVEN_UP)


class Canaries(Aggregate):
    """The canary waves under way. Any number of programs may look after them at once."""

    def begin(self, edition_id: int, now: datetime) -> None:
        """Let an edition's rows wait for a wave, unless somebody is owed it already."""
        begun = exists(select(delivery.c.id).where(delivery.c.edition_id == edition_id))
        self._run(
            update(edition)
            .where(edition.c.id == edition_id, edition.c.canary_since.is_(None), ~begun)
            .values(canary_since=now)
        )

    def under_way(self) -> list[int]:
        """Return the editions that are out as far as their waves."""
        rows = self._all(
            select(edition.c.id)
            .where(edition.c.canary_since.is_not(None), edition.c.state == EditionState.APPROVED)
            .order_by(edition.c.id)
        )
        return [row["id"] for row in rows]

    def wave(self, edition_id: int, *, keep: bool = False) -> Wave | None:
        """Return how far a wave is; None: it is over. With `keep` nobody else changes it now."""
        query = select(edition.c.canary_since).where(
            edition.c.id == edition_id,
            edition.c.canary_since.is_not(None),
            edition.c.state == EditionState.APPROVED,
        )
        found = self._one(query.with_for_update() if keep else query)
        if found is None:
            return None
        rows = self._all(
            select(delivery.c.state, func.count().label("mails"))
            .where(delivery.c.edition_id == edition_id, _IS_AHEAD)
            .group_by(delivery.c.state)
        )
        mails = {DeliveryState(row["state"]): row["mails"] for row in rows}
        return Wave(
            since=found["canary_since"],
            sent=mails.get(DeliveryState.SENT, 0),
            refused=mails.get(DeliveryState.REFUSED, 0),
            unanswered=sum(mails.get(state, 0) for state in WITHOUT_ANSWER),
            open=sum(mails.get(state, 0) for state in OPEN),
        )

    def waiting(self, edition_id: int, by_chance: int, own: Collection[str]) -> Sequence[int]:
        """Return rows that may go first: the owner's, and as many others `by_chance`.

        `own` are keys of addresses. Chance looks at every row that waits.
        """
        waits = and_(delivery.c.edition_id == edition_id, _WAITS)
        ours = (
            select(delivery.c.id)
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .where(subscriber.c.address_key.in_(own), waits)
        )
        chance = select(delivery.c.id).where(waits).order_by(func.random()).limit(by_chance)
        queries = (ours, chance) if by_chance else (ours,)
        return list(dict.fromkeys(row["id"] for query in queries for row in self._all(query)))

    def send_ahead(self, edition_id: int, keys: Collection[int], now: datetime) -> int:
        """Let these rows go first; return how many of them still waited."""
        chosen = self._run(
            update(delivery)
            .where(delivery.c.id.in_(self._each(keys)), _WAITS)
            .values(lane=int(Lane.CANARY))
        ).rowcount
        if chosen:
            self._run(update(edition).where(edition.c.id == edition_id).values(canary_since=now))
        return chosen

    def refusal(self, edition_id: int) -> str | None:
        """Return what one server said to a mail that went first."""
        row = self._one(
            select(delivery.c.reply_code, delivery.c.reply_status, delivery.c.reply_text)
            .where(
                delivery.c.edition_id == edition_id,
                _IS_AHEAD,
                delivery.c.state == DeliveryState.REFUSED,
            )
            .order_by(delivery.c.settled_at.desc())
            .limit(1)
        )
        return None if row is None else " ".join(str(part) for part in row.values() if part)

    def let_go(self, edition_id: int) -> bool:
        """Let all the others follow; False when nobody waits for a wave."""
        return (
            self._run(
                update(edition)
                .where(edition.c.id == edition_id, edition.c.canary_since.is_not(None))
                .values(canary_since=None)
            ).rowcount
            > 0
        )
