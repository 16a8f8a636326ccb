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
from typing import TYPE_CHECKING, NamedTuple

from mailer.address import Address
from mailer.errors import RenderError
from mailer.message import headers
from mailer.message.headers import field
from mailer.message.mime import build, head_fields, pieces, seams, text_of
from mailer.message.model import Head, Own
from mailer.message.quoted import quoted_value
from mailer.message.sign import Signer, hash_simple_body
from mailer.message.slots import in_html, in_text
from mailer.rendering.model import BREAK, LINE, MARKER, Page, Slot

if TYPE_CHECKING:
    from hashlib import _Hash

# Nothing that a header or an envelope could take for something else (RFC 5321 section 4.1.2).
STANDS_FOR_ITSELF = re.compile(r"[A-Za-z0-9_@:/-][A-Za-z0-9_@:/.-]{0,74}")
NEEDS_MARKUP = re.compile(f"[&<>\"'{BREAK}{LINE}]")
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")


class Spliced(NamedTuple):
    """One reader's message in pieces, in order; most of them are the same objects for all."""

    pieces: list[bytes]
    octets: int


class Layout(NamedTuple):
    """A message with gaps: pieces of bytes, and where each value goes."""

    pieces: Sequence[bytes]  # b"" where something is put in
    gaps: Sequence[tuple[int, int]]  # a place among the pieces, and the number of its value
    octets: int  # of the pieces


@dataclass(frozen=True, slots=True)
class Form:
    """A page compiled. Its values are numbered: the head's lines, then each slot's, twice."""

    whole: Layout  # what is the same for all in as few pieces as there can be
    fields: Layout  # each header field apart, as they are signed
    head: Sequence[str]  # the fields that are a reader's own, in the order of their numbers
    slots: Sequence[tuple[Slot, bool]]  # and whether it stands in HTML
    body: int  # the place of the first piece behind the head, in `fields`
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
    laid: list[bytes | int] = []  # pieces, and the numbers of values between them
    head: list[str] = []
    subject = MARKER.sub("", page.subject)
    for name, value in head_fields(sample, subject, page, utf8=True):
        if name in OWN:
            laid.append(len(head))
            head.append(name)
        else:
            laid.append(field(name, value))
    laid.append(b"\r\n")
    body = len(laid)
    opening, between, closing = seams(page)
    text, html = list(pieces(text_of(page))), list(pieces(page.html))
    both = [piece for piece in (*text, *html) if isinstance(piece, Slot)]
    numbers = {slot: len(head) + 2 * at for at, slot in enumerate(dict.fromkeys(both))}
    laid.append(opening)
    laid += [numbers[piece] if isinstance(piece, Slot) else piece for piece in text]
    laid.append(between)
    laid += [numbers[piece] + 1 if isinstance(piece, Slot) else piece for piece in html]
    laid.append(closing)
    gap = next((at for at in range(body, len(laid)) if isinstance(laid[at], int)), body)
    fields = _layout(laid)
    return Form(
        whole=_layout(_joined(laid)),
        fields=fields,
        head=head,
        slots=[(slot, slot in html) for slot in numbers],
        body=body,
        gap=gap,
        front=sha256(b"".join(fields.pieces[body:gap])),
        framed=bool(page.html),
        sample=sample,
        recompose=page if MARKER.search(page.subject) else None,
    )


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
    return b"".join(spliced(form, own, values, utf8=utf8, signer=signer).pieces)


def spliced(
    form: Form,
    own: Own,
    values: Mapping[Slot, str],
    *,
    utf8: bool = False,
    signer: Signer | None = None,
) -> Spliced:
    """Return what `splice` does, in pieces: what is the same for all is never copied."""
    if form.recompose is not None:
        message = build(form.sample.of(own), form.recompose, values, utf8=utf8)
        return one_piece(message if signer is None else signer.sign(message, signed_at(own.date)))
    encoded = encode(form, own, values, utf8=utf8)
    return filled(form, encoded, 0 if signer is None else signed_at(own.date), signer)


