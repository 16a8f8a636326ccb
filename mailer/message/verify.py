"""Whether the DKIM signatures of a message are ours and right (RFC 6376 section 6).

It knows our own keys alone and asks no DNS: it tells an operator whether a mail came through as it
was signed, before receivers tell it in their own way.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mailer.message.sign import DIGEST_GIVEN, FIELD, PADDING, hash_simple_body, relaxed
from mailer.message.signing_key import SigningKey

TAG = re.compile(rb"\s*([A-Za-z][A-Za-z0-9_]*)\s*=(.*)", re.DOTALL)
# The value of b= (not of bh=), which is empty in what was signed (section 3.7).
SIGNATURE_VALUE = re.compile(rb"((?:^|;)[ \t\r\n]*b[ \t\r\n]*=)[^;]*")
SPACES = re.compile(rb"[ \t]+")
NEEDED = ("a", "b", "bh", "d", "h", "s")

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of one signature."""

    domain: str  # as it says itself; nothing if it does not
    selector: str
    algorithm: str
    ours: bool  # whether there is a key for it
    fault: str | None  # why it does not verify, or why nobody can say; None: it verifies

    @property
    def good(self) -> bool:
        """Whether it is ours and verifies."""
        return self.fault is None


def verify(message: bytes, keys: Sequence[SigningKey]) -> list[Verdict]:
    """Return a verdict for each DKIM-Signature of a message (CRLF line ends), the top one first."""
    head, _, body = message.partition(b"\r\n\r\n")
    fields = FIELD.findall(head + b"\r\n")
    ours = {(key.domain, key.selector): key for key in keys}
    return [
        _verdict(raw, fields, body, ours) for raw in fields if relaxed(raw)[0] == b"dkim-signature"
    ]


def _verdict(
    raw: bytes, fields: Sequence[bytes], body: bytes, ours: Mapping[tuple[str, str], SigningKey]
) -> Verdict:
    tags = _tags(raw)
    domain, selector = tags.get("d", "").lower(), tags.get("s", "").lower()
    key = ours.get((domain, selector))
    fault = "it is another signer's" if key is None else _fault(raw, tags, fields, body, key)
    return Verdict(domain, selector, tags.get("a", ""), key is not None, fault)


def _tags(raw: bytes) -> Tags:
    """Return the tags of a signature, without any space (section 3.2): we need none that has it."""
    found = (TAG.fullmatch(part) for part in raw.partition(b":")[2].split(b";"))
    return {
        one[1].decode("ascii"): "".join(one[2].decode("ascii", "replace").split())
        for one in found
        if one is not None
    }


def _fault(
    raw: bytes, tags: Tags, fields: Sequence[bytes], body: bytes, key: SigningKey
) -> str | None:
    """Return what is wrong first, as a sentence that "it" begins, or None."""
    missing = [f"{name}=" for name in NEEDED if not tags.get(name)]
    head_form, _, body_form = tags.get("c", "simple/simple").partition("/")
    if missing:
        return f"it has no {missing[0]}"
    if tags["a"] != key.algorithm:
        return f"it says {tags['a']}, and our key {key.selector} is for {key.algorithm}"
    if head_form != "relaxed" or "l" in tags:
        return "it was not made by us: we sign relaxed header fields and whole bodies"
    if b64encode(_body_hash(body, body_form)).decode() != tags["bh"]:
        return "its body hash is another: the body was changed"
    if not _signed_by(key, _signed(raw, tags["h"], fields), tags["b"]):
        return "its signature does not verify: a header was changed, or the key is another"
    return None


def _body_hash(body: bytes, form: str) -> bytes:
    """Return the digest of a body in its simple or relaxed form (sections 3.4.3 and 3.4.4)."""
    if form != "relaxed":
        return hash_simple_body(body)
    lines = [SPACES.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    tidy = b"\r\n".join(lines)
    return hash_simple_body(tidy) if tidy.strip(b"\r\n") else sha256(b"").digest()


def _signed(raw: bytes, mentions: str, fields: Sequence[bytes]) -> bytes:
    """Return what the signature is of: each mention means the lowest field not yet mentioned."""
    left: dict[bytes, list[bytes]] = {}
    for name, line in map(relaxed, fields):
        left.setdefault(name, []).append(line)
    wanted = (name.lower().encode() for name in mentions.split(":"))
    lines = [left[name].pop() for name in wanted if left.get(name)]
    name, _, value = raw.partition(b":")
    itself = relaxed(name + b":" + SIGNATURE_VALUE.sub(rb"\1", value))[1]
    return b"".join(lines) + itself.removesuffix(b"\r\n")


def _signed_by(key: SigningKey, signed: bytes, value: str) -> bool:
    digest = sha256(signed).digest()
    try:
        if isinstance(key.private, RSAPrivateKey):
            key.private.public_key().verify(b64decode(value), digest, PADDING, DIGEST_GIVEN)
        else:
            key.private.public_key().verify(b64decode(value), digest)
    except (InvalidSignature, ValueError):  # ValueError: no base64
        return False
    return True
