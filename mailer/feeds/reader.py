"""Feeds read in a process of their own, with little memory and little time."""

from datetime import datetime
from typing import TypeVar

from mailer.confined import Bounds, Confined, NoAnswer, Object, excuse
from mailer.errors import FormatError
from mailer.feeds.model import Draft, Fetched, ParsedFeed
from mailer.plain_values import whole

CHILD = "mailer.feeds.reader_child"
BOUNDS = Bounds(memory=256 * 2**20, processor=1.8, patience=30.0)

T = TypeVar("T")


class Reader(Confined):
    """Reads documents one at a time; its child starts with the first one."""

    def __init__(self) -> None:
        super().__init__(CHILD, BOUNDS)

    def read(
        self, body: bytes, *, url: str, content_type: str | None = None, now: datetime
    ) -> ParsedFeed:
        """Return what a feed says, made safe, as `parse.parse_document` does.

        Raises FormatError when it is none, or asks for more time or memory than a feed may have.
        """
        head = {"url": url, "content_type": content_type, "now": now}
        return self._answer(head, body, "feed", ParsedFeed)

    def read_page(self, told: Draft, answer: Fetched, now: datetime) -> Draft:
        """Return a feed's article with what its page says, as `article_page.with_page` does.

        Raises FormatError when the page asks for more time or memory than one may have.
        """
        head = {"url": answer.url, "content_type": answer.content_type, "now": now, "draft": told}
        return self._answer(head, answer.body, "draft", Draft)

    def _answer(self, head: Object, body: bytes, name: str, kind: type[T]) -> T:
        """Ask the child, and return what it says under that name."""

        def believed(told: Object, _octets: bytes) -> T | FormatError:
            if told["error"] is not None:
                return FormatError(head["url"], excuse(told["error"]))
            return whole(kind, told[name])

        try:
            answer = self.ask(head, body, believed)
        except NoAnswer as why:
            raise FormatError(head["url"], str(why)) from why
        if isinstance(answer, FormatError):
            raise answer
        return answer
