"""What makes an article the same one when a feed tells it again."""

import hashlib
import re

from mailer.feeds.model import Draft
from mailer.feeds.urls import canonical

LONGEST = 500  # the database keeps an index of them
TAG = re.compile(r"<[^<>]*>")
WORD = re.compile(r"\w+")
ENOUGH = 120  # characters of words; "Weather for today" may be told of two days


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


def content_hash(draft: Draft) -> str:
    """Return what headline and text say as one short word, "" when they say too little.

    The same for two markups of the same words: a site that moves keeps its words, and changes ids,
    addresses and markup.
    """
    text = TAG.sub(" ", draft.html) or draft.summary
    words = " ".join(WORD.findall(f"{draft.title} {text}".casefold()))
    return hashlib.sha256(words.encode()).hexdigest() if len(words) >= ENOUGH else ""


def _hashed(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
