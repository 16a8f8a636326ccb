"""What looks over HTTP: polite, bounded, and never at an address that is not public.

Loaded with the first look, as aiohttp takes longer to load than most commands take to run.
"""

import asyncio
import errno
import re
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from itertools import pairwise
from urllib.parse import urlsplit

import aiohttp
from aiohttp import AddrInfoType

from mailer.config.settings import FeedSettings
from mailer.errors import FetchError
from mailer.feeds.fetch import PER_HOST, Session
from mailer.feeds.guard import is_allowed
from mailer.feeds.model import Fetched
from mailer.feeds.unpack import Unpacker, UnpackError

LOOKUPS = 32  # names looked up at a time: the loop's own few threads would wait for a slow resolver
REDIRECTS = 5
FOR_GOOD = {301, 308}
BLOCK = 65_536
VALIDATOR_LENGTH = 1_000
HEADERS = {
    "User-Agent": f"digest-mailer/{version('digest-mailer')} (feed reader)",
    "Accept-Encoding": "gzip, deflate",
    "Accept": "application/atom+xml, application/rss+xml, application/feed+json,"
    " application/xml;q=0.9, application/json;q=0.9, */*;q=0.5",
}
MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})\b", re.IGNORECASE)
FRESH_NEVER = re.compile(r"\bno-(?:cache|store)\b", re.IGNORECASE)


@asynccontextmanager
async def open_session(settings: FeedSettings) -> AsyncIterator[Session]:
    """Open what many looks share, within the limits of the settings."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(LOOKUPS, "names"))
    connector = aiohttp.TCPConnector(
        socket_factory=_guarded(settings),
        limit=0,
        limit_per_host=PER_HOST,
    )
    async with aiohttp.ClientSession(
        connector=connector,
        headers=HEADERS,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,  # we count what is unpacked, and against what
        trust_env=False,  # a proxy would look addresses up behind the guard's back
        timeout=aiohttp.ClientTimeout(),  # none of its own: ours covers the whole answer
    ) as http:
        yield HttpSession(http, settings)


class HttpSession(Session):
    """A round of looks over connections of ours."""

    def __init__(self, http: aiohttp.ClientSession, settings: FeedSettings) -> None:
        self._http = http
        self._settings = settings
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_HOST))

    async def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str | None = None,
    ) -> Fetched:
        conditions = {
            "If-None-Match": etag,
            "If-Modified-Since": last_modified,
            "Accept": accept,
        }
        known = {name: value for name, value in conditions.items() if value is not None}
        # The wait for a turn is ours, not the server's: the deadline begins after it.
        async with self._turns[_host(url)]:
            try:
                async with asyncio.timeout(self._settings.timeout.total_seconds()):
                    return await self._ask(url, known)
            except TimeoutError as why:
                seconds = self._settings.timeout.total_seconds()
                raise FetchError(url, f"no complete answer within {seconds:g} seconds") from why
            except (aiohttp.ClientError, OSError, ValueError) as why:
                reason, temporary = _told(why)
                raise FetchError(url, reason, temporary=temporary) from why

    async def _ask(self, url: str, conditions: Mapping[str, str]) -> Fetched:
        async with self._http.get(url, headers=conditions, max_redirects=REDIRECTS) as response:
            body = await self._body(url, response) if response.status == 200 else b""
            headers = response.headers
            return Fetched(
                status=response.status,
                url=str(response.url),
                body=body,
                content_type=_sendable(headers.get("Content-Type")),
                etag=_sendable(headers.get("ETag")),
                last_modified=_sendable(headers.get("Last-Modified")),
                retry_after=retry_after(headers),
                max_age=max_age(headers),
                moved_to=moved_to(response),
                robots=_sendable(", ".join(headers.getall("X-Robots-Tag", []))) or None,
            )

    async def _body(self, url: str, response: aiohttp.ClientResponse) -> bytes:
        """Unpack the body as far as the limits: a small file may hold a large one."""
        unpacker = Unpacker(response.headers.get("Content-Encoding", ""), self._settings.max_bytes)
        try:
            async for block in response.content.iter_chunked(BLOCK):
                unpacker.feed(block)
            return unpacker.end()
        except UnpackError as why:
            raise FetchError(url, str(why), temporary=False) from why


def moved_to(response: aiohttp.ClientResponse) -> str | None:
    """Return the address behind the permanent redirects that the answer began with, if any."""
    told = None
    for hop, follower in pairwise((*response.history, response)):
        if hop.status not in FOR_GOOD:
            break
        told = str(follower.url)
    return told


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Return the seconds for which the server wants to be left alone (RFC 9110 section 10.2.3)."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    # A date is read against the server's own clock, which may be wrong as a whole.
    until, said_at = _date(text), _date(headers.get("Date", ""))
    if until is None or said_at is None:
        return None
    return max(0, int((until - said_at).total_seconds()))


def max_age(headers: Mapping[str, str]) -> int | None:
    """Return the seconds for which the answer stays fresh (RFC 9111 section 5.2.2.1)."""
    text = headers.get("Cache-Control", "")
    found = MAX_AGE.search(text)
    return None if found is None or FRESH_NEVER.search(text) else int(found[1])


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the second: a zone that no clock has
        return None
    return None if moment.tzinfo is None else moment


def _sendable(value: str | None) -> str | None:
    """Return the header's value when it can be kept and sent back as it is."""
    if value is None or len(value) > VALIDATOR_LENGTH:
        return None
    return value if value.isascii() and value.isprintable() else None


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _guarded(settings: FeedSettings) -> Callable[[AddrInfoType], socket.socket]:
    """Return what makes sockets: it sees each address that is about to be connected to.

    Names, literals and redirects all end here, after the lookup, so a name that changes its
    address between a check and the connection has nothing to gain.
    """

    def make(there: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = there
        host, port = str(address[0]), int(address[1])
        if not is_allowed(host, port, settings.allow_networks, settings.ports):
            raise PermissionError(errno.EACCES, "not a public address")
        return socket.socket(family, kind, protocol)

    return make


def _told(why: Exception) -> tuple[str, bool]:
    """Say for a person what went wrong, and whether waiting may help."""
    match why:
        case aiohttp.ClientConnectorError():
            return _unconnected(why)
        case aiohttp.TooManyRedirects():
            return f"more than {REDIRECTS} redirects", False
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError():
            return "it is not, or leads to what is not, an http or https address", False
        case aiohttp.ServerDisconnectedError():
            return "the server hung up without an answer", True
        case aiohttp.ClientPayloadError():
            return "the answer broke off, or its compression is broken", True
        case _:
            return f"the answer makes no sense ({type(why).__name__})", True


def _unconnected(why: aiohttp.ClientConnectorError) -> tuple[str, bool]:
    if isinstance(why, aiohttp.ClientConnectorDNSError):
        return f"the host {why.host} is not known", True
    if isinstance(why, aiohttp.ClientSSLError):
        return f"no trustworthy TLS connection to {why.host}", True
    if why.os_error.errno == errno.EACCES:
        there = f"{why.host}:{why.port}"
        return (
            f"{there} is not a public address and port of the web;"
            " feeds.allow_networks and feeds.ports can allow it",
            False,
        )
    return f"no connection to {why.host}:{why.port} ({why.os_error.strerror or why.os_error})", True
