"""Whose turn an edition is, as conditions on readers and editions."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from mailer.editions.model import URGENT_SLOT, Edition, EditionState, Rhythm
from mailer.editions.waves import TELLING
from mailer.feeds.model import ArticleState
from mailer.store.tables import (
    appointment,
    article,
    delivery,
    edition,
    newsletter,
    piece,
    subscription,
)
from mailer.subscribers.model import State


def owing_somebody(now: datetime) -> Select[int]:
    """Return the newsletters that may have a reader whose hour has come."""
    return select(appointment.c.newsletter_id).distinct().where(appointment.c.next_due_at <= now)


def waiting(found: Edition, now: datetime) -> ColumnElement[bool]:
    if found.rhythm is Rhythm.AT_ONCE:
        return and_(literal(found.id).in_(newest_at_once()), reads_it_at_once(found))
    scheduled = _scheduled(found, now)
    return or_(scheduled, at_once(found)) if by_hand(found) else scheduled


def by_hand(found: Edition) -> bool:
    """Whether an edition goes to everybody, whatever their hour."""
    return found.at_once and found.state is EditionState.APPROVED


def _of_slot(found: Edition) -> ColumnElement[bool]:
    return and_(
        subscription.c.newsletter_id == found.newsletter_id,
        subscription.c.rhythm == found.rhythm,
        subscription.c.next_slot == found.slot,
    )


def _scheduled(found: Edition, now: datetime) -> ColumnElement[bool]:
    """Whether a reader's own hour for an edition's slot has come, and they belong to its wave."""
    when = [subscription.c.next_due_at <= now]
    if found.until is not None:
        when.append(subscription.c.next_due_at < found.until)
    if found.state in TELLING:  # what came before it opens would be lost for who has not seen it
        when.append(subscription.c.watermark >= found.opens)
    return and_(_of_slot(found), *when)


def at_once(of: Edition | ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """Whether a reader is to get an edition made by hand, whatever their hour."""
    return and_(
        subscription.c.state == literal_column(f"'{State.ACTIVE}'"),  # as their index has it
        subscription.c.newsletter_id == of.newsletter_id,
        subscription.c.rhythm == of.rhythm,
        subscription.c.next_slot >= of.slot,
        subscription.c.confirmed_at <= of.approved_at,
        subscription.c.watermark >= of.opens,
        subscription.c.watermark < newest_piece(of),
        ~_got(of),
    )


def reads_at_once() -> ColumnElement[bool]:
    """Return what makes a reader one who reads at once, in the words of their index."""
    return subscription.c.seen_at_once.is_not(None)


def newest_at_once() -> Select[tuple[int]]:
    """Return the newest edition of each newsletter that went to those who read at once.

    The older ones are nobody's any more: who has not seen them gets all of it in one mail. Their
    slots are minutes, in order, so that an index ends with the newest, however many there are.
    """
    one = edition.alias("one")
    newest = (
        select(one.c.id)
        .where(
            one.c.newsletter_id == newsletter.c.id,
            one.c.rhythm == Rhythm.AT_ONCE,
            one.c.slot < URGENT_SLOT,
            one.c.state == EditionState.APPROVED,
        )
        .order_by(one.c.slot.desc())
        .limit(1)
        .correlate(newsletter)
    )
    return select(newest.scalar_subquery()).select_from(newsletter)


def reads_it_at_once(
    of: Edition | ReadOnlyColumnCollection[str, Any],
) -> ColumnElement[bool]:
    """Whether a reader is to get an edition made for those who read at once."""
    return and_(
        subscription.c.newsletter_id == of.newsletter_id,
        reads_at_once(),
        subscription.c.seen_at_once >= of.opens,
        subscription.c.seen_at_once < newest_piece(of),
        ~_got(of),
    )


def _got(of: Edition | ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    return exists(
        select(delivery.c.id)
        .where(delivery.c.subscription_id == subscription.c.id, delivery.c.slot == of.slot)
        .correlate(subscription, edition)
    )


def newest_piece(of: Edition | ReadOnlyColumnCollection[str, Any]) -> ColumnElement[int]:
    """The newest story that is in; a reader who has seen it, or a copy of it, has seen all."""
    newest = (
        select(func.coalesce(func.max(piece.c.story), 0))
        .join(article, article.c.id == piece.c.article_id)
        .where(
            piece.c.edition_id == of.id,
            piece.c.included.is_(True),
            article.c.state == ArticleState.KEPT,  # not taken back since
        )
        .correlate(edition)
    )
    return newest.scalar_subquery()
