"""A whole message as bytes (RFC 5322, 2045, 2046), checked before anybody gets it.

The same head, page and values give the same bytes: a message that is sent again is the same one.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256

from mailer.errors import HeaderError, RenderError
from mailer.message import headers
from mailer.message.headers import field
from mailer.message.model import Head, ListHead
from mailer.message.quoted import SOFT_BREAK, bridged, quoted_page, quoted_value
from mailer.message.slots import fill, in_html, in_text
from mailer.rendering.model import CLOSES, MARKER, OPENS, Page, Slot

HARD_LINE = 998  # octets, RFC 5322 section 2.1.1
PLAIN = "text/plain; charset=utf-8; format=flowed"  # RFC 3676
DELSP = "; delsp=yes"  # section 4.1: for scripts without spaces
NAME = re.compile(rb"([!-9;-~]+):")


def build(head: Head, page: Page, values: Mapping[Slot, str], *, utf8: bool = False) -> bytes:
    """Return the message for one reader, CRLF line ends, no line led by a dot.

    `utf8` says that the server takes addresses beyond ASCII (RFC 6532). Raises HeaderError for a
    value that cannot stand in a header, RenderError for a slot without a value.
    """
    subject = fill(page, values).subject
    fields = head_fields(head, subject, page, utf8=utf8)
    parts = [
        b"".join(
            piece if isinstance(piece, bytes) else quoted_value(filled(piece, values, kind))
            for piece in pieces(text)
        )
        for kind, text in (("plain", text_of(page)), ("html", page.html))
    ]
    message = b"".join(field(name, value) for name, value in fields) + b"\r\n"
    message += frame(page, *parts)
    _check(message, [name for name, _ in fields])
    return message


@lru_cache(8)  # a page asks four times while it is compiled
def boundary_of(page: Page) -> str:
    """Return the line between the parts: of the page alone, so that it can be compiled once.

    It cannot stand in a part: quoted-printable writes each "=" as "=3D".
    """
    content = "\0".join((page.subject, page.text, page.html))
    return f"=_{sha256(content.encode(errors='replace')).hexdigest()[:32]}"


def pieces(text: str) -> Iterator[bytes | Slot]:
    """Yield a page's text encoded, and its slots between, each with a soft break on both sides."""
    between = MARKER.split(text)
    if any(OPENS in piece or CLOSES in piece for piece in between[::2]):
        raise RenderError("page", "half a slot is left over")
    for at, piece in enumerate(between):
        if at % 2:
            yield _slot(piece)
            yield SOFT_BREAK
        elif at < len(between) - 1:
            yield bridged(quoted_page(piece))
        else:
            yield quoted_page(piece)


def filled(slot: Slot, values: Mapping[Slot, str], kind: str) -> str:
    """Return a slot's value as it stands in a part of this kind; raise RenderError for none."""
    try:
        return in_html(values[slot]) if kind == "html" else in_text(values[slot])
    except KeyError as why:
        raise RenderError("page", f"there is no value for the slot {slot.value!r}") from why


def frame(page: Page, text: bytes, html: bytes) -> bytes:
    """Return the body: both parts in their boundaries, or the text as it is."""
    opening, between, closing = seams(page)
    return opening + text + between + html + closing


def text_of(page: Page) -> str:
    """Return the text part; alone it ends in no empty line, as DKIM's "simple" wants a body."""
    return page.text if page.html else page.text.rstrip("\n")


def seams(page: Page) -> tuple[bytes, bytes, bytes]:
    """Return what stands before the text, between it and the HTML, and behind that."""
    if not page.html:
        return b"", b"", b"\r\n"
    line = f"--{boundary_of(page)}".encode()
    quoted_part = b"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    plain = f"\r\nContent-Type: {_plain(page)}".encode() + quoted_part
    html = b"\r\nContent-Type: text/html; charset=utf-8" + quoted_part
    return line + plain, b"\r\n" + line + html, b"\r\n" + line + b"--\r\n"


def _plain(page: Page) -> str:
    return f"{PLAIN}{DELSP}" if page.delsp else PLAIN


def head_fields(head: Head, subject: str, page: Page, *, utf8: bool) -> list[tuple[str, str]]:
    """Return names and folded values, in the order they are written."""
    mailbox = headers.mailbox
    fields = [
        ("From", mailbox("From", head.sender_name, head.sender, utf8=utf8)),
        ("To", mailbox("To", "", head.recipient, utf8=utf8)),
    ]
    if head.reply_to is not None:
        fields.append(("Reply-To", mailbox("Reply-To", "", head.reply_to, utf8=utf8)))
    fields += [
        ("Subject", headers.unstructured("Subject", subject)),
        ("Date", headers.date("Date", head.date)),
        ("Message-ID", headers.message_id("Message-ID", head.message_id)),
    ]
    if head.list is None:
        fields.append(("Auto-Submitted", "auto-generated"))  # RFC 3834 section 5
    else:
        fields += [
            ("List-Id", headers.list_id("List-Id", head.sender_name, head.list.id)),
            ("List-Unsubscribe", _ways_out(head.list)),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),  # RFC 8058 section 3.1
            ("List-Post", "NO"),  # RFC 2369 section 3.4: nobody writes to this list
            ("Precedence", "bulk"),  # not a standard; keeps old out-of-office programs quiet
            ("Archived-At", headers.urls("Archived-At", [head.list.archived_at])),
            ("Feedback-ID", headers.feedback_id("Feedback-ID", head.list.feedback_id)),
        ]
    fields.append(("MIME-Version", "1.0"))
    if not page.html:
        plain = [("Content-Type", _plain(page)), ("Content-Transfer-Encoding", "quoted-printable")]
        return [*fields, *plain]
    boundary = boundary_of(page)
    return [*fields, ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"')]


def _ways_out(listed: ListHead) -> str:
    return headers.ways_out("List-Unsubscribe", listed.unsubscribe_url, listed.unsubscribe_mail)


def _check(message: bytes, expected: list[str]) -> None:
    """Refuse bytes that are not the message we meant: the last look before the wire."""
    if not message.count(b"\r") == message.count(b"\n") == message.count(b"\r\n"):
        raise HeaderError("message", "there is a bare CR or LF in it")
    if b"\n." in message:
        raise HeaderError("message", "a line is led by a dot")
    head = message.partition(b"\r\n\r\n")[0]
    lines = head.split(b"\r\n")
    names = [found[1].decode() for line in lines if (found := NAME.match(line))]
    folded = [line for line in lines if line[:1] in {b" ", b"\t"}]
    if names != expected or len(names) + len(folded) != len(lines) or len(set(names)) != len(names):
        raise HeaderError("message", "its headers are not the ones that were written")
    if max(map(len, message.split(b"\r\n"))) > HARD_LINE:
        raise HeaderError("message", f"a line is longer than {HARD_LINE} octets")


def _slot(name: str) -> Slot:
    try:
        return Slot(name)
    except ValueError as why:
        raise RenderError("page", f"there is no slot {name!r}") from why
