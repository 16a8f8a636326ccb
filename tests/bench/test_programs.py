"""Each program that measures runs from end to end: what is started once a quarter must not rot."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import require
from tests.fakes.postgres import PostgresServer

ROOT = Path(__file__).parents[2]


def run(program: str, *words: str | Path) -> str:
    command = [sys.executable, "-m", f"bench.{program}", *(str(word) for word in words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.postgres
def test_every_sender_stands_in_one_table(tmp_path: Path, postgres_server: PostgresServer) -> None:
    require(shutil.which("smtp-source"), "smtp-source (Debian: postfix)")
    plot, server = tmp_path / "bars.svg", postgres_server.url("postgres")

    sizes = ("--messages", "64", "--slow-messages", "80", "--rounds", "1")
    told = run("send", *sizes, "--postgres", server, "--plot", plot)

    assert told.count("| mailer ") == told.count("| --- ") == 5
    for name in ("mailer, PostgreSQL", "smtp-source", "smtplib", "aiosmtplib", "raw signing"):
        assert f"| {name} " in told
    assert plot.read_text().startswith("<svg")


def test_signatures_alone_are_counted() -> None:
    found = json.loads(run("signing", "--signatures", "10", "--processes", "2"))

    assert found["messages"] == 10
    assert found["seconds"] > 0


def test_what_kills_double_is_counted_and_nothing_is_lost() -> None:
    found = json.loads(run("kills", "--kills", "2", "--readers", "600").splitlines()[-1])

    assert found["kills"] == 2
    assert 0 <= found["doubled"] <= 2 * 2 * 4
    assert found["lost"] == 0


def test_feeds_are_looked_at_in_two_rounds() -> None:
    told = run("gather", "--feeds", "8").splitlines()

    assert told[0].startswith("with news: 8 feeds, 40 new articles")
    assert told[1].startswith("unchanged: 8 feeds, 0 new articles")


def test_stories_are_found_in_three_sizes() -> None:
    assert run("stories", "--articles", "50").count(" stories: ") == 3


def test_our_reader_is_scored_beside_feedparser() -> None:
    told = run("corpus", ROOT / "tests" / "data" / "feeds")

    assert "read" in told
    assert "entries" in told


@pytest.mark.postgres
@pytest.mark.parametrize("server", ["sqlite", "postgres"])
def test_planning_is_measured_beside_a_plain_insert(
    server: str, request: pytest.FixtureRequest
) -> None:
    words = ["--readers", "50", "--due", "10", "--rounds", "1"]
    if server == "postgres":
        words += ["--postgres", request.getfixturevalue("postgres_server").url("postgres")]

    told = run("plan", *words)

    assert told.startswith(f"{server}")
    assert [told.count(f"| {name} |") for name in ("plan", "nobody is due")] == [1, 1]


@pytest.mark.postgres
@pytest.mark.parametrize("server", ["sqlite", "postgres"])
def test_signups_are_counted_and_none_is_lost(server: str, request: pytest.FixtureRequest) -> None:
    require(shutil.which("wrk"), "wrk (Debian: wrk)")
    words = ["--seconds", "1", "--bodies", "2000"]
    if server == "postgres":
        words += ["--postgres", request.getfixturevalue("postgres_server").new_database()]

    told = run("signup", *words)

    assert told.startswith(server)
    assert " 0 otherwise; " in told
    assert " 0 lost" in told


def test_answers_for_addresses_in_all_states_are_timed_side_by_side() -> None:
    told = run("alike", "--each", "2")

    assert told.count(" ms | p ") == 9


def test_variants_are_rendered_in_three_sizes_and_many_languages() -> None:
    told = run("render", "--seconds", "0.1", "--variants", "13")

    assert told.count(" stories: ") == 3
    assert "13 distinct variants" in told
