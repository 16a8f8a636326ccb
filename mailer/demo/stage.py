"""Everything the demo needs, started together and ended together, on loopback and on free ports.

The sample site and the inbox run in threads of this process. The program itself runs as it does
anywhere else: `mailer run`, in a process of its own, with a configuration file of its own.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Self

from mailer.address import parse_address
from mailer.clock import SystemClock
from mailer.config.read import read
from mailer.demo.articles import Newsroom
from mailer.demo.sample_feeds import feed_path
from mailer.demo.sample_site import Looks, SignupForm, create_sample_site
from mailer.demo.serving import HOST, Served
from mailer.editions.model import Approval, Newsletter, Rhythm, Schedule
from mailer.errors import DemoError, UsageError
from mailer.inbox.letters import Letterbox
from mailer.inbox.pages import create_inbox
from mailer.inbox.smtp import start_smtp
from mailer.links import Links
from mailer.store.migrate import upgrade
from mailer.wiring import Mailer, build

NEWSLETTER = "strait"
NAME = "The Strait Review"
EVERY = timedelta(seconds=40)  # a new story, so that each minute's digest has one
READY_WITHIN = 90.0  # seconds
ENDS_WITHIN = 45.0  # seconds; a sender may finish what it has begun
LOG_TAIL = 15  # lines of the program's log that are shown when it did not start

CONFIG = """\
# Written by `mailer demo` for one run. A configuration of your own: `mailer init`.
[site]
secret_key = {secret}
base_url = {base_url}
name = {name}
data_dir = "."

[database]
{database}

[web]
port = {web_port}

[[relay]]
name = "inbox"
host = "{host}"
port = {smtp_port}
tls = "none"

[signup]
least_seconds = 0

[feeds]
interval = "5 s"
allow_networks = ["127.0.0.0/8"]

[jobs]
tick = "2 s"
"""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a person may look."""

    site: str
    inbox: str
    web: str
    smtp_port: int


