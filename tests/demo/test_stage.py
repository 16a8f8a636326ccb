"""Everything the demo starts is there while it lasts and gone when it ends."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.demo.stage import NEWSLETTER, Stage
from mailer.demo.visitor import get
from mailer.errors import DemoError, StoreError, UsageError

# One stage takes seconds to set up, so what only looks at it shares one.
pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as running:
        yield running


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", f"/subscribe/{NEWSLETTER}"])
def test_the_program_answers(path: str, stage: Stage) -> None:
    assert get(stage.at.web + path).status == 200


def test_the_site_and_the_inbox_answer(stage: Stage) -> None:
    assert "The Strait Review" in get(f"{stage.at.site}/").text
    assert "Inbox" in get(f"{stage.at.inbox}/").text


def test_everything_is_on_loopback(stage: Stage) -> None:
    for url in (stage.at.site, stage.at.inbox, stage.at.web):
        assert url.startswith("http://127.0.0.1:")


def test_the_settings_are_for_nobody_elses_eyes(stage: Stage) -> None:
    assert stat.S_IMODE(stage.config.stat().st_mode) == 0o600


def test_the_newsletter_draws_from_three_feeds_in_three_sections(stage: Stage) -> None:
    with stage.mailer.store.read() as tx:
        sources = tx.newsletters.sources(tx.newsletters.by_slug(NEWSLETTER).id)

    assert [source.section for source in sources] == ["Harbour", "Science and nature", "Economy"]


def test_commands_work_on_it(stage: Stage) -> None:
    assert isinstance(stage.command("newsletters", "list"), list)


def test_a_failing_command_is_told_with_its_words(stage: Stage) -> None:
    with pytest.raises(DemoError, match=r"`mailer newsletters show nothing` failed: .*nothing"):
        stage.command("newsletters", "show", "nothing")


def test_settings_in_the_environment_are_for_another_installation(
    monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    monkeypatch.setenv("MAILER_WEB__PORT", "no port at all")

    assert stage.command("newsletters", "list")


def test_what_the_end_leaves_behind_is_nothing() -> None:
    with Stage() as stage:
        folder, url, service = stage.folder, stage.at.web, stage.service

    assert not folder.exists()
    assert service.returncode == 0
    with pytest.raises(DemoError):
        get(url)
    with pytest.raises(ProcessLookupError):
        os.killpg(service.pid, 0)


def test_a_given_folder_is_kept(tmp_path: Path) -> None:
    with Stage(tmp_path / "kept"):
        pass

    assert (tmp_path / "kept" / "mailer.db").exists()
    assert (tmp_path / "kept" / "config.toml").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")

    with pytest.raises(UsageError, match="is not empty"), Stage(tmp_path):
        pass

    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_database_that_is_away_ends_it_before_it_begins() -> None:
    with pytest.raises(StoreError), Stage(database_url="postgresql://nobody@127.0.0.1:1/none"):
        pass


def test_a_program_that_ended_by_itself_is_told_with_its_last_words() -> None:
    with Stage() as stage:
        stage.service.kill()
        stage.service.wait()

        with pytest.raises(DemoError, match="`mailer run` ended with -9"):
            stage.require_running()
