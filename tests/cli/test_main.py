"""The trunk: help for everything, errors in one line, exit codes that scripts can trust."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mailer.cli.main import mailer as trunk
from tests.cli.conftest import Operator

WANTED = {
    "init", "run", "serve", "schedule", "work", "demo", "status", "receive",
    "newsletters list", "newsletters show", "newsletters create", "newsletters edit",
    "newsletters remove", "newsletters embed", "newsletters reopen",
    "articles list", "articles show", "articles hold", "articles release", "articles withdraw",
    "articles clean", "articles correct", "articles urgent", "articles label",
    "feeds edit", "feeds add",
    "sections list", "sections set", "sections remove",
    "subscribers edit", "subscribers pause", "subscribers resume", "subscribers move",
    "subscribers feed",
    "feeds check", "feeds discover", "feeds import", "feeds export", "feeds list",
    "feeds gather", "feeds parse", "feeds remove",
    "editions list", "editions show", "editions compose", "editions preview", "editions approve",
    "editions hold", "editions freeze", "editions illustrate", "editions cancel", "editions hide",
    "editions lint", "editions explain",
    "subscribers explain",
    "deliveries list", "deliveries show", "deliveries send", "deliveries audit",
    "deliveries pause", "deliveries resume", "deliveries settle", "deliveries resend",
    "subscribers add", "subscribers list", "subscribers show", "subscribers confirm",
    "subscribers unsubscribe", "subscribers import", "subscribers erase",
    "subscribers export", "subscribers history",
    "dkim generate", "dkim show", "dkim verify",
    "db upgrade", "db status", "db backup", "db scrub", "jobs list", "jobs run",
}  # fmt: skip
REPORTS = {"list", "show", "status", "gather", "parse", "compose", "audit", "send"}
HEAVY = {"flask", "feedparser", "aiohttp", "css_inline", "sqlalchemy", "gunicorn", "rich"}


def leaves(
    group: click.Group, context: click.Context, path: str
) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, click.Context(command, context), f"{path}{name} ")
        else:
            yield f"{path}{name}", command


COMMANDS = dict(leaves(trunk, click.Context(trunk), ""))


def test_every_command_there_should_be_is_there() -> None:
    assert set(COMMANDS) == WANTED


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_every_command_says_what_it_does_and_gives_an_example(path: str) -> None:
    command = COMMANDS[path]

    assert command.help
    assert command.epilog is not None
    assert command.epilog.startswith("Example: mailer ")
    assert path.rpartition(" ")[2] in command.epilog


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_every_option_says_what_it_is_for(path: str) -> None:
    options = [one for one in COMMANDS[path].params if isinstance(one, click.Option)]

    assert [option.name for option in options if not option.help] == []


def test_every_listing_and_report_has_json() -> None:
    reports = {path for path in COMMANDS if path.rpartition(" ")[2] in REPORTS}

    without = {
        path
        for path in reports
        if not any("--json" in option.opts for option in COMMANDS[path].params)
    }
    assert without == set()


def test_help_and_version_load_nothing_heavy() -> None:
    program = (
        "import sys; from mailer.cli.main import run;"
        " print([run(['--help']), run(['--version'])], *sorted(set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    codes, _, loaded = done.stderr.partition("] ")
    assert codes == "[0, 0"
    assert HEAVY.isdisjoint(loaded.split())


def test_a_listing_loads_nothing_that_asks_draws_or_migrates(mailer: Operator) -> None:
    program = (
        "import sys; from mailer.cli.main import run;"
        f" code = run(['--config', {str(mailer.config)!r}, 'newsletters', 'list']);"
        " print(code, *sorted(set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    code, *loaded = done.stderr.split()
    assert code == "0"
    assert {"aiohttp", "alembic", "rich.table"}.isdisjoint(loaded)


@pytest.mark.parametrize("command", ["run", "schedule", "work"])
def test_what_answers_no_requests_loads_no_web_server(command: str) -> None:
    program = f"import sys, mailer.cli.{command}; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert {"flask", "gunicorn"}.isdisjoint(done.stdout.split())


def test_a_command_that_does_not_exist_is_wrong_usage(anywhere: Operator) -> None:
    told = anywhere("newsletter", "list")

    assert told.code == 2
    assert told.err.splitlines()[0].startswith("mailer: No such command 'newsletter'")
    assert told.err.splitlines()[1] == "  mailer --help"


@pytest.mark.parametrize(
    ("typed", "meant"), [("statsu", "status"), ("feed", "feeds"), ("deliverys", "deliveries")]
)
def test_a_command_that_was_mistyped_is_guessed(anywhere: Operator, typed: str, meant: str) -> None:
    told = anywhere(typed)

    assert told.code == 2
    assert f"Did you mean '{meant}'?" in told.err


def test_a_database_of_another_kind_is_told_with_those_there_are(
    anywhere: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_DATABASE__URL", "mysql://db.example/mailer")

    assert "postgresql://user:password@host/name" in anywhere("status").err


def test_a_missing_argument_points_to_the_commands_own_help(anywhere: Operator) -> None:
    told = anywhere("newsletters", "show")

    assert told.code == 2
    assert told.err == "mailer: Missing argument 'SLUG'.\n  mailer newsletters show --help\n"


def test_a_noun_alone_prints_its_help(anywhere: Operator) -> None:
    told = anywhere("feeds")

    assert told.code == 2
    assert "gather" in told.err


def test_without_settings_it_says_how_to_get_some(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = Operator(tmp_path / "none.toml", capsys)("status")

    assert told.code == 2
    assert "none.toml" in told.err
    assert "`mailer init`" in told.err


def test_all_wrong_settings_are_named_at_once(anywhere: Operator) -> None:
    anywhere.config.write_text('[site]\n[web]\nport = "http"\n[delivery]\nlaese = "15 s"\n')

    told = anywhere("status")

    assert told.code == 2
    assert all(name in told.err for name in ("site.secret_key", "web.port", "delivery.lease")), (
        told.err
    )


def test_a_database_without_tables_says_what_to_do(anywhere: Operator) -> None:
    told = anywhere("newsletters", "list")

    assert told.code == 1
    assert "`mailer db upgrade`" in told.err


def test_a_locked_database_is_a_trouble_that_may_pass(mailer: Operator, brief: str) -> None:
    other = sqlite3.connect(mailer.config.with_name("mailer.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    told = mailer("newsletters", "edit", brief, "--name", "Another")

    other.close()
    assert told.code == 3
    assert told.err.startswith("mailer: the database is locked by another program\n  ")


def test_a_database_file_that_is_none_is_told_in_one_line(anywhere: Operator) -> None:
    anywhere.config.with_name("mailer.db").write_bytes(b"this is a letter, not a database" * 99)

    told = anywhere("newsletters", "list")

    assert told.code in {1, 3}
    assert told.err.startswith("mailer: the database ")
    assert "Traceback" not in told.err


def test_what_is_not_there_is_a_no_with_a_way_on(mailer: Operator) -> None:
    told = mailer("newsletters", "show", "nothing")

    assert told.code == 1
    assert told.err == (
        "mailer: there is no newsletter nothing\n  `mailer newsletters list` names them all\n"
    )


def test_the_settings_may_come_from_the_environment(mailer: Operator, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mailer", "db", "status"],
        env={**os.environ, "MAILER_CONFIG": str(mailer.config)},
        cwd=tmp_path.parent,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_a_reader_that_stops_reading_ends_the_command_quietly(mailer: Operator) -> None:
    program = f"{sys.executable} -m mailer --config '{mailer.config}' newsletters list --json"

    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {program} | true"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (1, "")


def test_a_file_of_the_machine_that_cannot_be_used_is_named(mailer: Operator, brief: str) -> None:
    told = mailer("subscribers", "import", mailer.config.parent, "--newsletter", brief)

    assert told.code == 2
    assert str(mailer.config.parent) in told.err


def test_an_error_nobody_foresaw_is_one_line_and_a_traceback_when_asked(
    mailer: Operator, brief: str
) -> None:
    mailer.does("feeds", "add", "https://post.example/feed.xml", "--newsletter", brief)
    with sqlite3.connect(mailer.config.with_name("mailer.db")) as database:
        database.execute("UPDATE feed SET next_look_at = 'soon'")
    database.close()

    told, debugged = mailer("feeds", "list"), mailer("--debug", "feeds", "list")

    assert (told.code, debugged.code) == (1, 1)
    assert told.err.startswith("mailer: an error of ours: ValueError: ")
    assert len(told.err.splitlines()) == 2
    assert "Traceback" in debugged.err
