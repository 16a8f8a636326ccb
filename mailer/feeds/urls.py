"""Addresses on the web, as feeds write them and as we keep them."""

import re
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from mailer.errors import UsageError

LONGEST = 2_000
# What says where a reader came from, and nothing about what the page shows.
TRACKING = re.compile(
    r"utm_\w+|mc_[ce]id|mkt_tok|fbclid|gclid|dclid|msclkid|yclid|igshid|twclid|wbraid|gbraid"
    r"|_hs(?:enc|mi)|ref_src|cmpid|ocid|spm|s_cid|xtor|at_(?:medium|campaign)",
    re.IGNORECASE,
)
# WHATWG URL section 4.4: a browser drops these before it looks, so `java\nscript:` is one scheme.
DROPPED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u200b-\u200f\u202a-\u202e\ue000-\uf8ff]"
)
MIRRORS = re.compile(r"^(?:www|m|mobile|amp|en|news)\.")
SAFE = "%/:=&?~#+!$,;'@()*[]"


def web_url(text: str | None, base: str = "") -> str | None:
    """Return the absolute http or https address in ASCII, or None when it is none.

    A name and password in it are dropped: in a mail they only serve to look like another host.
    """
    if not text or len(text) > LONGEST:
        return None
    try:
        parts = urlsplit(urljoin(base, DROPPED.sub("", text).strip()))
        host = _host(parts.hostname)
        port = f":{parts.port}" if parts.port is not None else ""
        path, query, fragment = map(_ascii, (parts.path, parts.query, parts.fragment))
    except ValueError:  # a bad port, a bad IPv6 address, a name that is none, half a character
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    return urlunsplit((parts.scheme, f"{host}{port}", path or "/", query, fragment))


def feed_url(text: str) -> str:
    """Return the address under which a feed is kept, or raise UsageError."""
    address = web_url(text)
    if address is None:
        raise UsageError(
            f"{text!r} is not a feed's address",
            help="give one that begins with http:// or https://",
        )
    return address.partition("#")[0]


def canonical(address: str) -> str:
    """Return the address without what differs between two links to the same page.

    Only for comparing: the scheme is dropped too, since sites move to https.
    """
    parts = urlsplit(address)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if not TRACKING.fullmatch(name)]
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    path = parts.path.rstrip("/") or "/"
    return urlunsplit(("", f"{host}{port}", path, urlencode(sorted(kept)), ""))


def host_of(address: str) -> str:
    """Return the host's name for a person to read."""
    return urlsplit(address).hostname or address


def same_site(one: str, other: str) -> bool:
    """Tell whether two addresses are of one site: the same host, or a part of it."""
    here, there = (_bare_host(address) for address in (one, other))
    if not here or not there:
        return False
    return here == there or here.endswith(f".{there}") or there.endswith(f".{here}")


def _bare_host(address: str) -> str:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return MIRRORS.sub("", host)


def _ascii(part: str) -> str:
    return quote(part, safe=SAFE)


def _host(name: str | None) -> str:
    if name is None or any(mark in name for mark in " <>\"'\\^`{|}"):
        return ""
    if ":" in name:
        return f"[{name}]"
    return name if name.isascii() else name.encode("idna").decode("ascii")
