"""A page compiled once, and one reader's values put between its pieces.

What is the same for every reader is encoded, checked and laid out when the page is compiled; for
each reader there is left what is theirs. `splice` gives, byte for byte, what `build` gives.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from mailer.address import Address
from mailer.errors import RenderError
from mailer.message import headers
from mailer.message.headers import field
from mailer.message.mime import build, head_fields, pieces, seams, text_of
from mailer.message.model import Head, Own
from mailer.message.quoted import quoted_value
from mailer.message.sign import Signer, hash_simple_body
from mailer.rendering.model import MARKER, Page, Slot

if TYPE_CHECKING:
    from hashlib import _Hash

# Nothing that a header or an envelope could take for something else (RFC 5321 section 4.1.2).
STANDS_FOR_ITSELF = re.compile(r"[A-Za-z0-9_@:/-][A-Za-z0-9_@:/.-]{0,74}")
NEEDS_ESCAPE = re.compile(r"[&<>\"']")
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")


class Places(NamedTuple):
    """Where one slot's value goes, in each part."""

    text: Sequence[int]
    html: Sequence[int]


@dataclass(frozen=True, slots=True)
class Form:
    """A message with gaps: pieces of bytes, and where each value goes."""

    pieces: Sequence[bytes]  # b"" where something is put in
    head: Mapping[str, int]  # field to the place of its whole line
    slots: Mapping[Slot, Places]
    body: int  # the place of the first piece behind the head
    gap: int  # the place of the first value in the body, or the end
    front: "_Hash"  # of what stands in the body before it: the same for all
    framed: bool  # whether all bodies end alike: else the last value may end in empty lines
    sample: Head
    recompose: Page | None  # the page itself when its subject has a slot: such are built one by one


def compile_page(sample: Head, page: Page, values: Mapping[Slot, str]) -> Form:
    """Compile a page; `sample` is any reader's head, and `values` theirs.

    What differs from head to head is To, Date, Message-ID and List-Unsubscribe. Raises what
    `build` raises.
    """
    build(sample, page, values, utf8=True)  # everything that is fixed is checked here
    laid: list[bytes] = []
    places: dict[str, int] = {}
    subject = MARKER.sub("", page.subject)
    for name, value in head_fields(sample, subject, page, utf8=True):
        if name in OWN:
            places[name] = len(laid)
            laid.append(b"")
        else:
            laid.append(field(name, value))
    laid.append(b"\r\n")
    body = len(laid)
    opening, between, closing = seams(page)
    laid.append(opening)
    text = _lay(laid, text_of(page))
    laid.append(between)
    html = _lay(laid, page.html)
    laid.append(closing)
    slots = {slot: Places(text.get(slot, ()), html.get(slot, ())) for slot in {**text, **html}}
    gap = min((place for both in slots.values() for part in both for place in part), default=body)
    front = sha256(b"".join(laid[body:gap]))
    recompose = page if MARKER.search(page.subject) else None
    return Form(laid, places, slots, body, gap, front, bool(page.html), sample, recompose)


def splice(
    form: Form,
    own: Own,
    values: Mapping[Slot, str],
    *,
    utf8: bool = False,
    signer: Signer | None = None,
) -> bytes:
    """Return the message for one reader, signed as of its date; raise HeaderError or RenderError.

    The same row gives the same bytes each time: both ways of signing are deterministic.
    """
    if form.recompose is not None:
        message = build(form.sample.of(own), form.recompose, values, utf8=utf8)
        return message if signer is None else signer.sign(message, signed_at(own))
    parts = list(form.pieces)
    for name, place in form.head.items():
        parts[place] = OWN[name](own, utf8)
    for slot, places in form.slots.items():
        value = values.get(slot)
        if value is None:
            raise RenderError("page", f"there is no value for the slot {slot.value!r}")
        if STANDS_FOR_ITSELF.fullmatch(value):  # most do, in both parts
            encoded = in_html = value.encode()
        else:
            encoded = in_html = quoted_value(value)
            if places.html and NEEDS_ESCAPE.search(value):
                in_html = quoted_value(escape(value))
        for place in places.text:
            parts[place] = encoded
        for place in places.html:
            parts[place] = in_html
    if signer is None:
        return b"".join(parts)
    signature = signer.signature(parts[: form.body - 1], _body_hash(form, parts), signed_at(own))
    return b"".join((signature, *parts))


def _body_hash(form: Form, parts: Sequence[bytes]) -> bytes:
    """Return the sha256 digest of a message's body in its "simple" form (RFC 6376, 3.4.3)."""
    if not form.framed:
        return hash_simple_body(b"".join(parts[form.body :]))
    found = form.front.copy()
    found.update(b"".join(parts[form.gap :]))  # with parts it ends in one CRLF: it is "simple"
    return found.digest()


def signed_at(message: Own | Head) -> int:
    """Return the time a signature gives, in Unix seconds: when the mail was owed."""
    return int(message.date.timestamp())


def _lay(laid: list[bytes], text: str) -> Mapping[Slot, Sequence[int]]:
    """Append a part's pieces and return where its slots are."""
    slots: dict[Slot, list[int]] = {}
    for piece in pieces(text):
        if isinstance(piece, bytes):
            laid.append(piece)
        else:
            slots.setdefault(piece, []).append(len(laid))
            laid.append(b"")
    return slots


def _to(own: Own, utf8: bool) -> bytes:  # noqa: FBT001 - called by position, once a mail
    wire = own.recipient.wire
    if len(wire) < headers.LINE - 8 and PLAIN_ADDRESS.fullmatch(wire):
        return b"To: <%b>\r\n" % wire.encode()
    return _to_of(own.recipient, utf8=utf8)


def _to_of(recipient: Address, *, utf8: bool) -> bytes:
    return field("To", headers.mailbox("To", "", recipient, utf8=utf8))


def _date(own: Own, _utf8: bool) -> bytes:  # noqa: FBT001
    return _date_of(own.date)


@lru_cache(64)
def _date_of(moment: datetime) -> bytes:
    return field("Date", headers.date("Date", moment))


def _message_id(own: Own, _utf8: bool) -> bytes:  # noqa: FBT001
    return b"Message-ID: %b\r\n" % headers.message_id("Message-ID", own.message_id).encode()


def _unsubscribe(own: Own, _utf8: bool) -> bytes:  # noqa: FBT001
    ways = headers.ways_out("List-Unsubscribe", own.unsubscribe_url, own.unsubscribe_mail)
    return b"List-Unsubscribe: %b\r\n" % ways.encode()


OWN: Mapping[str, Callable[[Own, bool], bytes]] = {
    "To": _to,
    "Date": _date,
    "Message-ID": _message_id,
    "List-Unsubscribe": _unsubscribe,
}
