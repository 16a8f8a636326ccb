"""The urgent lane: which articles do not wait for a digest, and who gets them at once."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from mailer.delivery.model import DeliveryState, Lane
from mailer.editions.apart import TEXT, Apart
from mailer.editions.model import URGENT_SLOT, Edition, EditionState
from mailer.feeds.model import ArticleState
from mailer.store.aggregate import Aggregate
from mailer.store.tables import (
    arrival,
    article,
    delivery,
    edition,
    newsletter,
    piece,
    section,
    source,
    subscriber,
    subscription,
)
from mailer.subscribers.model import State

A_DAY = timedelta(days=1)
NEWEST = 5_000  # articles that a rule is asked about at each tick


class Urgent(NamedTuple):
    """An article that is not to wait for a newsletter's digest."""

    newsletter_id: int
    article_id: int
    by_rule: bool  # of the owner; a person marked the others


class Urgency(Aggregate):
    """What goes at once. The ledger's key, `article:ID`, sees to it that it goes once."""

    def waiting(self, since: datetime) -> list[Urgent]:
        """Return what became urgent at `since` or later, has readers, and no mail yet."""
        # Its index finds the few that are marked; only they are joined with all the rest.
        marked = self._all(select(article.c.id).where(article.c.urgent_at >= since))
        keys = [row["id"] for row in marked]
        rows = self._all(self._candidates().where(article.c.id.in_(keys))) if keys else ()
        found = [Urgent(row["newsletter_id"], row["article_id"], by_rule=False) for row in rows]
        return list({one[:2]: one for one in [*self._by_rule(since), *found]}.values())

    def _by_rule(self, since: datetime) -> list[Urgent]:
        rules = self._all(
            select(section.c.newsletter_id, section.c.topics, section.c.urgent_since).where(
                section.c.urgent_since.is_not(None)
            )
        )
        found = []
        for rule in rules:
            topics = {topic.casefold() for topic in json.loads(rule["topics"])}
            rows = self._all(
                self._candidates().where(
                    newsletter.c.id == rule["newsletter_id"],
                    article.c.arrival > select(arrival.c.newest - NEWEST).scalar_subquery(),
                    article.c.seen_at >= max(since, rule["urgent_since"]),
                )
            )
            found += [
                Urgent(row["newsletter_id"], row["article_id"], by_rule=True)
                for row in rows
                if not topics.isdisjoint(one.casefold() for one in json.loads(row["topics"]))
            ]
        return found

    def _candidates(self) -> Select[tuple[int, int, str]]:
        made = exists(
            select(edition.c.id).where(
                edition.c.newsletter_id == newsletter.c.id, edition.c.slot == _slot()
            )
        )
        wanted = exists(
            select(subscription.c.id).where(
                subscription.c.newsletter_id == newsletter.c.id,
                *_at_once(article.c.arrival),
            )
        )
        return (
            select(
                newsletter.c.id.label("newsletter_id"),
                article.c.id.label("article_id"),
                article.c.topics,
            )
            .select_from(article)
            .join(source, source.c.feed_id == article.c.feed_id)
            .join(newsletter, newsletter.c.id == source.c.newsletter_id)
            .where(article.c.state == ArticleState.KEPT, ~made, wanted)
            .order_by(article.c.arrival, newsletter.c.id)
        )

    def made_since(self, newsletter_id: int, since: datetime) -> int:
        """Return how many urgent mails a newsletter has made since then."""
        return self._count(
            select(func.count())
            .select_from(edition)
            .where(
                edition.c.newsletter_id == newsletter_id,
                edition.c.slot.like(f"{URGENT_SLOT}%"),
                edition.c.composed_at >= since,
            )
        )

    def editions_to_plan(self, now: datetime) -> list[int]:
        """Return the ids of urgent editions that somebody is to get and is not owed yet.

        Those of a day: what somebody chose or confirmed later is not for older ones.
        """
        rows = self._all(
            select(edition.c.id)
            .where(
                edition.c.slot.like(f"{URGENT_SLOT}%"),
                edition.c.state == EditionState.APPROVED,
                edition.c.approved_at >= now - A_DAY,
                or_(edition.c.checking_until.is_(None), edition.c.checking_until <= now),
                exists(select(subscription.c.id).where(*_not_owed())),
                _is_kept(),
            )
            .order_by(edition.c.id)
        )
        return [row["id"] for row in rows]

    def plan_batch(self, found: Edition, now: datetime, limit: int) -> int:
        """Owe an urgent edition to up to `limit` readers who chose that; return to how many."""
        headings = self._all(select(piece.c.section).where(piece.c.edition_id == found.id))
        wanted = [_chose(row["section"]) for row in headings]
        readers = self._all(
            select(subscription.c.id)
            .join(edition, edition.c.id == found.id)
            .where(*_not_owed(), _is_kept(), or_(subscription.c.sections == "", *wanted))
            .order_by(subscription.c.id)
            .limit(limit)
            .with_for_update(of=subscription, skip_locked=True)
        )
        rows = _owed(found, self._each(row["id"] for row in readers), now)
        statement = self._insert(delivery).from_select(list(rows.selected_columns.keys()), rows)
        once = statement.on_conflict_do_nothing(index_elements=["subscription_id", "slot"])
        return self._inserted(once, delivery)


def _slot() -> ColumnElement[str]:
    return literal(URGENT_SLOT) + cast(article.c.id, String)


def _at_once(arrival: ColumnElement[int]) -> Sequence[ColumnElement[bool]]:
    """Return what makes a subscription one that gets an article of that arrival at once."""
    return (
        subscription.c.state == State.ACTIVE,
        subscription.c.urgent.is_(True),
        subscription.c.watermark < arrival,  # a digest had it already
    )


def _chose(heading: str) -> ColumnElement[bool]:
    """Whether a reader who chose headings chose this one."""
    among = literal(" ") + subscription.c.sections + " "
    return among.contains(f" {Apart(sections=(heading,)).key} ", autoescape=True)


def _not_owed() -> Sequence[ColumnElement[bool]]:
    owed = exists(
        select(delivery.c.id).where(
            delivery.c.subscription_id == subscription.c.id, delivery.c.slot == edition.c.slot
        )
    )
    return (
        subscription.c.newsletter_id == edition.c.newsletter_id,
        subscription.c.confirmed_at <= edition.c.approved_at,
        *_at_once(edition.c.closes),
        ~owed,
    )


def _is_kept() -> ColumnElement[bool]:
    """Whether the article may still be told."""
    return exists(
        select(article.c.id).where(
            article.c.arrival == edition.c.closes, article.c.state == ArticleState.KEPT
        )
    )


def _owed(found: Edition, readers: Select[tuple[int]], now: datetime) -> Select[tuple[object, ...]]:
    return (
        select(
            literal(int(Lane.URGENT)).label("lane"),
            subscription.c.newsletter_id,
            subscription.c.id.label("subscription_id"),
            literal(found.slot).label("slot"),
            literal(found.id).label("edition_id"),
            literal(found.opens).label("since"),
            func.coalesce(subscription.c.language, newsletter.c.language).label("language"),
            case((subscription.c.text_only, TEXT), else_="").label("apart"),
            literal(DeliveryState.DUE.value).label("state"),
            literal(now, delivery.c.due_at.type).label("due_at"),
            literal(0).label("attempts"),
            literal(now, delivery.c.planned_at.type).label("planned_at"),
        )
        .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
        .join(newsletter, newsletter.c.id == subscription.c.newsletter_id)
        .where(subscription.c.id.in_(readers))
    )
