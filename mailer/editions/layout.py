"""Where each story of a digest stands, worked out anew for each window."""

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from mailer.editions.model import Piece

SECTION_LIMIT = 6  # stories under one heading; more than that is a list, and lists go last


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the stories under it, best first."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The order of one variant of an edition. No story is in it twice."""

    lead: Piece | None  # None: nothing is new in this window
    sections: tuple[Section, ...]
    brief: tuple[Piece, ...]
    left_over: tuple[Piece, ...]  # good enough, but there was no room

    @property
    def stories(self) -> tuple[Piece, ...]:
        """Every story that is shown, from top to bottom."""
        top = () if self.lead is None else (self.lead,)
        inner = tuple(piece for section in self.sections for piece in section.pieces)
        return top + inner + self.brief


def lay_out(
    pieces: Iterable[Piece], since: int, max_stories: int, sections: Sequence[str]
) -> Layout:
    """Return the order for readers who have seen everything up to the arrival `since`.

    `sections` are the newsletter's headings in the owner's order; a name may come twice. The best
    `max_stories` are shown, and the lead is the best of them that has a summary and a picture.
    """
    new = sorted((piece for piece in pieces if piece.included and is_new(piece, since)), key=_best)
    shown, left_over = new[:max_stories], new[max_stories:]
    if not shown:
        return Layout(None, (), (), tuple(left_over))
    lead = min(shown, key=_most_presentable)
    rest = [piece for piece in shown if piece is not lead]
    made = [_section(name, rest) for name in _headings(sections, rest)]
    placed = {piece.article_id for section in made for piece in section.pieces}
    brief = tuple(piece for piece in rest if piece.article_id not in placed)
    return Layout(lead, tuple(made), brief, tuple(left_over))


def leads(pieces: Iterable[Piece], max_stories: int) -> set[int]:
    """Return the articles that lead the pages of readers who have seen a part of the window.

    What is new to a reader is what came after their last mail: so the best are kept while pieces
    are looked at, the newest first. A window of a month has thousands of them.
    """
    told = sorted((piece for piece in pieces if piece.included), key=lambda piece: -piece.story)
    found: set[int] = set()
    best: list[Piece] = []
    for _, newest in groupby(told, key=lambda piece: piece.story):
        for piece in newest:
            insort(best, piece, key=_best)
        del best[max_stories:]
        found.add(min(best, key=_most_presentable).article_id)
    return found


def copies_of(shown: Iterable[Piece], pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces that were left out because a shown one tells the same story."""
    stories = {piece.story for piece in shown}
    return [piece for piece in pieces if piece.story in stories and piece.is_copy]


def is_new(piece: Piece, since: int) -> bool:
    """Whether readers who have seen everything up to `since` had no copy of it either."""
    return piece.story > since


def _best(piece: Piece) -> tuple[float, int]:
    return -piece.score, -piece.arrival


def _most_presentable(piece: Piece) -> tuple[bool, bool, float, int]:
    return (not piece.earned("summary"), not piece.earned("picture"), *_best(piece))


def _headings(sections: Sequence[str], pieces: Sequence[Piece]) -> list[str]:
    """Return the headings that have stories; one whose feed was removed meanwhile comes last."""
    used = {piece.section: None for piece in pieces}
    known = dict.fromkeys(name for name in sections if name in used)
    return list(known | used)


def _section(name: str, pieces: Sequence[Piece]) -> Section:
    own = [piece for piece in pieces if piece.section == name]
    return Section(name, tuple(own[:SECTION_LIMIT]))
