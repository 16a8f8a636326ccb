"""The ledger at work: notices put in, rows claimed, started, settled, and taken back from the dead.

Every change names the state it expects to find and, where a sender holds the row, the sender: one
that was declared dead changes nothing, because its number is gone from the row.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from mailer.address import stored_address
from mailer.delivery.model import (
    SENT_TO,
    SENT_TO_ALL,
    DeliveryState,
    Job,
    Kind,
    Lane,
    Notice,
    Settlement,
    Standing,
)
from mailer.editions.model import EditionState
from mailer.store.aggregate import EACH, Aggregate
from mailer.store.tables import (
    delivery,
    edition,
    page,
    pause,
    sender,
    subscriber,
    subscription,
    suppression,
)
from mailer.subscribers.model import State

_rendered = exists(
    select(page.c.id).where(
        page.c.edition_id == delivery.c.edition_id,
        page.c.since == delivery.c.since,
        page.c.language == delivery.c.language,
        page.c.apart == delivery.c.apart,
        page.c.stale.is_(False),
    )
)
_approved = exists(
    select(edition.c.id).where(
        edition.c.id == delivery.c.edition_id, edition.c.state == EditionState.APPROVED
    )
)
_suppressed = exists(
    select(suppression.c.id).where(suppression.c.address_hash == subscriber.c.address_hash)
)
# Whether the reader is still who asked for it.
_wanted = exists(
    select(subscription.c.id)
    .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
    .where(
        subscription.c.id == delivery.c.subscription_id,
        or_(
            subscription.c.state
            == case(
                *((delivery.c.notice == notice, state.value) for notice, state in SENT_TO.items()),
                else_=State.ACTIVE.value,
            ),
            delivery.c.notice.in_(SENT_TO_ALL),
        ),
        ~_suppressed,
    )
    .correlate(delivery)
)
_paused = exists(
    select(pause.c.id).where(
        or_(pause.c.newsletter_id.is_(None), pause.c.newsletter_id == delivery.c.newsletter_id)
    )
)
# Written out, not as a parameter: only then does SQLite see that its partial index will do.
_IS_DUE = delivery.c.state == literal_column("'due'")
# A digest whose page is not there yet, or whose edition is held, waits without anybody's doing.
_sendable = or_(delivery.c.kind == Kind.NOTICE, and_(_approved, _rendered, ~_paused))


class Deliveries(Aggregate):
    """What is owed, row by row."""

    def add_notice(
        self,
        *,
        subscription_id: int,
        newsletter_id: int,
        notice: Notice,
        language: str,
        slot: str,
        now: datetime,
    ) -> bool:
        """Owe somebody a notice at once; False when one for that slot is owed or sent already."""
        statement = self._insert(delivery).values(
            kind=Kind.NOTICE,
            lane=Lane.NOTICE,
            newsletter_id=newsletter_id,
            subscription_id=subscription_id,
            slot=slot,
            language=language,
            notice=notice,
            state=DeliveryState.DUE,
            due_at=now,
            planned_at=now,
        )
        once = statement.on_conflict_do_nothing(index_elements=["subscription_id", "slot"])
        return self._inserted(once, delivery) == 1

    def claim(
        self,
        sender_id: int,
        now: datetime,
        limit: int,
        edition_id: int | None = None,
        *,
        lanes: Sequence[Lane] = tuple(Lane),
    ) -> list[Job]:
        """Give up to `limit` due rows to a sender, those of people who wait for a notice first."""
        taken: list[Job] = []
        for lane in lanes:
            if len(taken) < limit:
                taken += self._claim(sender_id, now, limit - len(taken), edition_id, lane)
        return taken

    def _claim(
        self, sender_id: int, now: datetime, limit: int, edition_id: int | None, lane: Lane
    ) -> list[Job]:
        # One lane a statement: its index is read from the first row that is due to the last.
        query = _JOBS.where(_IS_DUE, delivery.c.lane == int(lane), delivery.c.due_at <= now)
        if edition_id is not None:
            query = query.where(delivery.c.edition_id == edition_id)
        found = self._jobs(
            query.where(_sendable)
            .order_by(delivery.c.due_at, delivery.c.id)
            .limit(limit)
            .with_for_update(of=delivery, skip_locked=True)
        )
        if found:
            self._run(
                update(delivery)
                .where(delivery.c.id.in_(self._each(job.id for job in found)))
                .values(state=DeliveryState.CLAIMED, sender_id=sender_id)
            )
        return found

    def jobs(self, keys: Collection[int]) -> list[Job]:
        """Return these rows with all that is needed to send them."""
        return self._jobs(_JOBS.where(delivery.c.id.in_(self._each(keys))))

    def _jobs(self, query: Select[Any]) -> list[Job]:
        if self._dialect.name != "sqlite":
            return [_job(*row) for row in self._connection.execute(query)]
        # As one row of JSON: SQLite's driver lets go of Python's lock before each row it reads, and
        # gets it back when those who talk to servers have had their turn.
        rows = query.subquery()
        packed = select(func.json_group_array(func.json_array(*rows.c), type_=Text))
        found = json.loads(self._connection.execute(packed).scalar_one())
        return [_job(*row[:-3], *map(_instant, row[-3:])) for row in found]

    def job_of(self, edition_id: int, address_key: str | None) -> Job | None:
        """Return what one reader, or the first one, is owed of an edition; None when nothing is."""
        query = (
            select(delivery.c.id)
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .where(delivery.c.edition_id == edition_id)
            .order_by(delivery.c.id)
        )
        if address_key is not None:
            query = query.where(subscriber.c.address_key == address_key)
        row = self._one(query.limit(1))
        return None if row is None else self.jobs([row["id"]])[0]

    def standings(self, keys: Collection[int]) -> dict[int, Standing]:
        """Return what decides whether these rows may still be sent."""
        rows = self._all(
            select(
                delivery.c.id,
                subscription.c.state.label("subscription"),
                edition.c.state.label("edition"),
                _suppressed.label("suppressed"),
                and_(delivery.c.kind == Kind.DIGEST, _paused).label("paused"),
            )
            .join(subscription, subscription.c.id == delivery.c.subscription_id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .outerjoin(edition, edition.c.id == delivery.c.edition_id)
            .where(delivery.c.id.in_(self._each(keys)))
        )
        return {
            row["id"]: Standing(
                State(row["subscription"]),
                None if row["edition"] is None else EditionState(row["edition"]),
                suppressed=bool(row["suppressed"]),
                paused=bool(row["paused"]),
            )
            for row in rows
        }

    def start(self, sender_id: int, keys: Collection[int]) -> set[int]:
        """Mark claimed rows as being sent; return those that are the sender's, and may be sent.

        Whoever left, was suppressed, or whose edition was held or cancelled since is not started.
        """
        listed = {"keys": self._listed(keys), "mine": sender_id}
        done = self._connection.execute(_START[self._dialect.name], listed)
        if done.rowcount == len(keys):
            return set(keys)
        started = self._connection.execute(
            select(delivery.c.id).where(
                delivery.c.id.in_(self._each(keys)),
                delivery.c.state == DeliveryState.SENDING,
                delivery.c.sender_id == sender_id,
            )
        )
        return {row[0] for row in started}

    def give_back(self, sender_id: int, keys: Collection[int]) -> None:
        """Let rows that were claimed and never started be due again."""
        self._run(
            update(delivery)
            .where(
                delivery.c.id.in_(self._each(keys)),
                delivery.c.state == DeliveryState.CLAIMED,
                delivery.c.sender_id == sender_id,
            )
            .values(state=DeliveryState.DUE, sender_id=None)
        )

    def settle(self, sender_id: int, settlements: Sequence[Settlement]) -> None:
        """Write down how rows of a sender ended; rows that are not its own any more stay.

        An answer that comes after the sender was declared dead still ends the doubt.
        """
        taken: dict[tuple[object, ...], dict[int, str]] = {}
        at = None  # milliseconds apart, they are given one time
        for one in settlements:
            if one.state is DeliveryState.SENT and one.reply is not None:
                reply = one.reply
                alike = (one.relay, reply.code, reply.status)
                taken.setdefault(alike, {})[one.delivery_id] = reply.text
                at = one.settled_at
            else:
                self._settle(sender_id, one)
        for (relay, code, status), texts in taken.items():
            self._connection.execute(
                _SENT[self._dialect.name],
                {
                    **self._words(texts),
                    "mine": sender_id,
                    "relay_name": relay,
                    "code": code,
                    "status": status,
                    "at": at,
                },
            )

    def _words(self, texts: Mapping[int, str]) -> dict[str, object]:
        """Return what each server said, as the parameters that `_WORDS` wants."""
        if self._dialect.name == "sqlite":
            return {"words": json.dumps(texts)}  # {"7": "queued as A1"}: rows of key and value
        return {"keys": list(texts), "words": list(texts.values())}

    def _settle(self, sender_id: int, settlement: Settlement) -> None:
        reply = settlement.reply
        values: dict[str, object] = {
            "state": settlement.state,
            "sender_id": None,
            "attempts": settlement.attempts,
            "relay": settlement.relay,
            "reply_code": None if reply is None else reply.code,
            "reply_status": None if reply is None else reply.status,
            "reply_text": settlement.reason if reply is None else reply.text,
            "settled_at": settlement.settled_at,
        }
        if settlement.due_at is not None:
            values["due_at"] = settlement.due_at
        mine = _still_of(sender_id, settlement.found)
        self._run(
            update(delivery).where(delivery.c.id == settlement.delivery_id, mine).values(**values)
        )

    def recover(self, now: datetime, sending_becomes: DeliveryState) -> tuple[int, int]:
        """Take back the rows of senders that were declared dead.

        Claimed ones are due again; of those that were being sent nobody knows, and they become
        `sending_becomes`. Return how many of each there were.
        """
        dead = select(sender.c.id).where(sender.c.ended.is_(True))
        theirs = and_(delivery.c.sender_id.is_not(None), delivery.c.sender_id.in_(dead))
        claimed = self._run(
            update(delivery)
            .where(delivery.c.state == DeliveryState.CLAIMED, theirs)
            .values(state=DeliveryState.DUE, sender_id=None)
        )
        # In doubt, a row keeps its sender: should that one live, its answer ends the doubt.
        doubt = sending_becomes is DeliveryState.IN_DOUBT
        settled = {"settled_at": now} if doubt else {"sender_id": None}
        sending = self._run(
            update(delivery)
            .where(delivery.c.state == DeliveryState.SENDING, theirs)
            .values(
                state=sending_becomes,
                reply_text="the sender ended before the answer came",
                **settled,
            )
        )
        return claimed.rowcount, sending.rowcount

    def anything_due(self, now: datetime, edition_id: int | None = None) -> bool:
        """Whether a row could be claimed now, or is in another sender's hands."""
        held = and_(
            delivery.c.sender_id.is_not(None),
            delivery.c.state.in_([DeliveryState.CLAIMED, DeliveryState.SENDING]),
        )
        for query in (
            *(
                select(delivery.c.id).where(
                    _IS_DUE, _sendable, delivery.c.lane == int(lane), delivery.c.due_at <= now
                )
                for lane in Lane
            ),
            select(delivery.c.id).where(held),
        ):
            asked = query
            if edition_id is not None:
                asked = query.where(delivery.c.edition_id == edition_id)
            if self._one(asked.limit(1)) is not None:
                return True
        return False


