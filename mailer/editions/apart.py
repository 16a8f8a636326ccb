"""What some readers of an edition get otherwise than the others."""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote, unquote

from mailer.editions.model import Piece

TEXT = "text"  # in a key: the mail has no HTML part


class Apart(NamedTuple):
    """Stories that these readers had at once, corrections of what they got, what they chose."""

    without: tuple[int, ...] = ()  # stories, by the arrival of their first article
    corrections: tuple[int, ...] = ()
    sections: tuple[str, ...] = ()  # only what stands under these headings; none: everything
    text: bool = False  # the text alone, without HTML

    @property
    def key(self) -> str:
        """Return it as the ledger and pages keep it: "-812 +3 @Sport text"; "" for nothing."""
        left_out = [f"-{story}" for story in sorted(self.without)]
        shown = [f"+{key}" for key in sorted(self.corrections)]
        # Percent-encoded (RFC 3986 section 2.1), so that a heading is one word whatever is in it.
        chosen = [f"@{quote(name, safe='')}" for name in sorted(set(self.sections))]
        return " ".join([*left_out, *shown, *chosen, *([TEXT] if self.text else [])])

    def of(self, pieces: Iterable[Piece]) -> list[Piece]:
        """Return the pieces without those that these readers had, or did not choose.

        A story is chosen when any article that tells it stands under a chosen heading.
        """
        new = [piece for piece in pieces if piece.story not in self.without]
        if not self.sections:
            return new
        chosen = {piece.story for piece in new if piece.is_told and piece.section in self.sections}
        return [piece for piece in new if piece.story in chosen]


def apart(key: str) -> Apart:
    """Return what a key stands for."""
    words = key.split()
    return Apart(
        tuple(int(word[1:]) for word in words if word[0] == "-"),
        tuple(int(word[1:]) for word in words if word[0] == "+"),
        tuple(unquote(word[1:]) for word in words if word[0] == "@"),
        TEXT in words,
    )
