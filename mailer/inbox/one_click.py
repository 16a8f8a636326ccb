"""One-click unsubscribe as a mailbox provider does it (RFC 8058), for machines of our own only."""

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import urlsplit

BODY = b"List-Unsubscribe=One-Click"
LONGEST_ANSWER = 2_000  # bytes of it are read
PATIENCE = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said to the press."""

    status: int | None  # None: there was no answer
    text: str  # the beginning of the answer's body, or why there was none

    @property
    def done(self) -> bool:
        """Whether a provider would tell its user that it worked."""
        return self.status is not None and 200 <= self.status < 300


def is_loopback(host: str) -> bool:
    """Return whether the name means this machine, without asking anybody."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def press(url: str) -> Answer:
    """POST to `url` without cookies and without following a redirect; return what came back."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return Answer(None, "this is not a web address")
    if host is None or not is_loopback(host):
        return Answer(None, "only addresses on this machine are called from here")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(host, port, timeout=PATIENCE)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            "POST",
            target or "/",
            body=BODY,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        response = connection.getresponse()
        return Answer(response.status, response.read(LONGEST_ANSWER).decode("utf-8", "replace"))
    except (OSError, HTTPException) as why:
        return Answer(None, f"no answer: {why}")
    finally:
        connection.close()
