"""Which rows of the ledger may leave, in which order: people who wait first, then the editions.

An edition is asked for once, and its rows by the index over lane, edition and due time: a million
rows of an edition that is held are never looked at.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from mailer.address import stored_address
from mailer.delivery.model import SENT_TO, SENT_TO_ALL, SENT_TO_PAUSED, Job, Lane, Notice
from mailer.editions.model import EditionState
from mailer.store.instant import Instant
from mailer.store.tables import (
    Id,
    delivery,
    edition,
    page,
    pause,
    subscriber,
    subscription,
    suppression,
)
from mailer.subscribers.model import State

_its_page = and_(
    page.c.edition_id == delivery.c.edition_id,
    page.c.since == delivery.c.since,
    page.c.language == delivery.c.language,
    page.c.apart == delivery.c.apart,
)
IS_APPROVED = edition.c.state == EditionState.APPROVED
SUPPRESSED = exists(
    select(suppression.c.id).where(suppression.c.address_hash == subscriber.c.address_hash)
)
# Whether the reader is still who asked for it.
STILL_WANTED = and_(
    or_(
        subscription.c.state
        == case(
            *((delivery.c.notice == notice, state.value) for notice, state in SENT_TO.items()),
            else_=State.ACTIVE.value,
        ),
        *(delivery.c.notice == notice for notice in SENT_TO_ALL),
        *(
            and_(delivery.c.notice == notice, subscription.c.state == State.PAUSED.value)
            for notice in sorted(SENT_TO_PAUSED)
        ),
    ),
    ~SUPPRESSED,
)
# Written out, not as a parameter: only then does SQLite see that its partial index will do.
IS_DUE = delivery.c.state == literal_column("'due'")
IS_DIGEST = delivery.c.edition_id.is_not(None)
IS_NOTICE = delivery.c.notice.is_not(None)
IN_DOUBT = delivery.c.state == literal_column("'in_doubt'")
_NOW = bindparam("now", type_=Instant())
_LANE = bindparam("lane", type_=Integer())
_EDITION = bindparam("edition", type_=Id)
# While an edition's first mails are waited for, no others of it leave.
_GOES_ON = or_(edition.c.canary_since.is_(None), literal_column(str(int(Lane.CANARY))) == _LANE)


def paused(newsletter_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the digests of a newsletter may not start."""
    its = or_(pause.c.newsletter_id.is_(None), pause.c.newsletter_id == newsletter_id)
    return exists(select(pause.c.id).where(its))


JOBS = (
    select(
        delivery.c.id,
        delivery.c.lane,
        delivery.c.newsletter_id,
        delivery.c.edition_id,
        delivery.c.subscription_id,
        delivery.c.notice,
        delivery.c.since,
        delivery.c.language,
        delivery.c.apart,
        page.c.id.label("page_id"),
        STILL_WANTED.label("wanted"),
        subscriber.c.address,
        subscriber.c.address_key,
        delivery.c.attempts,
        page.c.rendered_at,
        delivery.c.planned_at,
        subscription.c.requested_at,
        func.coalesce(
            subscription.c.confirmed_at, subscription.c.requested_at, type_=Instant()
        ).label("signed_up_at"),
        delivery.c.owed_again_at,
    )
    .join(subscription, subscription.c.id == delivery.c.subscription_id)
    .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
    .outerjoin(page, _its_page)
)
TIMES = 5  # columns of JOBS, the last ones

_due = JOBS.where(IS_DUE, delivery.c.lane == _LANE, delivery.c.due_at <= _NOW)
_limit = bindparam("most", type_=Integer())

# Rows that may leave now.
NOTICES = _due.order_by(delivery.c.due_at).limit(_limit)
DUE_NOTICE = (
    select(delivery.c.id)
    .where(IS_DUE, delivery.c.lane == _LANE, delivery.c.due_at <= _NOW)
    .limit(1)
)
OF_EDITION = (
    _due.where(
        delivery.c.edition_id == _EDITION,
        page.c.stale.is_(False),
        exists(select(edition.c.id).where(edition.c.id == _EDITION, IS_APPROVED, _GOES_ON)),
        ~paused(delivery.c.newsletter_id),
    )
    .order_by(delivery.c.due_at)
    .limit(_limit)
)


def locked(query: Select[Any]) -> Select[Any]:
    """Return the query so that no other sender finds its rows (a SQLite writer is alone)."""
    return query.with_for_update(of=delivery, skip_locked=True)


def _next_owed(after: ColumnElement[bool]) -> ColumnElement[int]:
    rows = select(func.min(delivery.c.edition_id)).where(IS_DUE, delivery.c.lane == _LANE, after)
    return rows.scalar_subquery()


