"""Who is asking: believed from the headers only when a proxy of ours wrote them."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit, urlunsplit

from flask import Request

from mailer.config.settings import Network
from mailer.subscribers.model import Origin, Way
from mailer.subscribers.rules import network_of


def client_address(remote: str | None, forwarded: str, trusted: Sequence[Network]) -> str | None:
    """Return the caller's address: the last one in X-Forwarded-For that no proxy of ours has.

    The header is read from its end, where our own proxies write; its beginning is the caller's.
    What is no address is nobody's: whoever passed it on is counted for it.
    """
    chain = [part for part in forwarded.split(",") if part.strip()]
    found = _address(remote or "")
    while chain and _is_ours(found, trusted):
        before = _address(chain.pop())
        if before is None:
            break
        found = before
    return None if found is None else str(found)


def origin_of(request: Request, trusted: Sequence[Network], way: Way) -> Origin:
    """Return what is kept of where a request came from."""
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
    return Origin(
        way=way,
        page=_page(request.referrer),
        network=network_of(client_address(request.remote_addr, forwarded, trusted)),
        user_agent=_printable(request.user_agent.string),
    )


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address as proxies write it: with a port, quotes (RFC 7239) or a zone (RFC 4007).

    An IPv4 address that came in by a socket of both kinds is one (RFC 4291 section 2.5.5.2).
    """
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped if found.version == 6 else None) or found


def _is_ours(address: IPv4Address | IPv6Address | None, trusted: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in trusted)


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
