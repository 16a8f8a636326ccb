"""What an operator changes in the ledger: pauses, doubts that are decided, mails sent once more."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, delete, select, true, update

from mailer.delivery.model import DeliveryState, Pause
from mailer.store.aggregate import Aggregate
from mailer.store.tables import delivery, newsletter, pause
from mailer.store.taking import IN_DOUBT


class Steering(Aggregate):
    """Every change names the state it expects; rows that a sender holds are never touched."""

    def pause(
        self, newsletter_id: int | None, reason: str, now: datetime, *, by_itself: bool = False
    ) -> bool:
        """Let no digest start, of a newsletter or of any; False when it is paused already.

        `by_itself`: no person did it, and one is to be told.
        """
        if self._one(select(pause.c.id).where(_of(newsletter_id))) is not None:
            return False
        statement = self._insert(pause).values(
            newsletter_id=newsletter_id, reason=reason, since=now, by_itself=by_itself
        )
        self._run(statement)
        return True

    def resume(self, newsletter_id: int | None) -> bool:
        """Let digests start again; False when nothing was paused."""
        return self._run(delete(pause).where(_of(newsletter_id))).rowcount > 0

    def pauses(self) -> list[Pause]:
        """Return what is paused now."""
        rows = self._all(
            select(newsletter.c.slug, pause.c.reason, pause.c.since)
            .select_from(pause.outerjoin(newsletter, newsletter.c.id == pause.c.newsletter_id))
            .order_by(pause.c.since)
        )
        return [_pause(row) for row in rows]

    def decide(
        self,
        becomes: DeliveryState,
        now: datetime,
        *,
        keys: Collection[int] | None = None,
        edition_id: int | None = None,
    ) -> int:
        """Say of mails in doubt what became of them; return how many those were."""
        chosen = and_(IN_DOUBT, _among(keys, edition_id))
        over = _again(now) if becomes is DeliveryState.DUE else {"settled_at": now}
        return self._run(
            update(delivery)
            .where(chosen)
            .values(state=becomes, sender_id=None, due_at=now, settled_at=None)
            .values(**over)
        ).rowcount

    def owe_again(self, edition_id: int, states: Collection[DeliveryState], now: datetime) -> int:
        """Owe the digests of an edition again that ended in one of these states."""
        return self._run(
            update(delivery)
            .where(
                delivery.c.edition_id == edition_id,
                delivery.c.state.in_(states),
            )
            .values(
                state=DeliveryState.DUE, sender_id=None, due_at=now, settled_at=None, **_again(now)
            )
        ).rowcount


def _again(now: datetime) -> dict[str, object]:
    """Return what lets a mail be tried as patiently as a new one, however old it is."""
    return {"attempts": 0, "owed_again_at": now}


def _of(newsletter_id: int | None) -> ColumnElement[bool]:
    if newsletter_id is None:
        return pause.c.newsletter_id.is_(None)
    return pause.c.newsletter_id == newsletter_id


def _among(keys: Collection[int] | None, edition_id: int | None) -> ColumnElement[bool]:
    named = true() if keys is None else delivery.c.id.in_(list(keys))
    return named if edition_id is None else and_(named, delivery.c.edition_id == edition_id)


def _pause(row: RowMapping) -> Pause:
    return Pause(row["slug"], row["reason"], row["since"])
