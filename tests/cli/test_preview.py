"""`mailer editions preview`: an edition looked at before it is sent."""

import shutil
from email import message_from_bytes
from pathlib import Path

import pytest

from mailer.checks.clients import VIEWS
from tests.cli.conftest import Operator
from tests.cli.test_articles import full, site
from tests.conftest import require

__all__ = ["full", "site"]


@pytest.fixture
def edition(full: Operator) -> int:
    """The id of an edition that nobody has got."""
    return int(full.json("editions", "compose", "--newsletter", "brief")["id"])


def test_its_parts_are_printed_and_its_bytes_written(
    full: Operator, edition: int, tmp_path: Path
) -> None:
    html = full.does("editions", "preview", edition, "--html").out
    text = full.does("editions", "preview", edition, "--text").out
    full.does("editions", "preview", edition, "--eml", tmp_path / "eml")

    (path,) = (tmp_path / "eml").iterdir()
    message = message_from_bytes(path.read_bytes())
    assert html.lower().startswith("<!doctype html>")
    assert "<" not in text.splitlines()[0]
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]


@pytest.mark.browser
def test_every_view_of_it_is_drawn(full: Operator, edition: int, tmp_path: Path) -> None:
    require(shutil.which("chromium"), "Chromium (Debian: chromium)")

    said = full.does("editions", "preview", edition, "--shots", tmp_path / "shots")

    assert {path.stem for path in (tmp_path / "shots").iterdir()} == {view.name for view in VIEWS}
    assert len(said.lines) == len(VIEWS)


def test_without_a_browser_it_says_what_to_do(
    full: Operator, edition: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    told = full("editions", "preview", edition, "--shots", tmp_path / "shots")

    assert told.code == 1
    assert "need Chromium" in told.err
    assert "--html and --eml need no browser" in told.err


def test_it_opens_in_the_browser_of_the_machine(
    full: Operator, edition: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")

    said = full.does("editions", "preview", edition, "--open").out

    path = Path(said.removeprefix("Wrote ").strip())
    assert seen.read_text().strip() == path.as_uri()
    assert path.read_text().lower().startswith("<!doctype html>")
    shutil.rmtree(path.parent)


def test_it_asks_what_to_look_at(full: Operator, edition: int) -> None:
    told = full("editions", "preview", edition)

    assert told.code == 2
    assert "--shots" in told.err