_JSON_WORDS = func.json_each(bindparam("words", type_=Text)).table_valued("key", "value")
_WORDS: Mapping[str, Subquery] = {
    "sqlite": select(
        cast(_JSON_WORDS.c.key, BigInteger).label("id"), _JSON_WORDS.c.value.label("text")
    ).subquery("words"),
    "postgresql": select(
        func.unnest(bindparam("keys", type_=postgresql.ARRAY(BigInteger))).label("id"),
        func.unnest(bindparam("words", type_=postgresql.ARRAY(Text))).label("text"),
    ).subquery("words"),
}
# "+ 0" keeps SQLite from its index of held rows: rows are found by their numbers here.
_SENDER = delivery.c.sender_id + 0
# Built once: these two run hundreds of times a second.
_START = {
    dialect: update(delivery)
    .where(
        delivery.c.id.in_(keys),
        delivery.c.state == DeliveryState.CLAIMED,
        bindparam("mine") == _SENDER,
        _wanted,
        or_(delivery.c.kind == Kind.NOTICE, and_(_approved, ~_paused)),
    )
    .values(state=DeliveryState.SENDING)
    for dialect, keys in EACH.items()
}
_SENT = {
    dialect: update(delivery)
    .where(
        delivery.c.id == words.c.id,
        bindparam("mine") == _SENDER,
        delivery.c.state.in_([DeliveryState.SENDING, DeliveryState.IN_DOUBT]),
    )
    .values(
        state=DeliveryState.SENT,
        sender_id=None,
        attempts=delivery.c.attempts + 1,
        relay=bindparam("relay_name"),
        reply_code=bindparam("code"),
        reply_status=bindparam("status"),
        reply_text=words.c.text,
        settled_at=bindparam("at"),
    )
    for dialect, words in _WORDS.items()
}