def _owed_editions() -> Select[tuple[int]]:
    """The editions with rows that are due, found by hopping from one to the next in the index."""
    owed = select(_next_owed(delivery.c.edition_id > 0).label("id")).cte("owed", recursive=True)
    further = select(_next_owed(delivery.c.edition_id > owed.c.id)).where(owed.c.id.is_not(None))
    owed = owed.union_all(further)
    some = exists(
        select(delivery.c.id).where(
            IS_DUE,
            delivery.c.lane == _LANE,
            delivery.c.edition_id == edition.c.id,
            delivery.c.due_at <= _NOW,
        )
    )
    rendered = exists(
        select(page.c.id).where(page.c.edition_id == edition.c.id, page.c.stale.is_(False))
    )
    return (
        select(edition.c.id)
        .join(owed, owed.c.id == edition.c.id)
        .where(IS_APPROVED, _GOES_ON, ~paused(edition.c.newsletter_id), some, rendered)
        .order_by(edition.c.due_at, edition.c.id)
    )


OWED_EDITIONS = _owed_editions()


def rows_that_may_leave(
    connection: Connection, now: datetime, most: int, lane: Lane, edition_id: int | None
) -> list[Job]:
    """Return up to `most` rows of one lane that may leave now, of one edition or of any.

    Until the transaction's end no other sender finds them.
    """
    given: dict[str, object] = {"now": now, "lane": int(lane)}
    if lane is Lane.NOTICE:
        return [] if edition_id else jobs(connection, locked(NOTICES), {**given, "most": most})
    found: list[Job] = []
    for key in editions_owed(connection, now, lane, edition_id):
        wanted = {**given, "edition": key, "most": most - len(found)}
        found += jobs(connection, locked(OF_EDITION), wanted)
        if len(found) == most:
            break
    return found


def any_that_may_leave(
    connection: Connection, now: datetime, lane: Lane, edition_id: int | None
) -> bool:
    """Whether a row of one lane may leave now."""
    given: dict[str, object] = {"now": now, "lane": int(lane), "most": 1}
    if lane is Lane.NOTICE:
        return not edition_id and bool(jobs(connection, NOTICES, given))
    return any(
        jobs(connection, OF_EDITION, {**given, "edition": key})
        for key in editions_owed(connection, now, lane, edition_id)
    )


def editions_owed(
    connection: Connection, now: datetime, lane: Lane, edition_id: int | None = None
) -> list[int]:
    """Return the editions that have rows which may leave, the oldest first."""
    rows = connection.execute(OWED_EDITIONS, {"now": now, "lane": int(lane)}).all()
    return [row.id for row in rows if edition_id is None or row.id == edition_id]


def jobs(
    connection: Connection, query: Select[Any], given: dict[str, object] | None = None
) -> list[Job]:
    """Run a query made of `JOBS`."""
    if connection.dialect.name != "sqlite":
        return [job(*row) for row in connection.execute(query, given)]
    return unpacked(str(connection.execute(packed(query), given).scalar_one()))


def packed(query: Select[Any]) -> Select[tuple[str]]:
    """Return a query whose answer is one row of JSON.

    SQLite's driver lets go of Python's lock before each row it reads, and gets it back when those
    who talk to servers have had their turn.
    """
    rows = query.subquery()
    return select(func.json_group_array(func.json_array(*rows.c), type_=Text))


def unpacked(text: str) -> list[Job]:
    """Return the rows of `packed`."""
    return [
        job(*row[:-TIMES], *[_instant(moment) for moment in row[-TIMES:]])
        for row in json.loads(text)
    ]


@lru_cache(1024)
def _instant(text: str | None) -> datetime | None:
    """Return a time as SQLite keeps it: UTC, without saying so."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


def job(  # noqa: PLR0917 - the columns of JOBS
    key: int,
    lane: int,
    newsletter_id: int,
    edition_id: int | None,
    subscription_id: int,
    notice: str | None,
    since: int,
    language: str,
    apart: str,
    page_id: int | None,
    wanted: bool,  # noqa: FBT001
    address: str,
    address_key: str,
    attempts: int,
    rendered_at: datetime | None,
    planned_at: datetime,
    requested_at: datetime,
    signed_up_at: datetime,
    owed_again_at: datetime | None,
) -> Job:
    """Return the row of `JOBS` as a value."""
    return Job(
        key,
        LANES[lane],
        newsletter_id,
        edition_id,
        subscription_id,
        None if notice is None else Notice(notice),
        since,
        language,
        apart,
        None if page_id is None or rendered_at is None else (page_id, rendered_at),
        bool(wanted),
        stored_address(address, address_key),
        attempts,
        planned_at,
        requested_at,
        signed_up_at,
        owed_again_at,
    )


LANES: Sequence[Lane] = tuple(Lane)
