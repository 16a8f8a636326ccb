"""DKIM signatures (RFC 6376), with RSA and with Ed25519 (RFC 8463).

Signing stands in the way of every mail. What is the same from mail to mail is therefore kept: the
canonical form of a field seen before, and a signature's opening for fields of the same names in the
same second. Header fields are canonicalised "relaxed", the body "simple": a relay may fold a header
anew, and nobody has reason to touch a body.
"""

import re
from binascii import b2a_base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from mailer.errors import HeaderError
from mailer.message.signing_key import PrivateKey, SigningKey

LINE = 78  # RFC 5322 section 2.1.1
FOLD = b"\r\n "
FIELD = re.compile(rb"[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n")

# RFC 6376 section 5.4.1, and what RFC 8058 section 4 and the large receivers ask for.
SIGNED = frozenset(
    {
        *(b"from", b"sender", b"reply-to", b"to", b"cc", b"subject", b"date", b"message-id"),
        *(b"in-reply-to", b"references", b"mime-version", b"content-type", b"auto-submitted"),
        *(b"content-transfer-encoding", b"content-id", b"content-description", b"archived-at"),
        *(b"resent-date", b"resent-from", b"resent-to", b"resent-cc", b"resent-message-id"),
        *(b"list-id", b"list-help", b"list-unsubscribe", b"list-unsubscribe-post"),
        *(b"list-subscribe", b"list-post", b"list-owner", b"list-archive", b"feedback-id"),
    }
)
# Named once more than they are there, so that nobody can add another one (section 8.15).
OVERSIGNED = (
    *(b"from", b"to", b"reply-to", b"subject", b"date"),
    *(b"list-unsubscribe", b"list-unsubscribe-post"),
)

# What an edition's mails share is asked for with every mail and stays; a reader's own fields pass
# through and never come again, so that a larger memory would only be a larger one.
FIELDS_KEPT = 512
OPENINGS_KEPT = 32
TABS_ARE_SPACES = bytes.maketrans(b"\t", b" ")
PADDING = PKCS1v15()
DIGEST_GIVEN = Prehashed(SHA256())


def hash_simple_body(body: bytes) -> bytes:
    """Return the sha256 digest of a body (CRLF line ends) in its "simple" form.

    That is with one CRLF at its end, however many there were (RFC 6376 section 3.4.3).
    """
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    return sha256(body[:end] + b"\r\n").digest()


def relaxed(raw: bytes) -> tuple[bytes, bytes]:
    """Return a raw field's name in small letters, and its "relaxed" form with its CRLF.

    RFC 6376 section 3.4.2. Only spaces and tabs count as space, as there; not what Python thinks.
    """
    name, _, value = raw.partition(b":")
    name = name.rstrip(b" \t").lower()
    words = value.translate(TABS_ARE_SPACES, b"\r\n").split(b" ")
    return name, b"%b:%b\r\n" % (name, b" ".join(filter(None, words)))


@lru_cache(maxsize=FIELDS_KEPT)
def _to_sign(raw: bytes) -> tuple[bytes, bytes]:
    """Return what `relaxed` returns, or twice nothing for a field that is not signed."""
    found = relaxed(raw)
    return found if found[0] in SIGNED else (b"", b"")


@dataclass(frozen=True, slots=True)
class _Opening:
    """A signature field up to `bh=`: as it is written, and in its relaxed form."""

    raw: bytes
    canonical: bytes
    sign: Callable[[bytes], bytes]  # from a sha256 digest to a signature


@dataclass(frozen=True, slots=True)
class _Plan:
    """How fields of certain names are signed: in which order, and by whom."""

    order: tuple[int, ...] | None  # None: as they stand
    openings: tuple[_Opening, ...]


