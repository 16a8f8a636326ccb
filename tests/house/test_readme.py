"""Every command in the README does what the README says, on a copy of this checkout."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import EVERYTHING, require
from tests.fakes.feed_server import FeedServer
from tests.fakes.postgres import free_port
from tests.fakes.smtp_server import SmtpServer

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Blog</title>
<link>https://blog.example.org/</link><item><title>The ferry sails again</title>
<link>https://blog.example.org/ferry</link><guid>1</guid>
<description>Crews and owners agreed on Monday night after nine hours of talks.</description>
</item></channel></rss>"""
# These ask for another machine than a test has: a service manager, a container engine, root.
ELSEWHERE = ("sudo ", "docker ")
# These stay until somebody presses Ctrl-C; by this word one knows that they have begun.
STAYS = {"script/demo\n": "Ctrl-C ends it", "mailer run\n": "sender.started"}


@dataclass
class Reader:
    """Somebody who types what the README says, with their own servers' addresses put in."""

    folder: Path
    relay: SmtpServer
    feed: str

    def type(self, block: str) -> str:
        """Run one block in the shell and folder that the blocks before it left."""
        text = block.replace(
            "smtp://me:secret@smtp.example.org:587", f"smtp://127.0.0.1:{self.relay.port}"
        )
        text = text.replace("https://blog.example.org/feed.xml", self.feed)
        lines = [
            f"cd {self._state('folder', str(self.folder))!r}",
            "shopt -s expand_aliases",
            "alias mailer=../.venv/bin/mailer",
            text,
            f'pwd > "{self.folder}/folder.state"',
        ]
        begun = subprocess.Popen(
            ["bash", "-euc", "\n".join(lines)],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert begun.stdout is not None
        told = ""
        for line in begun.stdout:
            told += line
            if STAYS.get(block, line + "more") in line:
                os.killpg(begun.pid, signal.SIGINT)
        begun.stdout.close()
        assert begun.wait(60) in {0, 130, -signal.SIGINT}, f"{block}\n{told}"
        return told

    def _state(self, name: str, default: str) -> str:
        path = self.folder / f"{name}.state"
        return path.read_text().strip() if path.exists() else default

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "MAILER_FEEDS__ALLOW_NETWORKS": "127.0.0.0/8",
            "MAILER_WEB__PORT": str(free_port()),
            "PYTEST_ADDOPTS": "--collect-only -q",
        }


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    folder = tmp_path / "a checkout with a space"
    ours = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, ours):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    with SmtpServer() as relay, FeedServer() as feeds:
        feeds.serve("/feed.xml", FEED, content_type="application/rss+xml")
        yield Reader(folder, relay, feeds.url("/feed.xml"))


# Two installations by pip are nine tenths of it: two minutes alone, five beside the other tests.
@pytest.mark.timeout(500)
def test_every_command_block_of_the_readme_works(reader: Reader) -> None:
    require(EVERYTHING, "the package index, to install from the lock file")
    outputs = {block: reader.type(block) for kind, block in BLOCKS if kind == "sh"}

    (message,) = reader.relay.messages
    assert b"The ferry sails again" in message.content
    assert "http://127.0.0.1:" in outputs["script/demo\n"]


def test_what_no_test_can_run_is_about_another_machine() -> None:
    commands = [line for kind, block in BLOCKS if kind == "console" for line in block.splitlines()]

    assert commands
    assert all(line.removeprefix("$ ").startswith(ELSEWHERE) for line in commands)
    assert {kind for kind, _ in BLOCKS} <= {"sh", "console", "html"}


def test_the_documents_link_to_files_that_exist() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text())
        if "://" not in link
    ]

    assert [link for page, link in links if not (page.parent / link).exists()] == []
