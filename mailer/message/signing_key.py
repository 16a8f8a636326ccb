"""Keys for DKIM signatures: read, made, and as the DNS gives their public half (RFC 6376, 8463)."""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from mailer.config.settings import DkimSettings
from mailer.errors import ConfigError, Fault

PrivateKey = RSAPrivateKey | Ed25519PrivateKey

LEAST_BITS = 1024  # RFC 8301 section 3.2: verifiers must not believe a shorter RSA key
USUAL_BITS = 2048
DNS_STRING = 255  # octets, RFC 1035 section 3.3
DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)*"
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, and where in the DNS its public half stands; made by `load_keys`."""

    domain: str  # as in the DNS: A-labels, small letters
    selector: str
    private: PrivateKey

    @property
    def name(self) -> str:
        """The DNS name of the public key (RFC 6376 section 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def algorithm(self) -> str:
        """What a signature says in a= (RFC 6376 section 3.3, RFC 8463 section 3)."""
        return f"{_kind(self.private)}-sha256"

    @property
    def record(self) -> str:
        """The text to be published at `name` (RFC 6376 section 3.6.1, RFC 8463 section 4)."""
        public = self.private.public_key()
        if isinstance(self.private, RSAPrivateKey):
            raw = public.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        else:
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return f"v=DKIM1; k={_kind(self.private)}; p={b64encode(raw).decode()}"

    @property
    def zone_line(self) -> str:
        """The record as a zone file has it: in strings of 255 octets at most."""
        text = self.record
        strings = [text[at : at + DNS_STRING] for at in range(0, len(text), DNS_STRING)]
        quoted = " ".join(f'"{one}"' for one in strings)
        return f"{self.name}. IN TXT ( {quoted} )"


def load_keys(settings: Sequence[DkimSettings]) -> list[SigningKey]:
    """Return the keys of the settings; raise ConfigError with every fault.

    A key is PEM, or the base64 in one alone; RSA has 1024 bits or more.
    """
    keys: list[SigningKey] = []
    faults: list[Fault] = []
    for number, one in enumerate(settings):
        place = f"dkim[{number}]" if len(settings) > 1 else "dkim"
        domain, selector = one.domain.lower(), one.selector.lower()
        if DOMAIN.fullmatch(domain) is None:
            reason = f"{domain!r} is no domain as the DNS writes it (xn--… beyond ASCII)"
            faults.append(Fault(f"{place}.domain", reason))
        if DOMAIN.fullmatch(selector) is None:
            reason = f"{selector!r} is not one or more labels of a DNS name"
            faults.append(Fault(f"{place}.selector", reason))
        try:
            keys.append(SigningKey(domain, selector, _private(one.key.value.strip())))
        except ValueError as why:
            faults.append(Fault(f"{place}.key", str(why)))
    names = [key.name for key in keys]
    faults += [
        Fault("dkim.selector", f"{name} is named twice; each key needs a selector of its own")
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    if faults:
        raise ConfigError(faults, source="[[dkim]]")
    return keys


def generate_rsa(bits: int = USUAL_BITS) -> str:
    """Return a new RSA key as PEM (PKCS#8); more than 2048 bits make many DNS records too long."""
    return _pem(generate_private_key(public_exponent=65537, key_size=bits))


def generate_ed25519() -> str:
    """Return a new Ed25519 key as PEM (PKCS#8)."""
    return _pem(Ed25519PrivateKey.generate())


def _kind(private: PrivateKey) -> str:
    return "rsa" if isinstance(private, RSAPrivateKey) else "ed25519"


def _private(text: str) -> PrivateKey:
    """Return the key in a text; raise ValueError that says what else it is."""
    try:
        if text.startswith("-----BEGIN"):
            found = serialization.load_pem_private_key(text.encode(), None)
        else:
            found = serialization.load_der_private_key(b64decode(text, validate=True), None)
    except TypeError as why:
        raise ValueError("is locked with a passphrase") from why
    except (ValueError, UnsupportedAlgorithm) as why:
        raise ValueError("is no private key in PEM") from why
    if not isinstance(found, PrivateKey):
        raise ValueError("is neither an RSA nor an Ed25519 key")
    if isinstance(found, RSAPrivateKey) and found.key_size < LEAST_BITS:
        raise ValueError(f"has {found.key_size} bits; no receiver believes less than {LEAST_BITS}")
    return found


def _pem(private: PrivateKey) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
