"""Links that are mailed to the reader's own address alone, and are no key once it is another."""

from mailer.errors import TokenExpired
from mailer.store.database import Transaction
from mailer.subscribers.model import Act
from mailer.tokens import Purpose, Token

PRIVATE = frozenset({Purpose.PREFERENCES, Purpose.DATA})
MOVES = frozenset({Act.MOVED, Act.MOVED_BACK})


def refuse_if_moved(tx: Transaction, token: Token) -> None:
    """Raise TokenExpired for a private link that went to another address than the reader's own.

    Who moves, or takes a move back, shuts out whoever reads mail at the address there was.
    """
    moves = [one.at for one in tx.consent.history(token.subject) if one.act in MOVES]
    if any(int(at.timestamp()) > int(token.made_at.timestamp()) for at in moves):
        raise TokenExpired("the address was changed since this link was mailed")
