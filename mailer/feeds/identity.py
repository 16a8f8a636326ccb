"""What makes an article the same one when a feed tells it again."""

import hashlib

from mailer.feeds.urls import canonical

LONGEST = 500  # the database keeps an index of them


def identity(guid: str, url: str | None, title: str, text: str) -> str:
    """Return the entry's own id, else its address, else what it says.

    Ids are compared character by character (RFC 4287 section 4.2.6.1): nothing is done to them.
    """
    if guid:
        return guid if len(guid) <= LONGEST else _hashed(guid)
    if url:
        address = canonical(url)
        return address if len(address) <= LONGEST else _hashed(address)
    return _hashed(f"{title}\n{text}")


def _hashed(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