def _still_of(sender_id: int, found: DeliveryState) -> ColumnElement[bool]:
    """Whether a row is as this sender left it, or in doubt since this sender was thought dead."""
    left = [found, DeliveryState.IN_DOUBT] if found is DeliveryState.SENDING else [found]
    return and_(delivery.c.sender_id == sender_id, delivery.c.state.in_(left))


_JOBS = (
    select(
        delivery.c.id,
        delivery.c.kind,
        delivery.c.newsletter_id,
        delivery.c.edition_id,
        delivery.c.subscription_id,
        delivery.c.slot,
        delivery.c.notice,
        delivery.c.since,
        delivery.c.language,
        delivery.c.apart,
        subscriber.c.address,
        subscriber.c.address_key,
        delivery.c.attempts,
        delivery.c.planned_at,
        subscription.c.requested_at,
        subscription.c.confirmed_at,
    )
    .join(subscription, subscription.c.id == delivery.c.subscription_id)
    .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
)
_KINDS = {kind.value: kind for kind in Kind}


def _instant(text: str | None) -> datetime | None:
    """Return a time as SQLite keeps it: UTC, without saying so."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def _job(  # noqa: PLR0917 - the columns of _JOBS
    key: int,
    kind: str,
    newsletter_id: int,
    edition_id: int | None,
    subscription_id: int,
    slot: str,
    notice: str | None,
    since: int,
    language: str,
    apart: str,
    address: str,
    address_key: str,
    attempts: int,
    planned_at: datetime,
    requested_at: datetime,
    confirmed_at: datetime | None,
) -> Job:
    return Job(
        key,
        _KINDS[kind],
        newsletter_id,
        edition_id,
        subscription_id,
        slot,
        None if notice is None else Notice(notice),
        since,
        language,
        stored_address(address, address_key),
        confirmed_at or requested_at,
        requested_at,
        attempts,
        planned_at,
        apart,
    )
