"""Running senders: who is alive, who has been declared dead, and whose rows are anybody's."""

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, insert, select, update

from mailer.delivery.model import Peer, Process
from mailer.store.aggregate import Aggregate
from mailer.store.instant import Instant
from mailer.store.tables import Id, delivery, sender

_holds_rows = exists(select(delivery.c.id).where(delivery.c.sender_id == sender.c.id))


class Senders(Aggregate):
    """One row a running sender; its id is the fencing number."""

    def register(self, process: Process, now: datetime, lease_until: datetime) -> int:
        """Let a sender in and return its number, which nobody had before."""
        done = self._run(
            insert(sender)
            .values(
                name=process.name,
                machine=process.machine,
                process=process.identity,
                started_at=now,
                lease_until=lease_until,
                ended=False,
            )
            .returning(sender.c.id)
        )
        return int(str(done.scalar_one()))

    def others(self, besides: int) -> list[Peer]:
        """Return every other sender that nobody has ended."""
        rows = self._all(select(sender).where(sender.c.id != besides, sender.c.ended.is_(False)))
        return [
            Peer(
                row["id"],
                Process(row["name"], row["machine"], row["process"]),
                row["lease_until"],
            )
            for row in rows
        ]

    def renew(self, key: int, lease_until: datetime) -> bool:
        """Lengthen a lease; False when the sender was declared dead: it may not write any more.

        Until the transaction's end nobody else can declare it dead.
        """
        given = {"mine": key, "until": lease_until}
        return self._connection.execute(RENEW, given).rowcount == 1

    def end(self, key: int) -> None:
        """Let a sender go that has given back all it held."""
        self._run(update(sender).where(sender.c.id == key).values(ended=True))

    def declare_dead(self, peer: Peer) -> bool:
        """End a sender, unless it has given a sign of life since."""
        statement = update(sender).where(
            sender.c.id == peer.id,
            sender.c.ended.is_(False),
            sender.c.lease_until == peer.lease_until,
        )
        return self._run(statement.values(ended=True)).rowcount == 1

    def forget(self, before: datetime) -> None:
        """Remove the rows of senders that ended and began before that time."""
        self._run(
            delete(sender).where(
                sender.c.ended.is_(True), sender.c.started_at < before, ~_holds_rows
            )
        )


# Built once: it runs hundreds of times a second.
RENEW = (
    update(sender)
    .where(sender.c.id == bindparam("mine", type_=Id), sender.c.ended.is_(False))
    .values(lease_until=bindparam("until", type_=Instant()))
)
