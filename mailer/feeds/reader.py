"""Feeds read in a process of their own, with little memory and little time.

A document is outside text, and what parses it is a hundred thousand lines by others. Whatever it
does to them (a minute of work, a gigabyte, a crash) happens to a child that is thrown away; the
next document gets another one.
"""

import json
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from datetime import datetime
from threading import Timer
from types import TracebackType
from typing import IO, Any, Self

from mailer.errors import FormatError
from mailer.feeds.model import Draft, Fetched, ParsedFeed

MEMORY = 256 * 1024 * 1024  # octets of the child, all in all
PROCESSOR = 1.8  # seconds of work a document
PATIENCE = 30.0  # seconds by the clock on the wall, however busy the machine is

Object = dict[str, Any]  # JSON that we wrote ourselves


class Reader:
    """Reads documents one at a time; its child starts with the first one.

    Leaving its `with` ends the child.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

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

    def _answer(self, head: Object, body: bytes) -> Object:
        """Ask the child, and return what it says."""
        url = head["url"]
        child = self._running()
        timer = Timer(PATIENCE, child.kill)
        timer.start()
        try:
            told = json.dumps({**head, "octets": len(body)}).encode()
            said = _ask(child, told + b"\n" + body)
        finally:
            timer.cancel()
        if not said:
            raise FormatError(url, self._died())
        answer: Object = json.loads(said)
        if answer["error"] is not None:
            raise FormatError(url, answer["error"])
        return answer

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            child, self._child = self._child, None
            child.kill()
            child.communicate()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "mailer.feeds.reader_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what went wrong is in the answer, or in its absence
                start_new_session=True,  # an operator's Ctrl-C is for us
            )
        return self._child

    def _died(self) -> str:
        """Let go of a child that ended, and say for a person what of."""
        assert self._child is not None  # noqa: S101 - one was asked a moment ago
        child, self._child = self._child, None
        child.communicate()
        if child.returncode == -signal.SIGPROF:
            return f"reading it takes more than {PROCESSOR:g} seconds of work: no feed does"
        if child.returncode == -signal.SIGKILL:
            return f"it could not be read within {PATIENCE:g} seconds"
        return f"it needs more than {MEMORY // 2**20} MB to be read, or breaks the reader"


def _ask(child: "subprocess.Popen[bytes]", question: bytes) -> bytes:
    """Return the line that the child answers; nothing when it ended."""
    asked, answers = _pipes(child)
    try:
        asked.write(question)
        asked.flush()
    except BrokenPipeError:
        return b""
    line = answers.readline()
    return line if line.endswith(b"\n") else b""


def _pipes(child: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    assert child.stdin is not None  # noqa: S101 - opened above
    assert child.stdout is not None  # noqa: S101
    return child.stdin, child.stdout


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
