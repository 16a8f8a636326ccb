"""From approved editions to ledger rows: set-wise, a batch a transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from mailer.delivery.model import Canary, DeliveryState, Kind, Lane
from mailer.editions.model import Due, Edition, EditionState, Rhythm, Schedule
from mailer.feeds.model import ArticleState
from mailer.store.aggregate import Aggregate
from mailer.store.apartness import Apartness
from mailer.store.tables import (
    article,
    delivery,
    edition,
    newsletter,
    piece,
    subscriber,
    subscription,
)

WAITS_FOR_A_PERSON = (EditionState.DRAFT, EditionState.HELD)


class Batch(NamedTuple):
    """What one transaction of planning came to."""

    planned: int  # rows
    readers: int  # moved on
    last: int  # the number of the last subscription


class Planning(Aggregate):
    """Who is owed an edition, and the moment from which they are owed the next one."""

    def editions_with_waiting_readers(self, now: datetime) -> list[int]:
        """Return the ids of editions that readers can be planned for, or moved on from."""
        scheduled = exists(select(subscription.c.id).where(_scheduled(now)))
        at_once = and_(
            edition.c.at_once.is_(True),
            edition.c.state == EditionState.APPROVED,
            exists(select(subscription.c.id).where(_at_once())),
        )
        rows = self._all(
            select(edition.c.id)
            .where(
                edition.c.state.not_in(WAITS_FOR_A_PERSON),
                or_(scheduled, at_once),
                or_(edition.c.checking_until.is_(None), edition.c.checking_until <= now),
            )
            .order_by(edition.c.id)
        )
        return [row["id"] for row in rows]

    def schedules(self, found: Edition, now: datetime) -> list[Schedule]:
        """Return the different schedules of the readers who wait for an edition."""
        columns = (
            subscription.c.rhythm,
            subscription.c.minute_of_day,
            subscription.c.weekday,
            subscription.c.zone,
        )
        rows = self._all(
            select(*columns)
            .distinct()
            .join(edition, edition.c.id == found.id)
            .where(_waiting(found, now))
        )
        return [
            Schedule(Rhythm(row["rhythm"]), row["minute_of_day"], row["weekday"], row["zone"])
            for row in rows
        ]

    def plan_batch(
        self,
        found: Edition,
        schedule: Schedule,
        due: Due,
        now: datetime,
        limit: int,
        canary: Canary,
        *,
        after: int,
    ) -> Batch:
        """Owe the edition to up to `limit` readers with this schedule, and let `due` be their next.

        An edition made by hand goes by the subscriptions' numbers, from behind `after`. A batch of
        no readers ends it.
        """
        readers = self._lock(found, schedule, now, limit, after)
        if not readers:
            return Batch(0, 0, after)
        owed: Sequence[int] = ()
        taken_back = 0
        if found.state is EditionState.APPROVED:
            owed = self._owe(found, readers, now, canary)
            taken_back = Apartness(self._connection).mark(found, readers, now)
        self._move_on(found, readers, owed, due)
        return Batch(len(owed) - taken_back, len(readers), readers[-1])

    def has_begun(self, edition_id: int) -> bool:
        """Whether somebody is owed an edition already."""
        return self._one(_first_of(edition_id)) is not None

    def canary(
        self, found: Edition, now: datetime, size: int, own: Collection[str]
    ) -> Collection[int]:
        """Return subscriptions that wait for an edition: so many by chance, and those of `own`.

        `own` are keys of addresses; the newsletter's own two are always among them.
        """
        waiting = (
            select(subscription.c.id)
            .join(edition, edition.c.id == found.id)
            .where(_waiting(found, now))
        )
        ours = (
            select(subscription.c.id)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .join(newsletter, newsletter.c.id == subscription.c.newsletter_id)
            .where(
                subscription.c.id.in_(waiting),
                or_(
                    subscriber.c.address_key.in_(own),
                    subscriber.c.address == newsletter.c.sender,
                    subscriber.c.address == newsletter.c.reply_to,
                ),
            )
        )
        chance = waiting.order_by(func.random()).limit(size)
        return {row["id"] for query in (chance, ours) for row in self._all(query)}

    def _lock(
        self, found: Edition, schedule: Schedule, now: datetime, limit: int, after: int
    ) -> Sequence[int]:
        query = (
            select(subscription.c.id)
            .join(edition, edition.c.id == found.id)
            .where(
                _waiting(found, now),
                subscription.c.minute_of_day == schedule.minute_of_day,
                subscription.c.weekday == schedule.weekday,
                subscription.c.zone == schedule.zone,
            )
        )
        if _by_hand(found):
            query = query.where(subscription.c.id > after).order_by(subscription.c.id)
        else:  # as their index has them: whoever was moved on is not in the way of the next batch
            query = query.order_by(subscription.c.next_due_at, subscription.c.id)
        rows = self._all(query.limit(limit).with_for_update(of=subscription, skip_locked=True))
        return [row["id"] for row in rows]

    def _owe(
        self, found: Edition, readers: Sequence[int], now: datetime, canary: Canary
    ) -> Sequence[int]:
        """Put rows into the ledger; return the subscriptions that had none for this slot."""
        rows = _owed(found, self._each(readers), now, self._moment(readers, now, canary))
        statement = self._insert(delivery).from_select(list(rows.selected_columns.keys()), rows)
        once = statement.on_conflict_do_nothing(index_elements=["subscription_id", "slot"])
        return self._connection.scalars(once.returning(delivery.c.subscription_id)).all()

    def _moment(
        self, readers: Sequence[int], now: datetime, canary: Canary
    ) -> ColumnElement[datetime]:
        """Return when readers are owed it: those who go first now, the others later."""
        moment = delivery.c.due_at.type
        later: ColumnElement[datetime] = literal(canary.others_at, moment)
        first = [reader for reader in readers if reader in canary.subscriptions]
        if not first:
            return later
        return case((subscription.c.id.in_(first), literal(now, moment)), else_=later)

    def _move_on(
        self, found: Edition, readers: Sequence[int], owed: Sequence[int], due: Due
    ) -> None:
        """Set everybody's next date; and the watermark of those alone who are owed the edition.

        Whose slot was filled already gets these stories with their next mail.
        """
        values: dict[str, object] = {}
        if owed:
            seen = subscription.c.watermark
            told = seen < found.closes
            if len(owed) < len(readers):
                told = and_(told, subscription.c.id.in_(self._each(owed)))
            values["watermark"] = case((told, found.closes), else_=seen)
        # Whoever was owed a later slot already keeps it: they got this one by hand, in between.
        here = subscription.c.next_slot == found.slot
        values["next_due_at"] = case((here, due.at), else_=subscription.c.next_due_at)
        values["next_slot"] = case((here, due.slot), else_=subscription.c.next_slot)
        self._run(
            update(subscription).where(subscription.c.id.in_(self._each(readers))).values(**values)
        )


def _scheduled(now: datetime) -> ColumnElement[bool]:
    """Whether a reader's own hour for an edition's slot has come."""
    return and_(
        subscription.c.newsletter_id == edition.c.newsletter_id,
        subscription.c.rhythm == edition.c.rhythm,
        subscription.c.next_slot == edition.c.slot,
        subscription.c.next_due_at <= now,
    )


def _at_once() -> ColumnElement[bool]:
    """Whether a reader is to get an edition made by hand, whatever their hour."""
    got = exists(
        select(delivery.c.id).where(
            delivery.c.subscription_id == subscription.c.id, delivery.c.slot == edition.c.slot
        )
    )
    return and_(
        subscription.c.newsletter_id == edition.c.newsletter_id,
        subscription.c.rhythm == edition.c.rhythm,
        subscription.c.next_slot >= edition.c.slot,
        subscription.c.confirmed_at <= edition.c.approved_at,
        subscription.c.watermark < _newest_piece(),
        ~got,
    )


def _waiting(found: Edition, now: datetime) -> ColumnElement[bool]:
    return or_(_scheduled(now), _at_once()) if _by_hand(found) else _scheduled(now)


def _by_hand(found: Edition) -> bool:
    """Whether an edition goes to everybody, whatever their hour."""
    return found.at_once and found.state is EditionState.APPROVED


def _newest_piece() -> ColumnElement[int]:
    """The newest story that is in; a reader who has seen it, or a copy of it, has seen all."""
    newest = (
        select(func.coalesce(func.max(piece.c.story), 0))
        .join(article, article.c.id == piece.c.article_id)
        .where(
            piece.c.edition_id == edition.c.id,
            piece.c.included.is_(True),
            article.c.state == ArticleState.KEPT,  # not taken back since
        )
        .correlate(edition)
    )
    return newest.scalar_subquery()


def _first_of(edition_id: int) -> Select[tuple[int]]:
    return select(delivery.c.id).where(delivery.c.edition_id == edition_id).limit(1)


def _owed(
    found: Edition, readers: Select[tuple[int]], now: datetime, due_at: ColumnElement[datetime]
) -> Select[tuple[object, ...]]:
    seen = subscription.c.watermark
    return (
        select(
            literal(Kind.DIGEST.value).label("kind"),
            literal(int(Lane.DIGEST)).label("lane"),
            subscription.c.newsletter_id,
            subscription.c.id.label("subscription_id"),
            literal(found.slot).label("slot"),
            literal(found.id).label("edition_id"),
            case((seen > found.opens, seen), else_=found.opens).label("since"),
            func.coalesce(subscriber.c.language, newsletter.c.language).label("language"),
            literal(DeliveryState.DUE.value).label("state"),
            due_at.label("due_at"),
            literal(0).label("attempts"),
            literal(now, delivery.c.planned_at.type).label("planned_at"),
        )
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .join(newsletter, newsletter.c.id == subscription.c.newsletter_id)
        .join(edition, edition.c.id == found.id)
        .where(subscription.c.id.in_(readers), seen < _newest_piece())
    )
