"""The index of stories that were told in public: FTS5 in SQLite, tsvector in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, cast, delete, insert, select
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from mailer.editions.model import Edition
from mailer.editions.terms import Question, Word, terms
from mailer.store.aggregate import Aggregate
from mailer.store.archive import is_public
from mailer.store.editions import as_edition
from mailer.store.tables import edition, piece, piece_search


class Hit(NamedTuple):
    """A story that was found, and the edition that told it."""

    edition: Edition
    article_id: int


class Search(Aggregate):
    """Finds stories by their words. What it is asked was typed by anybody."""

    def index(self, edition_id: int, texts: Mapping[int, str]) -> None:
        """Let the stories of an edition be found, by article, and no other of it."""
        own = select(piece.c.id).where(piece.c.edition_id == edition_id)
        self._run(delete(piece_search).where(self._key.in_(own)))
        words = bindparam("words") if self._is_sqlite else cast(bindparam("words"), TSVECTOR)
        one = select(piece.c.id, words).where(
            piece.c.edition_id == edition_id, piece.c.article_id == bindparam("article")
        )
        write = _positions if not self._is_sqlite else " ".join
        rows = [{"article": key, "words": write(terms(text))} for key, text in texts.items()]
        if rows:
            self._run(insert(piece_search).from_select([self._key.name, "terms"], one), rows)

    def find(self, newsletter_id: int, asked: Question, limit: int, skip: int = 0) -> list[Hit]:
        """Return the stories with all that is asked for, without the first `skip`.

        Those of the newest edition come first.
        """
        if not asked:
            return []
        rows = self._all(
            select(edition, piece.c.article_id)
            .join(piece, piece.c.edition_id == edition.c.id)
            .join(piece_search, self._key == piece.c.id)
            .where(*is_public(newsletter_id), self._matches(asked))
            .order_by(edition.c.number.desc(), piece.c.score.desc(), piece.c.id)
            .limit(limit)
            .offset(skip)
        )
        return [Hit(as_edition(row), row["article_id"]) for row in rows]

    def below(self, editions: Sequence[Edition], section: str) -> list[tuple[int, int]]:
        """Return the ids of editions and of the stories that they show below a heading."""
        rows = self._all(
            select(piece.c.edition_id, piece.c.article_id)
            .join(piece_search, self._key == piece.c.id)
            .where(piece.c.edition_id.in_([one.id for one in editions]), piece.c.section == section)
            .order_by(piece.c.edition_id.desc(), piece.c.score.desc(), piece.c.id)
        )
        return [(row["edition_id"], row["article_id"]) for row in rows]

    @property
    def _is_sqlite(self) -> bool:
        return self._dialect.name == "sqlite"

    @property
    def _key(self) -> ColumnElement[int]:
        return piece_search.c.rowid if self._is_sqlite else piece_search.c.piece_id

    def _matches(self, asked: Question) -> ColumnElement[bool]:
        if self._is_sqlite:
            return piece_search.c.terms.op("MATCH", is_comparison=True)(_for_fts5(asked))
        return piece_search.c.terms.op("@@", is_comparison=True)(
            cast(_for_tsvector(asked), TSQUERY)
        )


def _positions(found: Sequence[str]) -> str:
    """Return terms as a tsvector is written: `'ferry':2 'the':1,5`. They have no mark of their own.

    Written here, since the parser of PostgreSQL would split them anew, by its own rules.
    """
    places: dict[str, list[str]] = {}
    for number, term in enumerate(found, 1):
        places.setdefault(term, []).append(str(number))
    return " ".join(f"'{term}':{','.join(numbers)}" for term, numbers in places.items())


def _for_fts5(asked: Question) -> str:
    def one(word: Word) -> str:
        if word.pairs:
            return f'"{" ".join(word.pairs)}"'
        return " OR ".join(f'"{term}" *' for term in word.beginnings)

    return " AND ".join(f"({one(word)})" for word in asked)


def _for_tsvector(asked: Question) -> str:
    def one(word: Word) -> str:
        if word.pairs:
            return " <-> ".join(f"'{term}'" for term in word.pairs)
        return " | ".join(f"'{term}':*" for term in word.beginnings)

    return " & ".join(f"({one(word)})" for word in asked)
