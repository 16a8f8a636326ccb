"""The way back to the article in which a form stood. It leads nowhere but to sites the owner names.

Whoever wrote a form into their own page, or into a request, may name any address: a link of ours
would lend it our name.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

FIELD = "return_to"
LONGEST = 500  # characters


def way_back(address: str, sites: Sequence[str]) -> str | None:
    """Return an address on one of these sites (origins, RFC 6454) as it is; None for any other.

    `*` among the sites is none: it says who may read our answers, not where we send people.
    """
    if len(address) > LONGEST or not address.isprintable() or set(address) & set(' "<>\\'):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    return address if origin in {site.lower() for site in sites if site != "*"} else None
