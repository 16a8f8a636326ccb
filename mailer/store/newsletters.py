"""Newsletters and the feeds they draw from."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from sqlalchemy import RowMapping, bindparam, delete, func, insert, select, update

from mailer.address import parse_address
from mailer.editions.model import Approval, Newsletter, Rhythm, Schedule
from mailer.errors import Conflict, NotFound
from mailer.feeds.model import Rules, Source
from mailer.store.aggregate import Aggregate
from mailer.store.sections import Sections
from mailer.store.tables import (
    appointment,
    consent_wording,
    edition,
    memo,
    newsletter,
    pause,
    section,
    source,
    subscription,
)
from mailer.store.turns import owing_somebody


def _newsletter(row: RowMapping) -> Newsletter:
    return Newsletter(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        description=row["description"],
        sender=parse_address(row["sender"]),
        reply_to=None if row["reply_to"] is None else parse_address(row["reply_to"]),
        postal_address=row["postal_address"],
        language=row["language"],
        schedule=Schedule(Rhythm(row["rhythm"]), row["minute_of_day"], row["weekday"], row["zone"]),
        approval=Approval(row["approval"]),
        max_stories=row["max_stories"],
        public=row["public"],
        created_at=row["created_at"],
        min_stories=row["min_stories"],
        rules=_rules(row["rules"]),
        pictures=row["pictures"],
        feedback=row["feedback"],
        accent=row["accent"],
    )


def _columns(value: Newsletter) -> dict[str, object]:
    return {
        "slug": value.slug,
        "name": value.name,
        "description": value.description,
        "sender": value.sender.text,
        "reply_to": None if value.reply_to is None else value.reply_to.text,
        "postal_address": value.postal_address,
        "language": value.language,
        "rhythm": value.schedule.rhythm,
        "minute_of_day": value.schedule.minute_of_day,
        "weekday": value.schedule.weekday,
        "zone": value.schedule.zone,
        "approval": value.approval,
        "max_stories": value.max_stories,
        "min_stories": value.min_stories,
        "rules": _rules_text(value.rules),
        "public": value.public,
        "pictures": value.pictures,
        "feedback": value.feedback,
        "accent": value.accent,
        "created_at": value.created_at,
    }


def _rules(text: str) -> Rules:
    told: dict[str, Any] = json.loads(text)
    fields = {name: tuple(one) if isinstance(one, list) else one for name, one in told.items()}
    return Rules(**cast("dict[str, Any]", fields))


def _rules_text(rules: Rules) -> str:
    return json.dumps({name: one for name, one in asdict(rules).items() if one}, ensure_ascii=False)


class Newsletters(Aggregate):
    """What people can subscribe to."""

    def add(self, value: Newsletter) -> Newsletter:
        """Keep a new newsletter (its `id` is ignored); raise Conflict when the slug is taken."""
        if self._one(select(newsletter.c.id).where(newsletter.c.slug == value.slug)):
            raise Conflict("newsletter", value.slug)
        self._run(insert(newsletter).values(**_columns(value)))
        return self.by_slug(value.slug)

    def change(self, value: Newsletter) -> None:
        """Write every field of a known newsletter."""
        self._run(update(newsletter).where(newsletter.c.id == value.id).values(**_columns(value)))

    def by_slug(self, slug: str) -> Newsletter:
        """Return the newsletter, or raise NotFound."""
        row = self._connection.execute(_BY_SLUG, {"wanted": slug}).mappings().first()
        if row is None:
            raise NotFound("newsletter", slug, help="`mailer newsletters list` names them all")
        return _newsletter(row)

    def by_id(self, key: int) -> Newsletter:
        """Return the newsletter, or raise NotFound."""
        row = self._one(select(newsletter).where(newsletter.c.id == key))
        if row is None:
            raise NotFound("newsletter", key)
        return _newsletter(row)

    def all(self) -> list[Newsletter]:
        """Return every newsletter, by slug."""
        return [
            _newsletter(row) for row in self._all(select(newsletter).order_by(newsletter.c.slug))
        ]

    def in_use(self, key: int) -> bool:
        """Whether anybody ever subscribed to it, or an edition was made."""
        return any(
            self._one(select(table.c.id).where(table.c.newsletter_id == key).limit(1))
            for table in (subscription, edition)
        )

    def remove(self, key: int) -> None:
        """Forget a newsletter that nobody subscribed to and nothing was sent for."""
        for table in (source, section, appointment, consent_wording, pause, memo):
            self._run(delete(table).where(table.c.newsletter_id == key))
        self._run(delete(newsletter).where(newsletter.c.id == key))

    def sources(self, key: int) -> list[Source]:
        """Return the newsletter's feeds in the owner's order."""
        rows = self._all(
            select(source).where(source.c.newsletter_id == key).order_by(source.c.position)
        )
        return [
            Source(
                row["feed_id"], row["section"], row["position"], row["weight"], _rules(row["rules"])
            )
            for row in rows
        ]

    def add_source(self, key: int, feed_id: int, section: str) -> None:
        """Put a feed behind the newsletter's others; a known one only gets the new section."""
        before = {one.section: section for one in self.sources(key) if one.feed_id == feed_id}
        behind = select(func.coalesce(func.max(source.c.position) + 1, 0)).where(
            source.c.newsletter_id == key
        )
        statement = self._insert(source).values(
            newsletter_id=key,
            feed_id=feed_id,
            section=section,
            position=behind.scalar_subquery(),
            weight=1.0,
            rules="{}",
        )
        self._run(
            statement.on_conflict_do_update(
                index_elements=["newsletter_id", "feed_id"], set_={"section": section}
            )
        )
        Sections(self._connection).keep_choices(key, before)

    def change_source(self, key: int, changed: Source) -> None:
        """Write what a newsletter makes of a feed; one that moves up pushes the others down."""
        before = self.sources(key)
        others = [one for one in before if one.feed_id != changed.feed_id]
        for place, one in enumerate(
            [*others[: changed.position], changed, *others[changed.position :]]
        ):
            self._run(
                update(source)
                .where(source.c.newsletter_id == key, source.c.feed_id == one.feed_id)
                .values(
                    section=one.section,
                    position=place,
                    weight=one.weight,
                    rules=_rules_text(one.rules),
                )
            )
        headed = {one.section: changed.section for one in before if one.feed_id == changed.feed_id}
        Sections(self._connection).keep_choices(key, headed)

    def remove_source(self, key: int, feed_id: int) -> None:
        """Let the newsletter draw no longer from a feed."""
        self._run(delete(source).where(source.c.newsletter_id == key, source.c.feed_id == feed_id))
        Sections(self._connection).keep_choices(key)

    def with_due_readers(self, now: datetime) -> Sequence[Newsletter]:
        """Return the newsletters that owe somebody a digest by `now`."""
        owing = newsletter.c.id.in_(owing_somebody(now))
        rows = self._all(select(newsletter).where(owing).order_by(newsletter.c.id))
        return [_newsletter(row) for row in rows]


# Statements are built once: building one costs more than running it.
_BY_SLUG = select(newsletter).where(newsletter.c.slug == bindparam("wanted"))
