"""Links that prove themselves: what they are for, whom they concern, and that we made them.

A token is `VERSION PURPOSE PAYLOAD MAC`, packed and base64url-encoded. The MAC (HMAC-SHA-256, cut
to 16 bytes) covers all that stands before it, so a token made for leaving opens nothing else. The
keys form a ring: the first one signs, all of them are believed, so a key can be changed while the
links in old mails go on working.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import lru_cache

from mailer.errors import TokenError, TokenExpired

VERSION = 1
MAC_BYTES = 16
URL_SAFE = bytes.maketrans(b"+/", b"-_")  # RFC 4648 section 5
# No token begins so: what was signed as one is no signature of the other.
_SIGNED = b"signed text\0"
LAYOUT = struct.Struct(">BBQQ")  # version, purpose, subject, seconds since 1970


class Purpose(IntEnum):
    """What a link may do. A value, once given out, is never used for anything else."""

    CONFIRM = 1
    LEAVE = 2
    FORM = 3  # a signup form that we gave out; its subject is a random number
    REFUSE = 4  # "it was not me, never write again"
    UNDO = 5  # takes a leaving back; made when that happened
    PREFERENCES = 6  # only ever mailed when asked for: a forwarded digest must not open them
    DATA = 7  # to have a copy of all that is kept, or to have it erased
    MOVE = 8  # in the new mailbox: everything is to come here from now on
    RESTORE = 9  # in the old mailbox: no, it is not
    FEED = 10  # a reader's own feed; made when that was given out
    ANSWER = 11  # how an edition was; its subject is the ledger row that brought it


# What is not named here does not expire.
LIFETIME = {
    Purpose.CONFIRM: timedelta(hours=72),
    Purpose.FORM: timedelta(hours=2),
    Purpose.UNDO: timedelta(days=7),
    Purpose.PREFERENCES: timedelta(days=7),
    Purpose.DATA: timedelta(hours=72),
    Purpose.MOVE: timedelta(hours=72),
    Purpose.RESTORE: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class Token:
    """What a genuine link says."""

    purpose: Purpose
    subject: int  # the id of the subscription it concerns, or whatever its purpose says
    made_at: datetime  # whole seconds, UTC


class Keyring:
    """The secrets of this installation, newest first."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [
            hashlib.sha256(b"mailer link key\0" + text.encode()).digest() for text in secrets
        ]
        self._signer = _Signer(self._keys[0])
        # The pepper comes from the oldest secret: hashes of erased addresses must stay comparable.
        self.pepper = hashlib.sha256(b"mailer address pepper\0" + secrets[-1].encode()).digest()

    def make(self, purpose: Purpose, subject: int, made_at: datetime) -> str:
        """Return the text of a link's last part: URL-safe, 46 characters."""
        body = LAYOUT.pack(VERSION, purpose, subject, _seconds(made_at))
        return _encode(body + self._signer(body))

    def sign(self, text: str) -> str:
        """Return a signature (hex, HMAC-SHA-256) of a text that is given out and comes back."""
        return hmac.digest(self._keys[0], _SIGNED + text.encode(), "sha256").hex()

    def is_ours(self, text: str, signature: str) -> bool:
        """Whether `sign` made this signature of this text, with any of our keys."""
        given = signature.encode("utf-8", "replace")
        return any(
            hmac.compare_digest(
                given, hmac.digest(key, _SIGNED + text.encode(), "sha256").hex().encode()
            )
            for key in self._keys
        )

    def read(self, purpose: Purpose, text: str, now: datetime) -> Token:
        """Return what `text` says; raise TokenError unless we made it for `purpose`.

        Raises TokenExpired, a TokenError, when it is genuine and its time is over.
        """
        token = self.genuine(purpose, text)
        lifetime = LIFETIME.get(purpose)
        if lifetime is not None and now > token.made_at + lifetime:
            raise TokenExpired("this link has expired")
        return token

    def genuine(self, purpose: Purpose, text: str) -> Token:
        """Return what `text` says, however old it is; raise TokenError unless we made it."""
        raw = _decode(text)
        body, mac = raw[: LAYOUT.size], raw[LAYOUT.size :]
        genuine = [hmac.compare_digest(mac, _mac(key, body)) for key in self._keys]
        if len(raw) != LAYOUT.size + MAC_BYTES or not any(genuine):
            raise TokenError("this link was not made here")
        version, found, subject, seconds = LAYOUT.unpack(body)
        if version != VERSION or found != purpose:
            raise TokenError("this link was made for something else")
        return Token(purpose, subject, datetime.fromtimestamp(seconds, UTC))


class _Signer:
    """HMAC (RFC 2104) with the key's half of both hashes done once: one is made for each mail."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(octet ^ 0x36 for octet in padded))
        self._outer = hashlib.sha256(bytes(octet ^ 0x5C for octet in padded))

    def __call__(self, body: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(body)
        outer.update(inner.digest())
        return outer.digest()[:MAC_BYTES]


@lru_cache(64)
def _seconds(moment: datetime) -> int:
    """Return whole seconds since 1970; the mails of one run are owed at the same moment."""
    return int(moment.timestamp())


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:MAC_BYTES]


def _encode(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(URL_SAFE, b"=").decode()


def _decode(text: str) -> bytes:
    """Decode base64url, and refuse every spelling but the one `_encode` writes."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as why:
        raise TokenError("this link is damaged") from why
    if _encode(raw) != text:  # bits behind the last byte: two spellings of one token
        raise TokenError("this link is damaged")
    return raw