class Signers:
    """The signer of each domain that we have keys of."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        domains = {key.domain for key in keys}
        self._of = {
            domain: Signer([key for key in keys if key.domain == domain]) for domain in domains
        }

    def of(self, domain: str) -> "Signer | None":
        """Return who signs for a From of this domain: the domain itself, else a parent of it.

        Either is aligned in the sense of DMARC (RFC 7489 section 3.1.1, relaxed).
        """
        while domain:
            if domain in self._of:
                return self._of[domain]
            domain = domain.partition(".")[2]
        return None


class Signer:
    """Signs mails of one domain with each of its keys; may be shared by threads."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self._keys = tuple((key, _signing(key.private)) for key in keys)
        self._plan = lru_cache(maxsize=OPENINGS_KEPT)(self._make_plan)

    def sign(self, message: bytes, now: int) -> bytes:
        """Return a whole message (CRLF line ends) with its signatures on top."""
        head, _, body = message.partition(b"\r\n\r\n")
        fields = FIELD.findall(head + b"\r\n")
        return self.signature(fields, hash_simple_body(body), now) + message

    def signature(self, fields: Sequence[bytes], body_hash: bytes, now: int) -> bytes:
        """Return one DKIM-Signature field a key, folded, to stand before the other fields.

        `fields` are whole header fields as on the wire, each with its name and its CRLF, top first;
        `body_hash` is the 32 octets of `hash_simple_body`, `now` is in Unix seconds. Raises
        HeaderError when there is no From (RFC 6376 section 5.4: it must be signed).
        """
        found = [_to_sign(raw) for raw in fields]
        plan = self._plan(tuple([name for name, _ in found]), now)
        if plan.order is None:
            signed = b"".join([line for _, line in found])
        else:
            signed = b"".join([found[at][1] for at in plan.order])
        hashed = b2a_base64(body_hash, newline=False)
        written: list[bytes] = []
        for opening in plan.openings:
            # The field itself comes last, with an empty b= and without its CRLF (section 3.7).
            digest = sha256(b"%b%b%b; b=" % (signed, opening.canonical, hashed)).digest()
            value = b2a_base64(opening.sign(digest), newline=False)
            lines = [value[at : at + LINE - 4] for at in range(0, len(value), LINE - 4)]
            written += opening.raw, hashed, b";\r\n b=", FOLD.join(lines), b"\r\n"
        return b"".join(written)

    def _make_plan(self, names: tuple[bytes, ...], now: int) -> _Plan:
        if b"from" not in names:
            raise HeaderError("From", "it is not there, and must be signed")
        present = [name for name in names if name]
        mentions = [*present, *(name for name in OVERSIGNED if name in present)]
        mentions += [name for name in OVERSIGNED if name not in present]
        openings = [_opening(key, sign, mentions, now) for key, sign in self._keys]
        order = _order(names) if len(set(present)) != len(present) else None
        return _Plan(order, tuple(openings))


def _order(names: Sequence[bytes]) -> tuple[int, ...]:
    """Return where the fields stand that the names mean: the lowest first (section 5.4.2)."""
    places = {name: [at for at, other in enumerate(names) if other == name] for name in names}
    return tuple(places[name].pop() for name in names)


def _opening(
    key: SigningKey, sign: Callable[[bytes], bytes], mentions: Sequence[bytes], now: int
) -> _Opening:
    tags = [
        "v=1;",
        f"a={key.algorithm};",
        "c=relaxed/simple;",
        f"d={key.domain};",
        f"s={key.selector};",
        f"t={now};",
    ]
    lines = [b"DKIM-Signature:"]
    for word in (tag.encode() for tag in tags):
        _append(lines, b" " + word, word)
    first, *others = mentions
    _append(lines, b" h=" + first, b"h=" + first)
    for name in others:
        lines[-1] += b":"
        _append(lines, name, name)
    lines[-1] += b";"
    raw = FOLD.join([*lines, b"bh="])
    return _Opening(raw, relaxed(raw)[1].removesuffix(b"\r\n"), sign)


def _append(lines: list[bytes], here: bytes, anew: bytes) -> None:
    """Put `here` behind the last line, or `anew` on the next one when there is no room for it."""
    if len(lines[-1]) + len(here) < LINE - 1:  # one for the mark behind it, one for the fold
        lines[-1] += here
    else:
        lines.append(anew)


def _signing(private: PrivateKey) -> Callable[[bytes], bytes]:
    """Return what signs a digest: for Ed25519 the digest is the text (RFC 8463 section 3)."""
    if isinstance(private, RSAPrivateKey):
        return partial(private.sign, padding=PADDING, algorithm=DIGEST_GIVEN)
    return private.sign
