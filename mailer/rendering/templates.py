"""The folder of mails, as pages; an owner's own templates are filled in by a child.

Ours are as good as the rest of the program. What an owner writes, or copies from somewhere, may
loop for ever or eat the memory: that happens to a process which is thrown away (`press_child`),
and the owner is told in which file and line.
"""

import os
import pickle
import time
import weakref
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock

from mailer.confined import Confined, Ended
from mailer.delivery.model import Notice
from mailer.editions.model import Newsletter
from mailer.errors import RenderError
from mailer.rendering.model import Page
from mailer.rendering.press import Press
from mailer.rendering.stories import DigestView
from mailer.tokens import LIFETIME, Purpose

NOTICES_KEPT = 64
CONFIRM_DAYS = LIFETIME[Purpose.CONFIRM].days
CHILD = "mailer.rendering.press_child"
MEMORY = 512 * 1024 * 1024  # octets of the child, all in all
PROCESSOR = 2.0  # seconds of work a page; an honest one takes a hundredth of that
PATIENCE = 60.0  # seconds by the clock on the wall, however busy the machine is
REMEMBERED = 30.0  # seconds: a notice that cannot be filled in is not tried for each reader


class Templates:
    """Three files a message: subject.txt, body.txt and body.html."""

    def __init__(self, folder: Path, theme: Path | None = None) -> None:
        """Take templates from the owner's `theme` first, file by file, and else from `folder`."""
        self._press = Press([folder]) if theme is None else Confinement([theme, folder])
        self._notice = lru_cache(NOTICES_KEPT)(self._render_notice)
        self._failed: dict[tuple[Notice, int, str], tuple[float, RenderError]] = {}

    def digest(self, view: DigestView) -> Page:
        """Return one variant of an edition, with slots; raise RenderError naming file and line."""
        values = {"digest": view, "newsletter": view.newsletter, "subject": view.subject}
        return self._press.page("digest", view.language, values)

    def notice(self, notice: Notice, newsletter: Newsletter, language: str) -> Page:
        """Return a small mail of a newsletter, with slots; raise RenderError."""
        key = (notice, newsletter.id, language)
        since, failure = self._failed.get(key, (0.0, None))
        if failure is not None and time.monotonic() < since + REMEMBERED:
            raise RenderError(failure.template, failure.reason, line=failure.line)
        try:
            return self._notice(notice, newsletter, language)
        except RenderError as why:
            self._failed[key] = (time.monotonic(), why)
            raise

    def _render_notice(self, notice: Notice, newsletter: Newsletter, language: str) -> Page:
        values = {"newsletter": newsletter, "confirm_days": CONFIRM_DAYS}
        return self._press.page(notice.value, language, values)


class Confinement:
    """A press in a process of its own: little memory, little time. Threads may share it."""

    def __init__(self, folders: list[Path]) -> None:
        self._folders = [str(folder) for folder in folders]
        self._lock = Lock()
        self._start()

    def _start(self) -> None:
        self._child = Confined(CHILD, PATIENCE)
        self._process = os.getpid()
        self._end = weakref.finalize(self, self._child.close)

    def page(self, name: str, language: str, values: Mapping[str, object]) -> Page:
        """Return a message, as `Press.page` does; raise RenderError, for too much work too."""
        head = {"folders": self._folders, "name": name, "language": language}
        with self._lock:
            if self._process != os.getpid():  # after a fork: the child answers who started it
                self._end.detach()
                self._start()
            try:
                told, octets = self._child.ask(head, pickle.dumps(dict(values)))
            except Ended as why:
                raise RenderError(f"{name}/", _in_words(why)) from why
        if told["error"] is not None:
            raise RenderError(*told["error"], line=told["line"])
        html = octets[: told["html"]].decode()
        return Page(told["subject"], html, octets[told["html"] :].decode())


def _in_words(why: Ended) -> str:
    """Say for a person what the child ended of."""
    if why.took_too_long:
        return f"it takes more than {PROCESSOR:g} seconds of work: no mail does"
    if why.kept_us_waiting:
        return f"it was not filled in within {PATIENCE:g} seconds"
    return f"it needs more than {MEMORY // 2**20} MB, or breaks the program that fills it in"
