"""From nothing to a working installation."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mailer.config.read import read
from tests.cli.conftest import Operator

GIVEN = (
    *("--newsletter", "harbour-brief", "--sender", "brief@news.example.org"),
    *("--base-url", "https://news.example.org"),
    *("--relay", "smtp://ada:p%40ss%22word@smtp.example.org:2525"),
    *("--feed", "https://post.example/feed.xml"),
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "a site"


@pytest.fixture
def there(site: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    """Somebody who types commands with the settings that will be in `site`."""
    return Operator(site / "config.toml", capsys)


def test_nothing_asked_and_a_working_installation_left(there: Operator, site: Path) -> None:
    there.does("init", "--yes", "--dir", site, *GIVEN)

    assert there.json("db", "status")["current"] is True
    (newsletter,) = there.json("newsletters", "list")
    (feed,) = there.json("feeds", "list")
    assert (newsletter["slug"], newsletter["name"]) == ("harbour-brief", "Harbour Brief")
    assert newsletter["sender"] == "brief@news.example.org"
    assert (feed["url"], feed["newsletters"]) == (
        "https://post.example/feed.xml",
        ["harbour-brief"],
    )


def test_the_settings_say_what_was_said(there: Operator, site: Path) -> None:
    there.does("init", "--yes", "--dir", site, *GIVEN)

    settings = read(there.config, {})

    (relay,) = settings.relay
    assert settings.site.base_url == "https://news.example.org"
    assert (relay.host, relay.port, relay.tls) == ("smtp.example.org", 2525, "starttls")
    assert relay.username == "ada"
    assert relay.password is not None
    assert relay.password.value == 'p@ss"word'


def test_secrets_are_fresh_and_for_the_owners_eyes(there: Operator, site: Path) -> None:
    there.does("init", "--yes", "--dir", site)
    there.does("init", "--yes", "--dir", site / "other")

    texts = [(folder / "config.toml").read_text() for folder in (site, site / "other")]
    keys = {tomllib.loads(text)["site"]["secret_key"] for text in texts}

    assert len(keys) == 2
    assert there.config.stat().st_mode & 0o777 == 0o600
    assert (site / "data").stat().st_mode & 0o777 == 0o700


def test_what_is_not_said_gets_its_default(there: Operator, site: Path) -> None:
    told = there.does("init", "--yes", "--dir", site)

    assert [one["slug"] for one in there.json("newsletters", "list")] == ["brief"]
    assert there.json("feeds", "list") == []
    assert read(there.config, {}).relay[0].tls == "none"
    assert "feeds add URL --newsletter brief" in told.out


def test_it_says_what_to_do_next(there: Operator, site: Path) -> None:
    told = there.does("init", "--yes", "--dir", site, *GIVEN)

    for command in ("newsletters edit harbour-brief", "feeds gather", "run"):
        assert f"mailer --config {site / 'config.toml'} {command}" in told.out
    assert "p@ss" not in told.out


def test_nothing_is_overwritten(there: Operator, site: Path) -> None:
    there.does("init", "--yes", "--dir", site, *GIVEN)
    before = there.config.read_bytes()

    told = there("init", "--yes", "--dir", site)

    assert told.code == 2
    assert "exists already" in told.err
    assert there.config.read_bytes() == before


def test_all_that_is_wrong_is_named_at_once_and_nothing_is_made(
    there: Operator, site: Path
) -> None:
    told = there(
        *("init", "--yes", "--dir", site, "--newsletter", "The Brief", "--sender", "nobody"),
        *("--base-url", "news", "--relay", "smtp.example.org", "--feed", "feed.xml"),
    )

    assert told.code == 2
    for option in ("--newsletter", "--sender", "--base-url", "--relay", "--feed"):
        assert f"{option}: " in told.err
    assert not site.exists()


def test_what_only_the_settings_can_refuse_leaves_nothing_behind(
    there: Operator, site: Path
) -> None:
    wrong = there("init", "--yes", "--dir", site, "--base-url", "https://news.example.org/?x=1")
    assert wrong.code == 2
    assert "site.base_url" in wrong.err

    there.does("init", "--yes", "--dir", site, *GIVEN)


def test_what_is_not_said_is_asked_until_the_answer_is_right(tmp_path: Path) -> None:
    answers = [
        *("The Brief", "brief"),
        *("nobody", "brief@example.org"),
        *("", "smtp://127.0.0.1:2525", ""),
    ]

    done = subprocess.run(
        [sys.executable, "-m", "mailer", "init"],
        cwd=tmp_path,
        input="\n".join(answers) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "'The Brief' is not a short name" in done.stderr
    assert "This is not an e-mail address" in done.stderr
    settings = read(tmp_path / "config.toml", {})
    assert (settings.relay[0].port, settings.site.base_url) == (2525, "http://127.0.0.1:8080")
    assert "\n  mailer run " in done.stdout


def test_when_nobody_answers_nothing_is_made(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mailer", "init"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.endswith(
        "mailer: nobody answered; nothing was made\n  --yes says so beforehand\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(there: Operator, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    told = there("init", "--yes", "--dir", tmp_path / "file" / "site")

    assert told.code == 1
    assert str(tmp_path / "file") in told.err
    assert len(told.err.splitlines()) == 1


SMALL_DISK = """
import resource, signal, sys
from mailer.cli.main import run

sys.dont_write_bytecode = True  # half a file of it would be read by the next program
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(run(["init", "--yes"]))
"""


@pytest.mark.parametrize("room", [100, 10_000], ids=["not the settings", "not the database"])
def test_what_a_full_disk_did_not_take_is_not_half_there(tmp_path: Path, room: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(room)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert done.stderr.startswith("mailer: ")
    assert not (tmp_path / "config.toml").exists()
