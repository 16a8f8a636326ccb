"""Chromium without a window, that draws a document of ours and asks nobody for anything.

Spoken to over a pipe, in the Chrome DevTools Protocol: JSON, each message ended by a zero byte
(`--remote-debugging-pipe`: it reads from descriptor 3 and writes to 4). So no port is opened.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import monotonic

from mailer.errors import BrowserError

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    *("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-extensions", "--remote-debugging-pipe", "--no-startup-window"),
)
PATIENCE = 30.0  # seconds for one answer
TALLEST = 16_000  # pixels; no mail is, and larger pictures cannot be had
PAGE = "http://mail.invalid/"  # a name that no resolver knows (RFC 2606)
AWAY = 10  # descriptors are moved up to here, away from 3 and 4

Message = Mapping[str, object]
Picture = Callable[[str], tuple[str, bytes] | None]  # of an address: media type and content


def find_chromium() -> str:
    """Return the browser's program; raise BrowserError when there is none."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        raise BrowserError(
            "pictures of an edition need Chromium, and it is not here",
            help="on Debian: apt install chromium; --html and --eml need no browser",
        )
    return found


@contextmanager
def chromium() -> Iterator["Chromium"]:
    """Run a browser with a profile of its own, and leave nothing of either behind."""
    program = find_chromium()
    with tempfile.TemporaryDirectory(prefix="mailer-shots-", ignore_cleanup_errors=True) as profile:
        running = Chromium(program, profile)
        try:
            yield running
        finally:
            running.end()


class Chromium:
    """One running browser."""

    def __init__(self, program: str, profile: str) -> None:
        told, hears = (_moved(end) for end in os.pipe())
        says, heard = (_moved(end) for end in os.pipe())
        command = [program, *QUIET, f"--user-data-dir={profile}"]
        if os.geteuid() == 0:  # its sandbox refuses to start for root; scripts are off anyway
            command.append("--no-sandbox")
        self._process = os.posix_spawn(
            program,
            command,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, told, 3),
                (os.POSIX_SPAWN_DUP2, heard, 4),
            ],
            setpgroup=0,
        )
        os.close(told)
        os.close(heard)
        self._to, self._from = hears, says
        self._read = b""
        self._number = 0

    def draw(self, html: str, width: int, *, dark: bool = False, picture: Picture) -> bytes:
        """Return a document as a PNG, as wide as told and as high as it is.

        `picture` gives what is at an address; what it does not know is not there. Nothing is
        fetched, and no script runs. Raises BrowserError.
        """
        target = self._ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self._ask("Target.attachToTarget", {"targetId": target, "flatten": True})
        tab = _Tab(self, str(attached["sessionId"]), html, picture)
        try:
            return tab.draw(width, dark=dark)
        finally:
            self._ask("Target.closeTarget", {"targetId": target})

    def end(self) -> None:
        """End the browser and its children."""
        os.close(self._to)
        os.close(self._from)
        with suppress(ProcessLookupError):  # it died before
            os.killpg(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)

    def _ask(self, method: str, values: Message) -> Message:
        return self.wait_for(self.say(method, values))

    def say(self, method: str, values: Message, session: str | None = None) -> int:
        """Send a command; return its number."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": values}
        if session is not None:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self._to, data) :]
        except BrokenPipeError as why:
            raise BrowserError("Chromium ended before it had drawn anything") from why
        return self._number

    def wait_for(self, number: int, heard: Callable[[Message], None] | None = None) -> Message:
        """Return the answer to a command; what else comes meanwhile goes to `heard`."""
        while True:
            message = self.next()
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserError(f"Chromium: {message['error']}")
                return _object(message["result"])
            if heard is not None:
                heard(message)

    def next(self) -> Message:
        """Return what the browser says next; raise BrowserError when that takes too long."""
        until = monotonic() + PATIENCE
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._from], [], [], max(0.0, until - monotonic()))
            data = os.read(self._from, 1 << 16) if ready else b""
            if not data:
                raise BrowserError("Chromium says nothing more", help="try `chromium --version`")
            self._read += data
        first, _, self._read = self._read.partition(b"\0")
        return _object(json.loads(first))


class _Tab:
    """One document being drawn."""

    def __init__(self, browser: Chromium, session: str, html: str, picture: Picture) -> None:
        self._browser = browser
        self._session = session
        self._html = html
        self._picture = picture
        self._loaded = False

    def draw(self, width: int, *, dark: bool) -> bytes:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Page.enable")
        self._ask("Fetch.enable", patterns=[{"urlPattern": "*"}])
        self._ask("Emulation.setScriptExecutionDisabled", value=True)
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        self._size(width, 800)
        self._ask("Page.navigate", url=PAGE)
        while not self._loaded:
            self._heard(self._browser.next())
        whole = _object(self._ask("Page.getLayoutMetrics")["cssContentSize"])
        height = min(TALLEST, max(1, int(float(str(whole["height"])))))
        self._size(width, height)
        shot = self._ask("Page.captureScreenshot", format="png")
        return base64.b64decode(str(shot["data"]))

    def _size(self, width: int, height: int) -> None:
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def _ask(self, method: str, **values: object) -> Message:
        number = self._browser.say(method, values, self._session)
        return self._browser.wait_for(number, self._heard)

    def _heard(self, message: Message) -> None:
        match message.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Fetch.requestPaused":
                self._answer(_object(message["params"]))

    def _answer(self, asked: Message) -> None:
        """Give the browser the document, or a picture, or nothing."""
        url = str(_object(asked["request"])["url"])
        page = ("text/html; charset=utf-8", self._html.encode())
        is_ours = url.startswith(PAGE)  # the document, or the icon it might have
        found = (page if url == PAGE else None) if is_ours else self._picture(url)
        known = {"requestId": asked["requestId"]}
        if found is None:
            missing = {**known, "errorReason": "BlockedByClient"}
            self._browser.say("Fetch.failRequest", missing, self._session)
            return
        kind, content = found
        answer = {
            **known,
            "responseCode": 200,
            "responseHeaders": [{"name": "Content-Type", "value": kind}],
            "body": base64.b64encode(content).decode(),
        }
        self._browser.say("Fetch.fulfillRequest", answer, self._session)


def _moved(descriptor: int) -> int:
    """Return the descriptor under a higher number, closed when another program is started."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, AWAY)
    os.close(descriptor)
    return moved


def _object(value: object) -> Message:
    if not isinstance(value, dict):
        raise BrowserError(f"Chromium said {value!r}, which is no object")
    return value
