"""Addresses on the web, as feeds write them and as we keep them."""

import re
from hashlib import sha256
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from mailer.errors import UsageError

LONGEST = 2_000
# What says where a reader came from, and nothing about what the page shows.
TRACKING = re.compile(
    r"(?:utm|pk|mtm|piwik|matomo|hsa|ns|fb|ga|trk|guce|vero|oly|at|wt|mc|_hs|__hs)_\w+|_?_ga|_gl"
    r"|fbclid|gclid|gclsrc|dclid|yclid|msclkid|twclid|ttclid|igshid|wbraid|gbraid|srsltid|mkt_tok"
    r"|_hs(?:enc|mi)|ref_src|ref_url|cmp|cmpid|s_cid|sc_cid|icmp|int_cmp|icid|ocid|spm|xtor|wtmc"
    r"|wt\.mc\w*|smid|smtyp|ito|ftcamp|guccounter|campaign_?id|trkcampaign|__twitter_impression"
    r"|jsessionid|phpsessid",
    re.IGNORECASE,
)
# These name a page on some sites; with such a value they say where a link stood.
ORIGIN = frozenset({"ref", "referrer", "source", "src", "from", "via", "origin", "feed", "share"})
PLACES = re.compile(
    r"rss\d*|feeds?|atom|feedly|feedburner|twitter|facebook|fb|tw|x|email|newsletter|mail|google"
    r"|gnews|flipboard|share|social|app|linkedin|whatsapp|telegram|reddit|home(?:page)?|1|true",
    re.IGNORECASE,
)
AMP_SWITCH = re.compile(r"amp|outputtype|output|view|type|format", re.IGNORECASE)
AMP_CACHE = re.compile(
    r"/(?:[cvi]|amp)/(?:s/)?([^/]+\.[^/]+)(/.*)?"
)  # the address of the page itself
FACES = ("www.", "m.", "mobile.", "amp.", "touch.", "wap.")  # of one site
AMP_PATH = re.compile(r"^/amp(?=/.)|/amp/?$|[./]amp(?=\.html?$)|\.amp$", re.IGNORECASE)
TRAILING = re.compile(
    r"(?:/(?:index|default|home)\.(?:html?|php|aspx?|jsp|cfm)|;[a-z]*session\w*=[^/]*|/+)$",
    re.IGNORECASE,
)
PLAIN_ESCAPE = re.compile("%(?:2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])")
LONGEST_KEY = 500  # the database keeps an index of them
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

    Tracking parameters, the faces of a site for phones, AMP pages and their caches, trailing
    slashes and index files. Only for comparing: the scheme is dropped too, since sites move to
    https.
    """
    while True:  # what was wrapped twice is unwrapped twice
        plain = _plainer(address)
        if plain == address:
            return plain
        address = plain


def address_key(address: str) -> str:
    """Return what an index keeps of an address: its canonical form, or a hash of a long one."""
    plain = canonical(address)
    return plain if len(plain) <= LONGEST_KEY else f"sha256:{sha256(plain.encode()).hexdigest()}"


def _plainer(address: str) -> str:
    parts = urlsplit(address)
    host = parts.hostname or ""
    cached = AMP_CACHE.fullmatch(parts.path)
    if cached and (host.endswith(".ampproject.org") or host.startswith(("google.", "www.google."))):
        query = f"?{parts.query}" if parts.query else ""
        return f"//{cached[1]}{cached[2] or '/'}{query}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = sorted((name, value) for name, value in pairs if not _is_noise(name, value))
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    path = PLAIN_ESCAPE.sub(lambda found: chr(int(found[0][1:], 16)), parts.path)
    path = TRAILING.sub("", AMP_PATH.sub("", path)) or "/"
    return urlunsplit(("", f"{_one_face(host)}{port}", path, urlencode(kept), ""))


def _is_noise(name: str, value: str) -> bool:
    """Whether a parameter says nothing about what the page shows."""
    if TRACKING.fullmatch(name):
        return True
    if name.lower() in ORIGIN and PLACES.fullmatch(value):
        return True
    amp = AMP_SWITCH.fullmatch(name) and value.lower() == "amp"
    return bool(amp) or (name.lower() == "amp" and value.lower() in {"", "1", "true"})


def _one_face(host: str) -> str:
    """Return the host without what only says which device the page is for."""
    if ":" in host:
        return f"[{host}]"
    for face in FACES:
        bare = host.removeprefix(face)
        if bare != host and "." in bare:
            return bare
    language, _, rest = host.partition(".m.")  # en.m.wikipedia.org
    return f"{language}.{rest}" if rest.count(".") and "." not in language else host


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
