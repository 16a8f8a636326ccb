"""Rendered pages, one for each variant of an edition."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from mailer.delivery.model import OPEN, DeliveryState, Kind
from mailer.rendering.model import Page, Variant
from mailer.store.aggregate import Aggregate
from mailer.store.tables import delivery, page, piece


class Pages(Aggregate):
    """What is sent, before a reader's own words are put in."""

    def keep(self, edition_id: int, variant: Variant, made: Page, now: datetime) -> bool:
        """Keep a page; False when another program has kept it already."""
        content = "\0".join((made.subject, made.html, made.text))
        statement = self._insert(page).values(
            edition_id=edition_id,
            since=variant.since,
            language=variant.language,
            digest=sha256(content.encode()).hexdigest(),
            subject=made.subject,
            html=made.html,
            text=made.text,
            rendered_at=now,
        )
        once = statement.on_conflict_do_nothing(index_elements=["edition_id", "since", "language"])
        return self._inserted(once, page) == 1

    def get(self, edition_id: int, variant: Variant) -> Page | None:
        """Return a page, or None when it has not been rendered."""
        row = self._one(
            select(page).where(
                page.c.edition_id == edition_id,
                page.c.since == variant.since,
                page.c.language == variant.language,
            )
        )
        return None if row is None else Page(row["subject"], row["html"], row["text"])

    def digest(self, edition_id: int, variant: Variant) -> str | None:
        """Return the hash of a page, or None when it has not been rendered."""
        row = self._one(
            select(page.c.digest).where(
                page.c.edition_id == edition_id,
                page.c.since == variant.since,
                page.c.language == variant.language,
            )
        )
        return None if row is None else str(row["digest"])

    def forget(self, article_ids: Sequence[int]) -> None:
        """Have the pages made anew that tell of these articles and have not gone to everybody."""
        telling = select(piece.c.edition_id).where(piece.c.article_id.in_(article_ids))
        waiting = select(delivery.c.edition_id).where(delivery.c.state == DeliveryState.DUE)
        self._run(
            page.delete().where(page.c.edition_id.in_(telling), page.c.edition_id.in_(waiting))
        )

    def missing(self) -> list[tuple[int, Variant]]:
        """Return the editions and variants that open deliveries wait for."""
        known = select(page.c.id).where(
            page.c.edition_id == delivery.c.edition_id,
            page.c.since == delivery.c.since,
            page.c.language == delivery.c.language,
        )
        rows = self._all(
            select(delivery.c.edition_id, delivery.c.since, delivery.c.language)
            .distinct()
            .where(
                delivery.c.kind == Kind.DIGEST,
                delivery.c.state.in_(OPEN),
                ~known.exists(),
            )
            .order_by(delivery.c.edition_id, delivery.c.since)
        )
        return [(row["edition_id"], Variant(row["since"], row["language"])) for row in rows]
