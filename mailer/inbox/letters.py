"""Letters that came in, and the box they are kept in: in memory, bounded, newest first."""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default as policy
from threading import Condition

from selectolax.lexbor import LexborHTMLParser

from mailer.clock import Clock, SystemClock

MOST_LETTERS = 500
MOST_BYTES = 25_000_000

# What the email package lets escape from its header parser when a header is made to hurt it.
UNREADABLE = (MessageError, ValueError, LookupError, AttributeError, TypeError, AssertionError)
ADDRESS_IN_TEXT = re.compile(r"https?://[^\s<>\"]+")
ADDRESS_IN_BRACKETS = re.compile(r"<\s*([^<>\s]+)\s*>")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it came, and what a person wants to see of it."""

    id: int
    received_at: datetime
    sender: str  # MAIL FROM, "" for the null reverse-path
    recipients: tuple[str, ...]  # RCPT TO
    headers: tuple[tuple[str, str], ...]  # decoded, in the order they came
    html: str | None
    text: str | None
    source: bytes

    def header(self, name: str) -> str:
        """Return the first header of that name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return len(self.source)

    @property
    def links(self) -> tuple[str, ...]:
        """Every web address in either part, each once, HTML first."""
        found = [] if self.html is None else links_in_html(self.html)
        found += [] if self.text is None else links_in_text(self.text)
        return tuple(dict.fromkeys(found))

    @property
    def one_click(self) -> str | None:
        """The address that ends the subscription by one POST (RFC 8058), when there is one."""
        if self.header("List-Unsubscribe-Post").strip() != "List-Unsubscribe=One-Click":
            return None
        offered = ADDRESS_IN_BRACKETS.findall(self.header("List-Unsubscribe"))
        return next((url for url in offered if url.startswith(("https:", "http:"))), None)


def links_in_html(html: str) -> list[str]:
    """Return the web addresses that a person could follow from the page, in order."""
    anchors = LexborHTMLParser(html).css("a[href]")
    addresses = [(anchor.attributes.get("href") or "").strip() for anchor in anchors]
    return [address for address in addresses if address.startswith(("http:", "https:"))]


def links_in_text(text: str) -> list[str]:
    """Return the web addresses in plain text, without the sentence's own punctuation."""
    return [found.rstrip(".,;:!?)]'") for found in ADDRESS_IN_TEXT.findall(text)]


def read_letter(
    number: int, received_at: datetime, sender: str, recipients: tuple[str, ...], source: bytes
) -> Letter:
    """Return what `source` says. Never fails: what cannot be read is shown as it came."""
    message = message_from_bytes(source, policy=policy)
    return Letter(
        id=number,
        received_at=received_at,
        sender=sender,
        recipients=recipients,
        headers=tuple((name, _decoded(name, raw)) for name, raw in message.raw_items()),
        html=_body(message, "html"),
        text=_body(message, "plain"),
        source=source,
    )


def _decoded(name: str, raw: str) -> str:
    try:
        return str(policy.header_fetch_parse(name, raw))
    except UNREADABLE:
        return " ".join(raw.split())


def _body(message: EmailMessage, kind: str) -> str | None:
    """Return the part that a mail program would show, as text."""
    try:
        part = message.get_body((kind,))
        payload = None if part is None else part.get_payload(decode=True)
        charset = "utf-8" if part is None else part.get_content_charset("utf-8")
    except UNREADABLE:
        return None
    if not isinstance(payload, bytes):
        return None
    try:
        return payload.decode(charset, "replace").replace("\r\n", "\n")
    except LookupError:  # a charset nobody knows
        return payload.decode("utf-8", "replace").replace("\r\n", "\n")


class Letterbox:
    """The letters of one run; many threads may put, look and wait."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        most_letters: int = MOST_LETTERS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._clock = clock or SystemClock()
        self._most_letters = most_letters
        self._most_bytes = most_bytes
        self._letters: deque[Letter] = deque()  # newest first
        self._bytes = 0
        self._last_id = 0
        self._changed = Condition()

    def put(self, sender: str, recipients: tuple[str, ...], source: bytes) -> Letter:
        """Keep a letter; the oldest ones make room for it."""
        # Read outside the lock: a big letter must not stop the pages.
        unnumbered = read_letter(0, self._clock.now(), sender, recipients, source)
        with self._changed:
            self._last_id += 1
            letter = replace(unnumbered, id=self._last_id)
            self._letters.appendleft(letter)
            self._bytes += letter.size
            self._make_room()
            self._changed.notify_all()
        return letter

    def all(self) -> list[Letter]:
        """Return every letter, newest first."""
        with self._changed:
            return list(self._letters)

    def get(self, number: int) -> Letter | None:
        """Return the letter, or None: never came, or made room for newer ones."""
        return next((letter for letter in self.all() if letter.id == number), None)

    def clear(self) -> None:
        """Throw every letter away."""
        with self._changed:
            self._letters.clear()
            self._bytes = 0
            self._changed.notify_all()

    def wait_for(self, wanted: Callable[[Letter], bool], timeout: float) -> Letter | None:
        """Return the newest letter that is `wanted`, waiting `timeout` seconds for one to come."""

        def found() -> Letter | None:
            return next((letter for letter in self._letters if wanted(letter)), None)

        with self._changed:
            return self._changed.wait_for(found, timeout)

    def wait_after(self, number: int, timeout: float) -> list[Letter]:
        """Return the letters with higher numbers, oldest first, waiting for one to come."""
        self.wait_for(lambda letter: letter.id > number, timeout)
        return [letter for letter in reversed(self.all()) if letter.id > number]

    def _make_room(self) -> None:
        """Drop the oldest, but never the one that has just come."""
        while len(self._letters) > 1 and (
            len(self._letters) > self._most_letters or self._bytes > self._most_bytes
        ):
            self._bytes -= self._letters.pop().size
