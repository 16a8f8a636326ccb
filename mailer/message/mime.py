"""A whole message as bytes (RFC 5322, 2045, 2046), checked before anybody gets it.

The same head, page and values give the same bytes: a message that is sent again is the same one.
"""

import re
from binascii import b2a_qp
from collections.abc import Mapping
from hashlib import sha256

from mailer.errors import HeaderError
from mailer.message import headers
from mailer.message.headers import field
from mailer.message.model import Head
from mailer.message.slots import fill
from mailer.rendering.model import Page, Slot

HARD_LINE = 998  # octets, RFC 5322 section 2.1.1
NAME = re.compile(rb"([!-9;-~]+):")
BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def build(head: Head, page: Page, values: Mapping[Slot, str], *, utf8: bool = False) -> bytes:
    """Return the message for one reader, CRLF line ends, not dot-stuffed.

    `utf8` says that the server takes addresses beyond ASCII (RFC 6532). Raises HeaderError for a
    value that cannot stand in a header, RenderError for a slot without a value.
    """
    filled = fill(page, values)
    boundary = f"=_{sha256(head.message_id.encode(errors='replace')).hexdigest()[:32]}"
    fields = _fields(head, filled.subject, boundary, utf8=utf8)
    head_bytes = b"".join(field(name, value) for name, value in fields)
    parts = b"".join(
        (
            _part(boundary, "text/plain; charset=utf-8; format=flowed", filled.text),
            _part(boundary, "text/html; charset=utf-8", filled.html),
            f"--{boundary}--\r\n".encode(),
        )
    )
    message = head_bytes + b"\r\n" + parts
    _check(message, [name for name, _ in fields])
    return message


def _fields(head: Head, subject: str, boundary: str, *, utf8: bool) -> list[tuple[str, str]]:
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
            ("List-Unsubscribe", headers.urls("List-Unsubscribe", [head.list.unsubscribe_url])),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),  # RFC 8058 section 3.1
            ("List-Post", "NO"),  # RFC 2369 section 3.4: nobody writes to this list
            ("Precedence", "bulk"),  # not a standard; keeps old out-of-office programs quiet
            ("Archived-At", headers.urls("Archived-At", [head.list.archived_at])),
            ("Feedback-ID", headers.feedback_id("Feedback-ID", head.list.feedback_id)),
        ]
    return [
        *fields,
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative;\r\n boundary="{boundary}"'),
    ]


def _part(boundary: str, kind: str, text: str) -> bytes:
    # The boundary cannot stand in a part: quoted-printable writes each "=" as "=3D".
    head = (
        f"--{boundary}\r\nContent-Type: {kind}\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode() + _quoted_printable(text) + b"\r\n"


def _quoted_printable(text: str) -> bytes:
    """Return the text in lines of at most 76 octets (RFC 2045 section 6.7), CRLF between them.

    A carriage return that is no line end is written as its code, so nothing bare can be left.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    return b"\r\n".join(_quoted_line(line) for line in lines)


def _quoted_line(line: str) -> bytes:
    quoted = b2a_qp(line.encode("utf-8", "replace"), quotetabs=False, istext=False)
    return quoted.replace(b"=\n", b"=\r\n")


def _check(message: bytes, expected: list[str]) -> None:
    """Refuse bytes that are not the message we meant: the last look before the wire."""
    if BARE.search(message):
        raise HeaderError("message", "there is a bare CR or LF in it")
    head = message.partition(b"\r\n\r\n")[0]
    lines = head.split(b"\r\n")
    names = [found[1].decode() for line in lines if (found := NAME.match(line))]
    folded = [line for line in lines if line[:1] in {b" ", b"\t"}]
    if names != expected or len(names) + len(folded) != len(lines) or len(set(names)) != len(names):
        raise HeaderError("message", "its headers are not the ones that were written")
    if max(len(line) for line in message.split(b"\r\n")) > HARD_LINE:
        raise HeaderError("message", f"a line is longer than {HARD_LINE} octets")
