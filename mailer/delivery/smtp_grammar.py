"""The words of SMTP: commands as bytes, and what a server offers (RFC 5321, 3461, 4954)."""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from mailer.address import Address
from mailer.delivery.model import Reply
from mailer.errors import LoginRefused

CRLF = b"\r\n"
LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
# RFC 5321 section 4.1.2, without quoted local parts, which `address` never lets in.
ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
ASCII_PATH = re.compile(
    rf"{ATEXT}+(?:\.{ATEXT}+)*@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
UTF8_PATH = re.compile(
    r"[^\s\x00-\x1f\x7f\"(),:;<>@\[\\\]]+@[A-Za-z0-9.-]+"
)  # RFC 6531 section 3.3

Mechanism = Literal["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"]
WITH_PASSWORD: Sequence[Mechanism] = ("PLAIN", "LOGIN", "CRAM-MD5")


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a server offered to its last EHLO."""

    words: Mapping[str, str]  # keyword in capitals to its parameters

    def __contains__(self, keyword: str) -> bool:
        return keyword in self.words

    @property
    def size(self) -> int | None:
        """The largest message in octets (RFC 1870); None: not said, or no limit."""
        said = self.words.get("SIZE", "")
        return int(said) or None if said.isascii() and said.isdigit() else None

    def mechanism(self, *, token: bool) -> Mechanism | None:
        """The way to log in that we know and the server offers, with a token or a password."""
        offered = self.words.get("AUTH", "").upper().split()
        known: Sequence[Mechanism] = ("XOAUTH2",) if token else WITH_PASSWORD
        return next((way for way in known if way in offered), None)


def extensions(reply: Reply) -> Extensions:
    """Read the answer to EHLO (RFC 5321 section 4.1.1.1)."""
    words: dict[str, str] = {}
    for line in reply.text.split("\n")[1:]:
        keyword, _, parameters = line.partition(" ")
        if keyword.upper().startswith("AUTH="):  # as old servers write it
            keyword, parameters = "AUTH", f"{keyword[5:]} {parameters}"
        words[keyword.upper()] = parameters.strip()
    return Extensions(words)


def command(line: str) -> bytes:
    """Return a command with its end. What would become two of them never gets this far."""
    assert line.isprintable()  # noqa: S101 - paths are matched, the rest is ours
    return line.encode() + CRLF


def mail_from(
    sender: str, octets: int, offered: Extensions, *, utf8: bool, envid: int
) -> bytes | None:
    """Return MAIL with what the server offers; None when the address is none for the wire.

    With DSN (RFC 3461 section 4.3) a report brings the headers back, and `envid`.
    """
    opening = _mail_from(sender, utf8)
    if opening is None:
        return None
    size = b" SIZE=%d" % octets if "SIZE" in offered.words else b""
    beyond_ascii = b" BODY=8BITMIME SMTPUTF8" if utf8 else b""
    report = b" RET=HDRS ENVID=%d" % envid if "DSN" in offered.words else b""
    return b"%b%b%b%b\r\n" % (opening, size, beyond_ascii, report)


def rcpt_to(
    recipient: Address,
    offered: Extensions,
    *,
    utf8: bool,
    notify: bool = True,
    path: bytes | None = None,
) -> bytes | None:
    """Return RCPT, or None when the address is none for the wire; `path` is one that is.

    With DSN it asks for a report of failure, or of nothing at all (RFC 3461 section 4.1).
    """
    if path is not None and "DSN" not in offered.words:
        return b"RCPT TO:<%b>\r\n" % path
    wire = recipient.wire
    if not path_is_safe(wire, utf8=utf8):
        return None
    report = ""
    if "DSN" in offered.words:
        kind = "utf-8" if utf8 else "rfc822"
        asked = f"FAILURE ORCPT={kind};{xtext(wire)}" if notify else "NEVER"
        report = f" NOTIFY={asked}"
    return f"RCPT TO:<{wire}>{report}\r\n".encode()


def xtext(text: str) -> str:
    """Return text as RFC 3461 section 4 wants it in a parameter; RFC 6533 beyond ASCII."""
    return "".join(
        f"\\x{{{ord(mark):X}}}"
        if not mark.isascii()
        else f"+{ord(mark):02X}"
        if mark in "+="
        else mark
        for mark in text
    )


def path_is_safe(path: str, *, utf8: bool) -> bool:
    """Whether the address is what the grammar allows and could be nothing else."""
    pattern = UTF8_PATH if utf8 else ASCII_PATH
    return len(path) <= 254 and path.isprintable() and pattern.fullmatch(path) is not None


@lru_cache(256)
def _mail_from(sender: str, utf8: bool) -> bytes | None:  # noqa: FBT001 - keyed by position
    """Return MAIL as far as it is the same for all mails of a sender."""
    if sender and not path_is_safe(sender, utf8=utf8):
        return None
    return f"MAIL FROM:<{sender}>".encode()


def stuffed(message: bytes) -> bytes:
    """Return the message as DATA wants it: dots doubled, the end marked (section 4.5.2)."""
    ended = message if message.endswith(CRLF) else message + CRLF
    return LEADING_DOT.sub(b"..", ended) + b".\r\n"


def login_lines(mechanism: Mechanism, username: str, secret: str) -> tuple[bytes, list[bytes]]:
    """Return the AUTH command and the answers to challenges (RFC 4954); CRAM-MD5 is another way.

    XOAUTH2 has one answer, to a refusal: an empty line, after which the server says why.
    """
    if mechanism == "PLAIN":
        return b"AUTH PLAIN " + _b64(f"\0{username}\0{secret}".encode()) + CRLF, []
    if mechanism == "XOAUTH2":
        bearer = f"user={username}\x01auth=Bearer {secret}\x01\x01"
        return b"AUTH XOAUTH2 " + _b64(bearer.encode()) + CRLF, [CRLF]
    return b"AUTH LOGIN\r\n", [_b64(username.encode()) + CRLF, _b64(secret.encode()) + CRLF]


def cram_md5(challenge: Reply, username: str, password: str) -> bytes:
    """Return the answer to a CRAM-MD5 challenge (RFC 2195)."""
    try:
        nonce = base64.b64decode(challenge.text, validate=True)
    except ValueError as why:
        raise LoginRefused("the relay's login challenge makes no sense") from why
    digest = hmac.new(password.encode(), nonce, "md5").hexdigest()
    return _b64(f"{username} {digest}".encode()) + CRLF


def _b64(raw: bytes) -> bytes:
    return base64.b64encode(raw)
