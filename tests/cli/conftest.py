"""An installation in a folder, and the command as an operator types it."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailer.cli.main import run

CONFIG = """\
[site]
secret_key = "a secret for tests, long enough to be one"
base_url = "https://news.example.org"
data_dir = "."

[feeds]
allow_networks = ["127.0.0.0/8"]
look_again_seconds = 0

[[relay]]
name = "fake"
host = "127.0.0.1"
port = {relay_port}
tls = "none"
"""


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Operator:
    """Somebody who types commands for one installation."""

    def __init__(self, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.config = config
        self._capsys = capsys

    def __call__(self, *words: str | Path | int) -> Told:
        """Type `mailer --config FILE …`, whatever comes of it."""
        self._capsys.readouterr()
        code = run(["--config", str(self.config), *map(str, words)])
        said = self._capsys.readouterr()
        return Told(code, said.out, said.err)

    def does(self, *words: str | Path | int) -> Told:
        """Type a command that must succeed."""
        told = self(*words)
        assert told.code == 0, told.err or told.out
        return told

    def json(self, *words: str | Path | int) -> Any:
        """Type a command with `--json` that must succeed, and return what it printed."""
        return self.does(*words, "--json").json


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sends the logs of its process to its standard error, which ends with the test."""
    root, ours = logging.getLogger(), logging.getLogger("mailer")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = before


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings whose relay is away, for commands that send nothing."""
    path = tmp_path / "config.toml"
    path.touch(mode=0o600)
    path.write_text(CONFIG.format(relay_port=9))
    return path


@pytest.fixture
def anywhere(config: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    """An operator with settings and no database yet."""
    return Operator(config, capsys)


@pytest.fixture
def mailer(anywhere: Operator, sqlite_url: str) -> Operator:
    """An operator of an empty installation, on a migrated SQLite file beside the settings."""
    assert sqlite_url.endswith("/mailer.db")
    return anywhere


@pytest.fixture
def brief(mailer: Operator) -> str:
    """The short name of a newsletter at 07:00 in Berlin."""
    mailer.does(
        *("newsletters", "create", "brief", "--name", "The Harbour Brief"),
        *("--sender", "brief@news.example.org", "--zone", "Europe/Berlin"),
        *("--postal-address", "1 Quay Street, Northhaven"),
    )
    return "brief"
