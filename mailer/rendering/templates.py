"""The folder of mails, as pages; an owner's own templates are filled in by a child.

Ours are as good as the rest of the program. What an owner writes, or copies from somewhere, may
loop for ever or eat the memory: that happens to a process which is thrown away (`press_child`),
and the owner is told in which file and line.
"""

import os
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from mailer.confined import Bounds, Broke, Confined, Ended, Object, excuse
from mailer.delivery.model import Memo, Notice
from mailer.editions.model import Newsletter
from mailer.errors import RenderError
from mailer.plain_values import whole
from mailer.rendering.model import Page, is_unspaced
from mailer.rendering.press import Press
from mailer.rendering.stories import DigestView
from mailer.tokens import LIFETIME, Purpose

NOTICES_KEPT = 64
CONFIRM_DAYS = LIFETIME[Purpose.CONFIRM].days
CHILD = "mailer.rendering.press_child"
BOUNDS = Bounds(memory=512 * 2**20, processor=2.0, patience=60.0)  # a page takes a hundredth
REMEMBERED = 30.0  # seconds: a notice that cannot be filled in is not tried for each reader

# What a template finds under each name; a mail has some of them.
GIVEN: Mapping[str, type] = {
    "digest": DigestView,
    "newsletter": Newsletter,
    "subject": str,
    "confirm_days": int,
    "memo": Memo,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What a child says of a template that could not be filled in."""

    template: str
    reason: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Printed:
    """What a child says of a page; HTML and text are its octets."""

    subject: str
    html: int  # octets; the text stands behind them


class Templates:
    """Three files a message: subject.txt, body.txt and body.html."""

    def __init__(self, folder: Path, theme: Path | None = None) -> None:
        """Take templates from the owner's `theme` first, file by file, and else from `folder`."""
        self._press = Press([folder]) if theme is None else Confinement([theme, folder])
        self._notice = lru_cache(NOTICES_KEPT)(self._render_notice)
        self._failed: dict[tuple[Notice, int, str, Memo | None], tuple[float, RenderError]] = {}

    def digest(self, view: DigestView) -> Page:
        """Return one variant of an edition, with slots; raise RenderError naming file and line."""
        values = {"digest": view, "newsletter": view.newsletter, "subject": view.subject}
        return self._press.page("digest", view.language, values)

    def notice(
        self, notice: Notice, newsletter: Newsletter, language: str, memo: Memo | None = None
    ) -> Page:
        """Return a small mail of a newsletter, with slots; raise RenderError.

        `memo` is what it says, where that is the operator's.
        """
        key = (notice, newsletter.id, language, memo)
        since, failure = self._failed.get(key, (0.0, None))
        if failure is not None and time.monotonic() < since + REMEMBERED:
            raise RenderError(failure.template, failure.reason, line=failure.line)
        try:
            return self._notice(notice, newsletter, language, memo)
        except RenderError as why:
            self._failed[key] = (time.monotonic(), why)
            raise

    def _render_notice(
        self, notice: Notice, newsletter: Newsletter, language: str, memo: Memo | None
    ) -> Page:
        values: dict[str, object] = {"newsletter": newsletter, "confirm_days": CONFIRM_DAYS}
        if memo is not None:
            values["memo"] = memo
        return self._press.page(notice.value, language, values)


class Confinement:
    """A press in a process of its own: little memory, little time. Threads may share it."""

    def __init__(self, folders: list[Path]) -> None:
        self._folders = [str(folder) for folder in folders]
        self._lock = Lock()
        self._start()

    def _start(self) -> None:
        self._child = Confined(CHILD, BOUNDS)
        self._process = os.getpid()
        self._end = weakref.finalize(self, self._child.close)

    def page(self, name: str, language: str, values: Mapping[str, object]) -> Page:
        """Return a message, as `Press.page` does; raise RenderError, for too much work too."""
        head = {
            "folders": self._folders,
            "name": name,
            "language": language,
            "values": dict(values),
        }
        with self._lock:
            if self._process != os.getpid():  # after a fork: the child answers who started it
                self._end.detach()
                self._start()
            try:
                told = self._child.ask(head, b"", _believed)
            except Broke as why:  # its styles, or the time was over between two templates
                raise RenderError(f"{name}/", why.reason) from why
            except Ended as why:
                raise RenderError(f"{name}/", str(why)) from why
        if isinstance(told, RenderError):
            raise told
        return Page(*told, is_unspaced(language))


def _believed(head: Object, octets: bytes) -> tuple[str, str, str] | RenderError:
    """Return subject, HTML and text, or what was wrong with a template."""
    if head["fault"] is not None:
        fault = whole(Fault, head["fault"])
        return RenderError(excuse(fault.template), excuse(fault.reason), line=fault.line)
    told = whole(Printed, head["printed"])
    if told.subject != " ".join(told.subject.split()) or not 0 <= told.html <= len(octets):
        raise ValueError("no press says that")
    return told.subject, octets[: told.html].decode(), octets[told.html :].decode()
