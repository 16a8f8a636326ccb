"""Who is asking: believed from the headers only when a proxy of ours wrote them."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from flask import Request

from mailer.config.settings import Network
from mailer.subscribers.model import Origin, Way
from mailer.subscribers.rules import network_of


def client_address(remote: str | None, forwarded: str, trusted: Sequence[Network]) -> str | None:
    """Return the caller's address: the last one in X-Forwarded-For that no proxy of ours has.

    The header is read from its end, where our own proxies write; its beginning is the caller's.
    """
    chain = [part.strip() for part in forwarded.split(",") if part.strip()]
    found = remote
    while chain and _is_ours(found, trusted):
        found = chain.pop()
    return found


def origin_of(request: Request, trusted: Sequence[Network], way: Way) -> Origin:
    """Return what is kept of where a request came from."""
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
    return Origin(
        way=way,
        page=_page(request.referrer),
        network=network_of(client_address(request.remote_addr, forwarded, trusted)),
        user_agent=_printable(request.user_agent.string),
    )


def _is_ours(address: str | None, trusted: Sequence[Network]) -> bool:
    try:
        there = ip_address(address or "")
    except ValueError:
        return False
    return any(there in network for network in trusted)


def _page(referrer: str | None) -> str | None:
    """Return the page's address without its query, which may hold what is nobody's business."""
    try:
        url = urlsplit(referrer or "")
    except ValueError:
        return None
    if url.scheme not in {"http", "https"}:
        return None
    return _printable(urlunsplit((url.scheme, url.netloc.rpartition("@")[2], url.path, "", "")))


def _printable(text: str) -> str | None:
    return "".join(mark for mark in text if mark.isprintable()) or None