class Stage:
    """The whole program with a site to read and a box to write to; leaving its `with` ends all."""

    def __init__(self, folder: Path | None = None, database_url: str | None = None) -> None:
        self._given_folder = folder
        self._database_url = database_url
        self._ending = ExitStack()
        self.clock = SystemClock()
        self.box = Letterbox(self.clock)
        self.opened_at = self.clock.now()
        self.newsroom = Newsroom(self.opened_at, EVERY)
        self.looks = Looks()

    def __enter__(self) -> Self:
        with ExitStack() as ending:
            self.folder = self._folder(ending)
            self.at = self._open_doors(ending)
            self.config = self._write_config()
            self.mailer = self._prepare(ending)
            self.service = self._start_service(ending)
            self._wait_until_ready()
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    @property
    def links(self) -> Links:
        """The addresses of the program's pages."""
        return self.mailer.links

    @property
    def log(self) -> Path:
        """What the program wrote to standard error."""
        return self.folder / "mailer.log"

    def command(self, *words: str) -> object:
        """Run one command of the program with `--json` and return what it printed.

        Raises DemoError when the command fails.
        """
        done = subprocess.run(
            [*self._program(), *words, "--json"],
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DemoError(f"`mailer {' '.join(words)}` failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def require_running(self) -> None:
        """Raise DemoError with the end of its log when the program has ended by itself."""
        code = self.service.poll()
        if code is not None:
            raise DemoError(f"`mailer run` ended with {code}{self.log_tail()}")

    def log_tail(self) -> str:
        """Return the end of the program's log, each line on one of its own."""
        lines = self.log.read_text("utf-8", "replace").splitlines()[-LOG_TAIL:]
        return "".join(f"\n  | {line}" for line in lines)

    def _folder(self, ending: ExitStack) -> Path:
        if self._given_folder is None:
            return Path(ending.enter_context(TemporaryDirectory(prefix="mailer-demo-")))
        self._given_folder.mkdir(parents=True, exist_ok=True)
        if any(self._given_folder.iterdir()):
            raise UsageError(
                f"{self._given_folder} is not empty",
                help="the demo begins from nothing; give it a new folder",
            )
        return self._given_folder.resolve()

    def _open_doors(self, ending: ExitStack) -> Addresses:
        web = f"http://{HOST}:{_free_port()}"
        smtp = ending.enter_context(start_smtp(self.box, HOST))
        inbox = ending.enter_context(Served(create_inbox(self.box)))
        form = SignupForm(web, NEWSLETTER)
        site = ending.enter_context(
            Served(create_sample_site(self.newsroom, self.clock, form, self.looks))
        )
        return Addresses(site.url, inbox.url, web, smtp.port)

    def _write_config(self) -> Path:
        path = self.folder / "config.toml"
        url = self._database_url
        path.touch(mode=0o600)  # it holds a secret
        path.write_text(
            CONFIG.format(
                secret=json.dumps(secrets.token_urlsafe(32)),
                base_url=json.dumps(self.at.web),
                name=json.dumps(NAME),
                database="" if url is None else f"url = {json.dumps(url)}",
                web_port=self.at.web.rpartition(":")[2],
                host=HOST,
                smtp_port=self.at.smtp_port,
            )
        )
        return path

    def _prepare(self, ending: ExitStack) -> Mailer:
        """Make the tables, the newsletter, and its three feeds."""
        mailer = build(read(self.config, {}), self.clock)
        ending.callback(mailer.store.close)
        upgrade(mailer.store)
        now = self.clock.now()
        with mailer.store.write() as tx:
            newsletter = tx.newsletters.add(self._newsletter())
            for outlet in self.newsroom.outlets.values():
                feed = tx.feeds.add(self.at.site + feed_path(outlet), now)
                tx.newsletters.add_source(newsletter.id, feed.id, outlet.section)
        return mailer

    def _newsletter(self) -> Newsletter:
        return Newsletter(
            id=0,
            slug=NEWSLETTER,
            name=NAME,
            description="The new stories of three newsrooms in one mail.",
            sender=parse_address("review@strait.example"),
            reply_to=parse_address("desk@strait.example"),
            postal_address="The Strait Review, 1 Quay Street, Northhaven",
            language="en",
            schedule=Schedule(Rhythm.MINUTELY, 0, 0, "UTC"),
            approval=Approval.AUTOMATIC,
            max_stories=12,
            public=True,
            created_at=self.clock.now(),
        )

    def _start_service(self, ending: ExitStack) -> "subprocess.Popen[bytes]":
        log = ending.enter_context(self.log.open("ab"))
        service = subprocess.Popen(
            [*self._program(), "run"],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C is for us: the program is ended by us, in order and not in a hurry.
            start_new_session=True,
        )
        ending.callback(_end, service)
        return service

    def _program(self) -> list[str]:
        return [sys.executable, "-P", "-m", "mailer", "--config", str(self.config)]

    def _wait_until_ready(self) -> None:
        deadline = monotonic() + READY_WITHIN
        while not _is_ready(self.at.web):
            self.require_running()
            if monotonic() > deadline:
                raise DemoError(
                    f"`mailer run` was not ready within {READY_WITHIN:.0f} s{self.log_tail()}"
                )
            _pause(self.service, 0.1)


def _environment() -> dict[str, str]:
    """Return this process's environment without settings meant for another installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAILER_")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_ready(web: str) -> bool:
    connection = HTTPConnection(web.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _pause(service: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Wait a moment, or until the program has ended."""
    try:
        service.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _end(service: "subprocess.Popen[bytes]") -> None:
    """End the program, and what it started: when it was killed itself, that would outlive it."""
    service.terminate()
    with suppress(subprocess.TimeoutExpired):
        service.wait(ENDS_WITHIN)
    deadline = monotonic() + ENDS_WITHIN
    with suppress(ProcessLookupError):  # nobody of its group is left
        while monotonic() < deadline:
            os.killpg(service.pid, signal.SIGKILL)  # it leads its group
            service.poll()
            sleep(0.01)
