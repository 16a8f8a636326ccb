"""Why each article of an edition stands where it does, or does not, for one kind of reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailer.editions.apart import Apart
from mailer.editions.layout import Layout, is_new, lay_out
from mailer.editions.model import Piece, Reason

LEAD = "lead"
IN_BRIEF = "in brief"
LEFT_OVER = "left over"
OUT = "out"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where one article stands, and every rule that had a say."""

    article_id: int
    place: str  # lead, a section's name, in brief; left over or out when it is not shown
    score: float
    reasons: tuple[Reason, ...]

    @property
    def shown(self) -> bool:
        """Whether the reader gets it."""
        return self.place not in {LEFT_OVER, OUT}


def explain(
    pieces: Sequence[Piece], since: int, max_stories: int, sections: Sequence[str]
) -> list[Verdict]:
    """Return a verdict for each piece: the shown ones in their order, then the others, best first.

    `since` is the arrival up to which the reader has seen everything.
    """
    layout = lay_out(pieces, since, max_stories, sections)
    places = _places(layout)
    others = [piece for piece in pieces if piece.article_id not in places]
    return [
        *(_verdict(piece, places[piece.article_id]) for piece in layout.stories),
        *_left_out(sorted(others, key=lambda piece: -piece.score), since, max_stories),
    ]


def kept_apart(own: Apart, pieces: Sequence[Piece]) -> list[Verdict]:
    """Return a verdict for each piece that only these readers' page is without."""
    here = {piece.article_id for piece in own.of(pieces)}
    had = Reason("urgent", 0.0, "this reader got it, or a copy of it, at once")
    return [
        _verdict(piece, OUT, had if piece.story in own.without else _not_chosen(piece))
        for piece in pieces
        if piece.article_id not in here
    ]


def _not_chosen(piece: Piece) -> Reason:
    return Reason("section", 0.0, f"this reader did not choose “{piece.section}”")


def _left_out(pieces: Sequence[Piece], since: int, max_stories: int) -> Iterator[Verdict]:
    for piece in pieces:
        if not piece.included:
            yield _verdict(piece, OUT)
        elif is_new(piece, since):
            full = Reason("room", 0.0, f"the best {max_stories} stories left no room for it")
            yield _verdict(piece, LEFT_OVER, full)
        elif piece.arrival <= since:
            yield _verdict(piece, OUT, Reason("seen", 0.0, "came before this reader's last mail"))
        else:
            copy = Reason("seen", 0.0, "a copy of it came before this reader's last mail")
            yield _verdict(piece, OUT, copy)


def _verdict(piece: Piece, place: str, *first: Reason) -> Verdict:
    return Verdict(piece.article_id, place, piece.score, (*first, *piece.reasons))


def _places(layout: Layout) -> dict[int, str]:
    """Return where each shown story stands, by article."""
    places = {piece.article_id: IN_BRIEF for piece in layout.brief}
    for section in layout.sections:
        places |= {piece.article_id: section.name for piece in section.pieces}
    if layout.lead is not None:
        places[layout.lead.article_id] = LEAD
    return places
