"""`mailer demo` as a process of its own: the whole story, on both databases, and its end."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mailer.demo.visitor import get

STEPS = 10


def demo(*words: str) -> list[str]:
    return [sys.executable, "-m", "mailer", "demo", *words]


def the_story(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(demo("--once", *words), capture_output=True, text=True, check=False)


@pytest.mark.timeout(300)
def test_the_whole_story_holds_on_sqlite() -> None:
    done = the_story()

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == STEPS
    assert "Every step held" in done.stdout


@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_the_whole_story_holds_on_postgresql(empty_postgres_url: str) -> None:
    done = the_story("--database", empty_postgres_url)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == STEPS


@contextmanager
def running(*words: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        demo(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        yield process
        if process.poll() is None:
            process.terminate()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_addresses_and_ends_in_order(end: signal.Signals) -> None:
    with running() as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Ctrl-C ends it"):
                break
        addresses = re.findall(r"http://127\.0\.0\.1:\d+\S*", "".join(said))
        assert [get(address).status for address in addresses] == [200] * 4

        process.send_signal(end)

        assert "Ending…" in process.stdout.read()
        assert process.wait() == 0
