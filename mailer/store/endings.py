"""How rows of the ledger end, as statements with their parameters.

Rows that are not the sender's any more stay as they are. An answer that comes after the sender was
declared dead still ends the doubt: a row in doubt keeps the number of its sender.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    Integer,
    Subquery,
    Text,
    Update,
    bindparam,
    cast,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql

from mailer.delivery.model import DeliveryState, Settlement
from mailer.store.instant import Instant
from mailer.store.tables import Id, delivery

_MINE = bindparam("mine", type_=Id)
_JSON_WORDS = func.json_each(bindparam("words", type_=Text)).table_valued("key", "value")
_WORDS: Mapping[str, Subquery] = {
    # {"7": "queued as A1"}: rows of key and value
    "sqlite": select(
        cast(_JSON_WORDS.c.key, BigInteger).label("id"), _JSON_WORDS.c.value.label("text")
    ).subquery("words"),
    "postgresql": select(
        func.unnest(bindparam("keys", type_=postgresql.ARRAY(BigInteger))).label("id"),
        func.unnest(bindparam("words", type_=postgresql.ARRAY(Text))).label("text"),
    ).subquery("words"),
}


def _sent(words: Subquery) -> Update:
    # "+ 0" keeps SQLite from its index of held rows: rows are found by their numbers here.
    return (
        update(delivery)
        .where(
            delivery.c.id == words.c.id,
            delivery.c.sender_id + 0 == _MINE,
            or_(
                delivery.c.state == DeliveryState.SENDING,
                delivery.c.state == DeliveryState.IN_DOUBT,
            ),
        )
        .values(
            state=DeliveryState.SENT,
            sender_id=None,
            attempts=delivery.c.attempts + 1,
            relay=bindparam("relay_name", type_=Text()),
            reply_code=bindparam("code", type_=Integer()),
            reply_status=bindparam("status", type_=Text()),
            reply_text=words.c.text,
            settled_at=bindparam("at", type_=Instant()),
        )
    )


SENT = {dialect: _sent(words) for dialect, words in _WORDS.items()}
OTHERWISE = (
    update(delivery)
    .where(
        delivery.c.id == bindparam("key", type_=Id),
        delivery.c.sender_id + 0 == _MINE,
        or_(
            delivery.c.state == bindparam("found", type_=Text()),
            delivery.c.state == bindparam("or_found", type_=Text()),
        ),
    )
    .values(
        state=bindparam("becomes", type_=Text()),
        sender_id=None,
        attempts=bindparam("tries", type_=Integer()),
        relay=bindparam("relay_name", type_=Text()),
        reply_code=bindparam("code", type_=Integer()),
        reply_status=bindparam("status", type_=Text()),
        reply_text=bindparam("words", type_=Text()),
        settled_at=bindparam("at", type_=Instant()),
        due_at=func.coalesce(bindparam("again_at", type_=Instant()), delivery.c.due_at),
    )
)

Parameters = Mapping[str, object]


def endings(
    dialect: str, sender_id: int, settlements: Sequence[Settlement]
) -> Iterator[tuple[Update, Parameters]]:
    """Return what writes these down: those that were taken with the same words in one statement."""
    taken: dict[tuple[object, ...], dict[int, str]] = {}
    at = None  # milliseconds apart, they are given one time
    for one in settlements:
        if one.state is DeliveryState.SENT and one.reply is not None:
            reply = one.reply
            alike = (one.relay, reply.code, reply.status)
            taken.setdefault(alike, {})[one.delivery_id] = reply.text
            at = one.settled_at
        else:
            yield OTHERWISE, _otherwise(sender_id, one)
    for (relay, code, status), texts in taken.items():
        shared = {
            "mine": sender_id, "relay_name": relay, "code": code, "status": status, "at": at
        }  # fmt: skip
        yield SENT[dialect], {**shared, **_words(dialect, texts)}


def _words(dialect: str, texts: Mapping[int, str]) -> Parameters:
    if dialect == "sqlite":
        return {"words": json.dumps(texts)}
    return {"keys": list(texts), "words": list(texts.values())}


def _otherwise(sender_id: int, one: Settlement) -> Parameters:
    reply = one.reply
    doubt = one.found is DeliveryState.SENDING
    return {
        "key": one.delivery_id,
        "mine": sender_id,
        "found": one.found.value,
        "or_found": (DeliveryState.IN_DOUBT if doubt else one.found).value,
        "becomes": one.state.value,
        "tries": one.attempts,
        "relay_name": one.relay,
        "code": None if reply is None else reply.code,
        "status": None if reply is None else reply.status,
        "words": one.reason if reply is None else reply.text,
        "at": one.settled_at,
        "again_at": one.due_at,
    }
