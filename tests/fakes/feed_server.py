"""A web server on loopback whose every answer a test has written.

with FeedServer() as server:
    server.serve("/feed.xml", "<rss>…</rss>", etag='"one"')
    ... fetch server.url("/feed.xml") ...
    assert server.requests[0].headers["user-agent"]
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Self

NETWORK = "127.0.0.0/8"  # what `allow_networks` must hold for this server to be asked


@dataclass(frozen=True)
class Request:
    """One request that came in; header names in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What one path says."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    repeat: int = 1  # the body this many times, for sizes nobody wants to hold in memory
    drips: bool = False  # a byte now and then, until the caller gives up
    late: bool = False  # after a moment


class FeedServer:
    """Serves what it was told to, from threads of its own, until the `with` ends."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.requests: list[Request] = []
        self._asked = Event()
        self.busiest = 0  # the most late answers that were waited for at once
        self._busy = 0
        self._count = Lock()
        self._answers: dict[str, Answer] = {}
        self._stopped = Event()
        self._http = _Server((address, 0), _Handler, self)
        self._thread = Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def url(self, path: str = "/feed.xml", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def serve(
        self,
        path: str,
        body: bytes | str = b"",
        *,
        status: int = 200,
        content_type: str = "application/rss+xml",
        etag: str | None = None,
        last_modified: str | None = None,
        headers: Mapping[str, str] | None = None,
        late: bool = False,
    ) -> str:
        """Answer `path` with this from now on, 304 when a validator fits; return its address."""
        named = {"Content-Type": content_type, "ETag": etag, "Last-Modified": last_modified}
        told = {name: value for name, value in named.items() if value is not None}
        octets = body.encode() if isinstance(body, str) else body
        self._answers[path] = Answer(octets, status, {**told, **(headers or {})}, late=late)
        return self.url(path)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """Send whoever asks for `path` to another address."""
        self._answers[path] = Answer(status=status, headers={"Location": to})
        return self.url(path)

    def serve_huge(self, path: str, megabytes: int, *, zipped: bool = False) -> str:
        """Answer with this much text; `zipped` it is a thousand times smaller on the line."""
        block = b" " * 1_000_000
        if zipped:
            packed = gzip.compress(block * megabytes)
            self._answers[path] = Answer(packed, headers={"Content-Encoding": "gzip"})
        else:
            self._answers[path] = Answer(block, repeat=megabytes)
        return self.url(path)

    def serve_slowly(self, path: str) -> str:
        """Answer a byte at a time, without an end."""
        self._answers[path] = Answer(drips=True)
        return self.url(path)

    def answer(self, request: Request) -> Answer:
        """Note the request and return what it gets."""
        self.requests.append(request)
        self._asked.set()
        found = self._answers.get(request.path, Answer(b"nothing here", 404))
        return Answer(status=304, headers=found.headers) if _is_known(request, found) else found

    def wait_for_request(self, timeout: float = 30) -> None:
        """Wait until somebody asks; fail when nobody does."""
        assert self._asked.wait(timeout), "nobody asked for anything"

    def be_late(self) -> None:
        """Wait a moment, and count who waits."""
        with self._count:
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        self.rest()
        with self._count:
            self._busy -= 1

    def rest(self) -> bool:
        """Wait a moment; return whether the server is still wanted."""
        return not self._stopped.wait(0.02)


def _is_known(request: Request, found: Answer) -> bool:
    """Tell whether the caller has this answer already (RFC 9110 section 13)."""
    pairs = (("if-none-match", "ETag"), ("if-modified-since", "Last-Modified"))
    return any(
        name in found.headers and request.headers.get(condition) == found.headers[name]
        for condition, name in pairs
    )


class _Server(ThreadingHTTPServer):
    def __init__(
        self, address: tuple[str, int], handler: type["_Handler"], owner: FeedServer
    ) -> None:
        super().__init__(address, handler)
        self.owner = owner


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.owner.answer(Request(self.command, self.path, headers))
        try:
            self._give(answer)
        except ConnectionError:
            self.close_connection = True  # the caller had enough

    def _give(self, answer: Answer) -> None:
        if answer.late:
            self.server.owner.be_late()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if not answer.drips:
            self.send_header("Content-Length", str(len(answer.body) * answer.repeat))
        self.end_headers()
        if answer.status != 304:
            for _ in range(answer.repeat):
                self.wfile.write(answer.body)
        while answer.drips and self.server.owner.rest():
            self.wfile.write(b" ")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""
