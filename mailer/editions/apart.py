"""What some readers of an edition get otherwise than the others."""

from collections.abc import Iterable
from typing import NamedTuple

from mailer.editions.model import Piece


class Apart(NamedTuple):
    """Stories that these readers had at once, and corrections of what they got."""

    without: tuple[int, ...] = ()  # stories, by the arrival of their first article
    corrections: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """Return it as the ledger and the pages keep it: "-812 +3"; "" for nothing."""
        left_out = [f"-{story}" for story in sorted(self.without)]
        return " ".join([*left_out, *(f"+{key}" for key in sorted(self.corrections))])

    def of(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Return the pieces without those that these readers had."""
        return [piece for piece in pieces if piece.story not in self.without]


def apart(key: str) -> Apart:
    """Return what a key stands for."""
    words = key.split()
    return Apart(
        tuple(int(word[1:]) for word in words if word[0] == "-"),
        tuple(int(word[1:]) for word in words if word[0] == "+"),
    )
