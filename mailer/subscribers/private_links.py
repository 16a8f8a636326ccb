"""Links that are mailed to the reader's own address alone, and are no key once it is another."""

from mailer.errors import TokenExpired
from mailer.store.database import Transaction
from mailer.subscribers.model import Act
from mailer.tokens import Purpose, Token

PRIVATE = frozenset({Purpose.PREFERENCES, Purpose.DATA})
MOVES = frozenset({Act.MOVED, Act.MOVED_BACK, Act.STAYED})


def refuse_if_moved(tx: Transaction, token: Token) -> None:
    """Raise TokenExpired for a private link that may be in hands other than the reader's own.

    Who moves, takes a move back, or stops one that was asked for, shuts out whoever reads mail at
    the address there was, or had the link by which it was asked for.
    """
    if moved_since(tx, token):
        raise TokenExpired("the address was changed since this link was mailed")


def moved_since(tx: Transaction, token: Token) -> bool:
    """Whether a reader moved, moved back or stopped a move after a link of theirs was made."""
    moves = [one.at for one in tx.consent.history(token.subject) if one.act in MOVES]
    return any(int(at.timestamp()) > int(token.made_at.timestamp()) for at in moves)
