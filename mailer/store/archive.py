"""What everybody may read: the editions that went out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select

from mailer.editions.model import Edition, EditionState
from mailer.feeds.model import ArticleState
from mailer.store.aggregate import Aggregate
from mailer.store.editions import as_edition, is_listed
from mailer.store.tables import article, edition, piece


class Archive(Aggregate):
    """The editions of one newsletter that are in public, each in its newest wave."""

    def editions(
        self,
        newsletter_id: int,
        limit: int = 100,
        skip: int = 0,
        *,
        begins: datetime | None = None,
        ends: datetime | None = None,
        section: str | None = None,
    ) -> list[Edition]:
        """Return what went out without the first `skip`, newest first.

        Only what was due at `begins` or later and before `ends`, and has a story of the section.
        """
        query = select(edition).where(*is_public(newsletter_id))
        if begins is not None:
            query = query.where(edition.c.due_at >= begins)
        if ends is not None:
            query = query.where(edition.c.due_at < ends)
        if section is not None:
            query = query.where(_tells_of(section))
        query = query.order_by(edition.c.number.desc()).limit(limit).offset(skip)
        return [as_edition(row) for row in self._all(query)]

    def by_number(self, newsletter_id: int, number: int) -> Edition | None:
        """Return the edition with this number: what is out of it, or else what was withdrawn."""
        rows = self._all(
            select(edition)
            .where(
                edition.c.newsletter_id == newsletter_id,
                edition.c.number == number,
                edition.c.number > 0,  # 0 is what nobody got
            )
            .order_by(edition.c.wave.desc())
        )
        found = [as_edition(row) for row in rows]
        out = [one for one in found if one.state is EditionState.APPROVED]
        return next(iter([*out, *(one for one in found if one.is_withdrawn)]), None)

    def ends(self, newsletter_id: int) -> tuple[Edition, Edition] | None:
        """Return the first edition and the newest one; None: there is none."""
        out = select(edition).where(*is_public(newsletter_id)).limit(1)
        first = self._one(out.order_by(edition.c.number))
        newest = self._one(out.order_by(edition.c.number.desc()))
        return (as_edition(first), as_edition(newest)) if first and newest else None

    def moments(self, newsletter_id: int) -> list[datetime]:
        """Return when each edition was due, newest first."""
        query = select(edition.c.due_at).where(*is_public(newsletter_id))
        return [row["due_at"] for row in self._all(query.order_by(edition.c.number.desc()))]

    def told_of(self, newsletter_id: int, sections: Sequence[str]) -> list[str]:
        """Return those of these headings that have had a story."""
        return [name for name in sections if self.editions(newsletter_id, 1, section=name)]


def is_public(newsletter_id: int) -> Sequence[ColumnElement[bool]]:
    """Return what an edition is like that everybody may read: out, and its newest wave."""
    later = edition.alias("later")
    newer = exists(
        select(later.c.id).where(
            later.c.newsletter_id == edition.c.newsletter_id,
            later.c.number == edition.c.number,
            later.c.wave > edition.c.wave,
            later.c.state == EditionState.APPROVED,
        )
    )
    return (
        edition.c.newsletter_id == newsletter_id,
        edition.c.state == EditionState.APPROVED,
        is_listed(),
        ~newer,
    )


def _tells_of(section: str) -> ColumnElement[bool]:
    return exists(
        select(piece.c.id)
        .join(article, article.c.id == piece.c.article_id)
        .where(
            piece.c.edition_id == edition.c.id,
            piece.c.section == section,
            piece.c.included.is_(True),
            article.c.state.in_((ArticleState.KEPT, ArticleState.BACKLOG)),
        )
    )
