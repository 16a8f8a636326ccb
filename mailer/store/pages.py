"""Rendered pages, one for each variant of an edition."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Select, and_, select, union, update

from mailer.delivery.model import OPEN
from mailer.rendering.model import Page, Variant, is_unspaced
from mailer.store.aggregate import Aggregate
from mailer.store.tables import delivery, page, piece
from mailer.store.taking import IS_DIGEST, IS_DUE


class Pages(Aggregate):
    """What is sent, before a reader's own words are put in."""

    def keep(self, edition_id: int, variant: Variant, made: Page, now: datetime) -> bool:
        """Keep a page; False when another program has kept it already."""
        content = "\0".join((made.subject, made.html, made.text))
        statement = self._insert(page).values(
            edition_id=edition_id,
            since=variant.since,
            language=variant.language,
            apart=variant.apart,
            digest=sha256(content.encode()).hexdigest(),
            subject=made.subject,
            html=made.html,
            text=made.text,
            rendered_at=now,
            stale=False,
        )
        words = ("digest", "subject", "html", "text", "rendered_at", "stale")
        kept = statement.on_conflict_do_update(
            index_elements=["edition_id", "since", "language", "apart"],
            set_={name: statement.excluded[name] for name in words},
            where=page.c.stale.is_(True),
        )
        return self._inserted(kept, page) == 1

    def get(self, edition_id: int, variant: Variant) -> Page | None:
        """Return a page, or None when it has not been rendered."""
        row = self._one(
            select(page).where(
                page.c.edition_id == edition_id,
                page.c.since == variant.since,
                page.c.language == variant.language,
                page.c.apart == variant.apart,
            )
        )
        if row is None:
            return None
        return Page(row["subject"], row["html"], row["text"], is_unspaced(variant.language))

    def digest(self, edition_id: int, variant: Variant) -> str | None:
        """Return the hash of a page, or None when it has not been rendered."""
        row = self._one(
            select(page.c.digest).where(
                page.c.edition_id == edition_id,
                page.c.since == variant.since,
                page.c.language == variant.language,
                page.c.apart == variant.apart,
            )
        )
        return None if row is None else str(row["digest"])

    def forget(self, article_ids: Sequence[int]) -> None:
        """Have the pages made anew that tell of these articles, before anybody else gets them.

        They stay until then: what a sender has claimed is written from them.
        """
        telling = select(piece.c.edition_id).where(piece.c.article_id.in_(article_ids))
        self._run(update(page).where(page.c.edition_id.in_(telling)).values(stale=True))

    def missing(self) -> list[tuple[int, Variant]]:
        """Return the editions and variants that open deliveries wait for."""
        # By the indexes of what is due and what is held: most of a ledger has ended.
        held = and_(delivery.c.sender_id.is_not(None), delivery.c.state.in_(OPEN))
        waits = union(*(_variants().where(state) for state in (IS_DUE, held))).subquery()
        known = select(page.c.id).where(
            page.c.edition_id == waits.c.edition_id,
            page.c.since == waits.c.since,
            page.c.language == waits.c.language,
            page.c.apart == waits.c.apart,
            page.c.stale.is_(False),
        )
        rows = self._all(
            select(waits).where(~known.exists()).order_by(waits.c.edition_id, waits.c.since)
        )
        return [
            (row["edition_id"], Variant(row["since"], row["language"], row["apart"]))
            for row in rows
        ]


def _variants() -> Select[tuple[int, int, str, str]]:
    return select(
        delivery.c.edition_id, delivery.c.since, delivery.c.language, delivery.c.apart
    ).where(IS_DIGEST)