def encode(form: Form, own: Own, values: Mapping[Slot, str], *, utf8: bool) -> list[bytes]:
    """Return a form's values as they are to stand in it; raise HeaderError or RenderError."""
    encoded = [OWN[name](own, utf8) for name in form.head]
    for slot, is_in_html in form.slots:
        value = values.get(slot)
        if value is None:
            raise RenderError("page", f"there is no value for the slot {slot.value!r}")
        if STANDS_FOR_ITSELF.fullmatch(value):  # most do, in both parts
            plain = value.encode()
            encoded += plain, plain
        else:
            encoded += in_both(value) if is_in_html else (quoted_value(in_text(value)),) * 2
    return encoded


def in_both(value: str) -> tuple[bytes, bytes]:
    """Return a value as it stands in a part of plain text, and in HTML."""
    plain = quoted_value(in_text(value))
    return plain, quoted_value(in_html(value)) if NEEDS_MARKUP.search(value) else plain


def filled(form: Form, encoded: Sequence[bytes], moment: int, signer: Signer | None) -> Spliced:
    """Return a message in pieces, of values as they are to stand in it; signed as of `moment`."""
    parts, octets = _filled(form.whole if signer is None else form.fields, encoded)
    if signer is not None:
        signature = signer.signature(parts[: form.body - 1], _body_hash(form, parts), moment)
        parts.insert(0, signature)
        octets += len(signature)
    return Spliced(parts, octets)


def one_piece(message: bytes) -> Spliced:
    """Return a message that is in one piece already."""
    return Spliced([message], len(message))


def _filled(layout: Layout, encoded: Sequence[bytes]) -> tuple[list[bytes], int]:
    parts, octets = list(layout.pieces), layout.octets
    for place, number in layout.gaps:
        parts[place] = value = encoded[number]
        octets += len(value)
    return parts, octets


def _joined(laid: Sequence[bytes | int]) -> list[bytes | int]:
    """Return the same with neighbours that are pieces in one."""
    joined: list[bytes | int] = []
    for piece in laid:
        before = joined[-1] if joined else 0
        if isinstance(piece, bytes) and isinstance(before, bytes):
            joined[-1] = before + piece
        else:
            joined.append(piece)
    return joined


def _layout(laid: Sequence[bytes | int]) -> Layout:
    fixed = [piece if isinstance(piece, bytes) else b"" for piece in laid]
    gaps = [(place, number) for place, number in enumerate(laid) if isinstance(number, int)]
    return Layout(fixed, gaps, sum(map(len, fixed)))


def _body_hash(form: Form, parts: Sequence[bytes]) -> bytes:
    """Return the sha256 digest of a message's body in its "simple" form (RFC 6376, 3.4.3)."""
    if not form.framed:
        return hash_simple_body(b"".join(parts[form.body :]))
    found = form.front.copy()
    found.update(b"".join(parts[form.gap :]))  # with parts it ends in one CRLF: it is "simple"
    return found.digest()


@lru_cache(64)
def signed_at(date: datetime) -> int:
    """Return the time a signature gives, in Unix seconds: when the mail was owed."""
    return int(date.timestamp())


def _to(own: Own, utf8: bool) -> bytes:  # noqa: FBT001 - called by position, once a mail
    wire = own.recipient.wire
    if len(wire) < headers.LINE - 8 and PLAIN_ADDRESS.fullmatch(wire):
        return b"To: <%b>\r\n" % wire.encode()
    return _to_of(own.recipient, utf8=utf8)


def _to_of(recipient: Address, *, utf8: bool) -> bytes:
    return field("To", headers.mailbox("To", "", recipient, utf8=utf8))


def _date(own: Own, _utf8: bool) -> bytes:  # noqa: FBT001
    return date_line(own.date)


@lru_cache(64)
def date_line(moment: datetime) -> bytes:
    """Return the Date field; the mails of one run are owed at the same moment."""
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
