"""E-mail addresses: checked once, when they come in, and compared by one key.

The local part keeps its letters' case on the wire (RFC 5321 section 2.4) and loses it in the
key: two people whose addresses differ only there do not exist, one person typing twice does.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from mailer.errors import AddressError

LONGEST = 254  # RFC 5321 section 4.5.3.1.3, less the two angle brackets


@dataclass(frozen=True, slots=True)
class Address:
    """One address that mail can be sent to."""

    text: str  # NFC, domain in lower case and readable script
    domain: str  # the same domain as A-labels (RFC 5890), for the wire
    key: str  # equal for two spellings of one mailbox

    @property
    def local(self) -> str:
        """The part before the @."""
        return self.text.rpartition("@")[0]

    @property
    def wire(self) -> str:
        """The address as SMTP and headers want it; not ASCII when the local part is not."""
        return self.text if self.text.isascii() else f"{self.local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a server with RFC 6531 can take it."""
        return not self.text.isascii() and not self.local.isascii()

    @property
    def masked(self) -> str:
        """Enough for its owner to recognise it, too little for anybody else: `r…@example.org`."""
        return f"{self.local[:1]}…@{self.text.rpartition('@')[2]}"

    def __str__(self) -> str:
        return self.text


def parse_address(text: str) -> Address:
    """Return the address in `text`; raise AddressError with a sentence for whoever typed it."""
    cleaned = text.strip()
    if "\ufffd" in cleaned:  # what came was not UTF-8
        raise AddressError(text, "This is not an e-mail address: it has an unreadable character.")
    if not cleaned:
        raise AddressError(text, "Enter an e-mail address.")
    if len(cleaned) > LONGEST:
        raise AddressError(text, f"An e-mail address has at most {LONGEST} characters.")
    try:
        found = validate_email(
            cleaned, check_deliverability=False, strict=True, test_environment=True
        )
    except EmailNotValidError as why:
        raise AddressError(text, f"This is not an e-mail address: {why}") from why
    # validate_email folds neither width nor case; a key must.
    key = unicodedata.normalize("NFKC", found.normalized).casefold()
    return Address(text=found.normalized, domain=found.ascii_domain, key=key)


def stored_address(text: str, key: str) -> Address:
    """Return an address that `parse_address` made once; raise AddressError as it does."""
    local, _, domain = text.rpartition("@")
    if local and text.isascii():
        return Address(text, domain, key)
    return parse_address(text)  # the domain's A-labels are worked out again


def address_hash(address: Address, pepper: bytes) -> str:
    """Return the keyed hash (hex, HMAC-SHA-256) that outlives an erased address."""
    return hmac.new(pepper, address.key.encode(), hashlib.sha256).hexdigest()
