"""What a visitor's browser does with pages and forms, as far as signing up needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from mailer.errors import DemoError

PATIENCE = 15.0  # seconds for one answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to one request."""

    url: str
    status: int
    body: bytes
    location: str | None = None  # where a redirect points

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a browser would send it."""

    page: str  # the address it stands on
    action: str
    fields: Mapping[str, str]

    @property
    def crosses_origins(self) -> bool:
        """Whether it is sent to another origin than it was read from."""
        return origin(self.page) != origin(self.action)

    def submit(self, **typed: str) -> Answer:
        """Send it with what somebody typed, and with what a browser adds.

        A See Other is followed, once, as a browser does (RFC 9110 section 15.4.4).
        """
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": origin(self.page),
            "Referer": f"{origin(self.page)}/",
            "Accept": "text/html,application/xhtml+xml",
        }
        body = urlencode({**self.fields, **typed}).encode()
        answer = ask("POST", self.action, headers, body)
        if answer.status == 303 and answer.location is not None:
            return get(urljoin(self.action, answer.location))
        return answer


def origin(url: str) -> str:
    """Return scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def get(url: str, *, method: str = "GET") -> Answer:
    """Open a page. A redirect is an answer, and is not followed."""
    return ask(method, url, {"Accept": "text/html"}, None)


def ask(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
    """Make one request; raise DemoError when there is no answer."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    target = parts.path or "/"
    try:
        connection.request(
            method, f"{target}?{parts.query}" if parts.query else target, body, dict(headers)
        )
        answer = connection.getresponse()
        return Answer(url, answer.status, answer.read(), answer.getheader("Location"))
    except (OSError, HTTPException) as why:
        raise DemoError(f"{method} {url} was not answered: {why}") from why
    finally:
        connection.close()


def find_form(page: Answer, selector: str) -> Form:
    """Return the one form that `selector` names on a page; raise DemoError when there is none."""
    forms = LexborHTMLParser(page.text).css(selector)
    if len(forms) != 1:
        raise DemoError(f"{page.url} has {len(forms)} forms {selector}, not 1")
    (form,) = forms
    action = urljoin(page.url, form.attributes.get("action") or "")
    fields = {
        name: field.attributes.get("value") or ""
        for field in form.css("input[name],button[name]:not([hidden])")
        if (name := field.attributes.get("name"))
    }
    return Form(page.url, action, fields)
