"""Feeds read in a process of their own, with little memory and little time."""

from dataclasses import asdict, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from mailer.confined import Confined, Ended, Object
from mailer.errors import FormatError
from mailer.feeds.model import Draft, Fetched, ParsedFeed

CHILD = "mailer.feeds.reader_child"
MEMORY = 256 * 1024 * 1024  # octets of the child, all in all
PROCESSOR = 1.8  # seconds of work a document
PATIENCE = 30.0  # seconds by the clock on the wall, however busy the machine is


class Reader:
    """Reads documents one at a time; its child starts with the first one.

    Leaving its `with` ends the child.
    """

    def __init__(self) -> None:
        self._child = Confined(CHILD, PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def read(
        self, body: bytes, *, url: str, content_type: str | None = None, now: datetime
    ) -> ParsedFeed:
        """Return what a feed says, made safe, as `parse.parse_document` does.

        Raises FormatError when it is none, or asks for more time or memory than a feed may have.
        """
        head = {"url": url, "content_type": content_type, "now": now.isoformat()}
        return decoded(self._answer(head, body)["feed"])

    def read_page(self, told: Draft, answer: Fetched, now: datetime) -> Draft:
        """Return a feed's article with what its page says, as `article_page.with_page` does.

        Raises FormatError when the page asks for more time or memory than one may have.
        """
        head = {
            "url": answer.url,
            "content_type": answer.content_type,
            "now": now.isoformat(),
            "draft": encoded_draft(told),
        }
        return decoded_draft(self._answer(head, answer.body)["draft"])

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def _answer(self, head: Object, body: bytes) -> Object:
        """Ask the child, and return what it says."""
        url = head["url"]
        try:
            answer, _ = self._child.ask(head, body)
        except Ended as why:
            raise FormatError(url, _in_words(why)) from why
        if answer["error"] is not None:
            raise FormatError(url, answer["error"])
        return answer


def _in_words(why: Ended) -> str:
    """Say for a person what a child ended of."""
    if why.took_too_long:
        return f"reading it takes more than {PROCESSOR:g} seconds of work: no feed does"
    if why.kept_us_waiting:
        return f"it could not be read within {PATIENCE:g} seconds"
    return f"it needs more than {MEMORY // 2**20} MB to be read, or breaks the reader"


def encoded(feed: ParsedFeed) -> Object:
    """Return a parsed feed as JSON can hold it."""
    return {**asdict(replace(feed, drafts=())), "drafts": list(map(encoded_draft, feed.drafts))}


def encoded_draft(draft: Draft) -> Object:
    """Return a draft as JSON can hold it."""
    moment = draft.published_at
    return {**asdict(draft), "published_at": None if moment is None else moment.isoformat()}


def decoded(told: Object) -> ParsedFeed:
    """Return the parsed feed that `encoded` made JSON of."""
    return ParsedFeed(**{**told, "drafts": tuple(decoded_draft(one) for one in told["drafts"])})


def decoded_draft(told: Object) -> Draft:
    """Return the draft that `encoded_draft` made JSON of."""
    moment = told["published_at"]
    return Draft(
        **{
            **told,
            "published_at": None if moment is None else datetime.fromisoformat(moment),
            "topics": tuple(told["topics"]),
        }
    )
