"""Files of pictures, and what became of each story's."""

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import RowMapping, delete, exists, or_, select

from mailer.editions.model import EditionState
from mailer.feeds.model import ArticleState
from mailer.pictures.model import Crop, Developed, Illustration, Picture
from mailer.store.aggregate import Aggregate
from mailer.store.tables import article, edition, illustration, picture, piece

KEY_LENGTH = 32  # of 64 hex digits: 128 bits
IN_USE = (EditionState.DRAFT, EditionState.APPROVED, EditionState.HELD)
ABOUT = (picture.c.key, picture.c.media_type, picture.c.width, picture.c.height, picture.c.size)


def key_of(content: bytes) -> str:
    """Return the name of a file: nothing else has the same."""
    return sha256(content).hexdigest()[:KEY_LENGTH]


class Pictures(Aggregate):
    """What readers' mail programs ask us for."""

    def keep(
        self,
        article_id: int,
        source_url: str,
        made: Mapping[Crop, Developed | str],
        now: datetime,
    ) -> None:
        """Keep what was made of an article's picture, and why what was not made was not.

        What was made before of another source is replaced.
        """
        for crop, one in made.items():
            developed = None if isinstance(one, str) else one
            statement = self._insert(illustration).values(
                article_id=article_id,
                crop=crop,
                source_url=source_url,
                picture_id=None if developed is None else self._file(developed, now),
                trouble=one if isinstance(one, str) else None,
                tried_at=now,
            )
            told = ("source_url", "picture_id", "trouble", "tried_at")
            self._run(
                statement.on_conflict_do_update(
                    index_elements=["article_id", "crop"],
                    set_={name: statement.excluded[name] for name in told},
                )
            )

    def of(self, article_ids: Collection[int]) -> list[Illustration]:
        """Return what became of these articles' pictures, as the feeds name them now."""
        rows = self._all(
            select(illustration, *ABOUT)
            .join(article, article.c.id == illustration.c.article_id)
            .outerjoin(picture, picture.c.id == illustration.c.picture_id)
            .where(
                illustration.c.article_id.in_(article_ids),
                illustration.c.source_url == article.c.image_url,
            )
            .order_by(illustration.c.id)
        )
        return [
            Illustration(
                row["article_id"],
                Crop(row["crop"]),
                row["source_url"],
                None if row["picture_id"] is None else _picture(row),
                row["trouble"],
                row["tried_at"],
            )
            for row in rows
        ]

    def content(self, key: str) -> tuple[Picture, bytes] | None:
        """Return a file and what is known of it, or None."""
        row = self._one(select(*ABOUT, picture.c.content).where(picture.c.key == key))
        return None if row is None else (_picture(row), row["content"])

    def tidy(self, before: datetime) -> int:
        """Forget what no edition shows any more; return how many files those were.

        What was made after `before` may be for one that is not composed yet.
        """
        shown = exists(
            select(piece.c.id)
            .join(edition, edition.c.id == piece.c.edition_id)
            .join(article, article.c.id == piece.c.article_id)
            .where(
                piece.c.article_id == illustration.c.article_id,
                piece.c.included,
                edition.c.state.in_(IN_USE),
                article.c.state.in_((ArticleState.KEPT, ArticleState.GONE)),
            )
        )
        taken_back = exists(
            select(article.c.id).where(
                article.c.id == illustration.c.article_id,
                article.c.state == ArticleState.WITHDRAWN,
            )
        )
        self._run(
            delete(illustration).where(or_(taken_back, ~shown & (illustration.c.tried_at < before)))
        )
        used = exists(select(illustration.c.id).where(illustration.c.picture_id == picture.c.id))
        return self._run(delete(picture).where(~used)).rowcount

    def _file(self, made: Developed, now: datetime) -> int:
        """Keep a file, once; return the number of its row."""
        key = key_of(made.content)
        statement = self._insert(picture).values(
            key=key,
            media_type=made.media_type,
            width=made.width,
            height=made.height,
            size=len(made.content),
            content=made.content,
            made_at=now,
        )
        self._run(statement.on_conflict_do_nothing(index_elements=["key"]))
        return self._count(select(picture.c.id).where(picture.c.key == key))


def _picture(row: RowMapping) -> Picture:
    return Picture(row["key"], row["media_type"], row["width"], row["height"], row["size"])
