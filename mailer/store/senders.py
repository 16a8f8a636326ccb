"""Running senders: who is alive, who has been declared dead, and whose rows are anybody's."""

from datetime import datetime

from sqlalchemy import delete, exists, insert, or_, select, update

from mailer.store.aggregate import Aggregate
from mailer.store.tables import delivery, sender

_holds_rows = exists(select(delivery.c.id).where(delivery.c.sender_id == sender.c.id))


class Senders(Aggregate):
    """One row a running sender; its id is the fencing number."""

    def register(self, name: str, now: datetime, lease_until: datetime) -> int:
        """Let a sender in and return its number, which nobody had before."""
        done = self._run(
            insert(sender)
            .values(name=name, started_at=now, lease_until=lease_until, ended=False)
            .returning(sender.c.id)
        )
        return int(str(done.scalar_one()))

    def renew(self, key: int, lease_until: datetime) -> bool:
        """Lengthen a lease; False when the sender was declared dead: it may not write any more.

        Until the transaction's end nobody else can declare it dead.
        """
        statement = update(sender).where(sender.c.id == key, sender.c.ended.is_(False))
        return self._run(statement.values(lease_until=lease_until)).rowcount == 1

    def end(self, key: int) -> None:
        """Let a sender go that has given back all it held."""
        self._run(update(sender).where(sender.c.id == key).values(ended=True))

    def any_lost(self, now: datetime, *, besides: int) -> bool:
        """Whether a sender's lease has run out, or a dead one still holds rows."""
        lost = select(sender.c.id).where(
            sender.c.id != besides,
            or_(
                sender.c.ended.is_(False) & (sender.c.lease_until < now),
                sender.c.ended.is_(True) & _holds_rows,
            ),
        )
        return self._one(lost.limit(1)) is not None

    def declare_dead(self, now: datetime, *, besides: int) -> int:
        """End every sender whose lease has run out, and return how many those were."""
        statement = update(sender).where(
            sender.c.id != besides, sender.c.ended.is_(False), sender.c.lease_until < now
        )
        return self._run(statement.values(ended=True)).rowcount

    def forget(self, before: datetime) -> None:
        """Remove the rows of senders that ended and began before that time."""
        self._run(
            delete(sender).where(
                sender.c.ended.is_(True), sender.c.started_at < before, ~_holds_rows
            )
        )
