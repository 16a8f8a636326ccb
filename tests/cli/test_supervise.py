"""Child processes that live and end together: real ones, with real signals."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

SOON = 20.0  # seconds; the longest a test waits for what should take a moment

PARENT = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # tests may run under nohup
from mailer.cli.supervise import run_together
ended = run_together([[sys.executable, "-c", code, name] for name, code in {children!r}.items()])
print(ended)
"""
STAYS = """
import os, sys, time
from pathlib import Path
from mailer.cli.supervise import hold_lifeline, stop_event
hold_lifeline()
stop = stop_event()
Path({folder!r}, sys.argv[1]).write_text(str(os.getpid()))
stop.wait()
Path({folder!r}, sys.argv[1] + ".ended").touch()
"""
WAITS = """
import time
from pathlib import Path
while not Path({folder!r}, "serve").exists(): time.sleep(0.01)
"""


def wait_until(question: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


class Family:
    """A parent with children, each of which writes its number into the folder."""

    def __init__(self, folder: Path, children: dict[str, str]) -> None:
        self.folder = folder
        self.parent = subprocess.Popen(
            [sys.executable, "-c", PARENT.format(children=children)],
            stdout=subprocess.PIPE,
            text=True,
        )

    def number(self, name: str) -> int:
        path = self.folder / name
        wait_until(lambda: path.exists() and path.read_text() != "")
        return int(path.read_text())

    def ended_in_order(self, name: str) -> bool:
        return (self.folder / f"{name}.ended").exists()

    def wait(self) -> str:
        said, _ = self.parent.communicate(timeout=SOON)
        return said.strip()


@pytest.fixture
def stays(tmp_path: Path) -> str:
    """A program that stays until it is asked to end."""
    return STAYS.format(folder=str(tmp_path))


@pytest.fixture
def waits(tmp_path: Path) -> str:
    """A program that goes on when its sister, serve, has begun."""
    return WAITS.format(folder=str(tmp_path))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_in_order(tmp_path: Path, stays: str, number: signal.Signals) -> None:
    family = Family(tmp_path, {"serve": stays, "work": stays})
    children = [family.number("serve"), family.number("work")]

    family.parent.send_signal(number)

    assert family.wait() == "None"
    assert not any(map(is_alive, children))
    assert family.ended_in_order("serve")
    assert family.ended_in_order("work")


@pytest.mark.parametrize(
    ("ends", "code"),
    [("import sys; sys.exit(3)", 3), ("pass", 1), ("import os; os.kill(os.getpid(), 9)", 137)],
)
def test_when_one_ends_by_itself_the_others_are_ended_too(
    tmp_path: Path, stays: str, waits: str, ends: str, code: int
) -> None:
    family = Family(tmp_path, {"serve": stays, "work": f"{waits}\n{ends}"})
    other = family.number("serve")

    assert family.wait() == f"Ended(name='work', code={code})"
    assert not is_alive(other)
    assert family.ended_in_order("serve")


def test_when_the_parent_is_killed_outright_the_children_end_in_order(
    tmp_path: Path, stays: str
) -> None:
    family = Family(tmp_path, {"serve": stays, "work": stays})
    children = [family.number("serve"), family.number("work")]

    family.parent.kill()
    family.wait()

    wait_until(lambda: not any(map(is_alive, children)))
    assert family.ended_in_order("serve")
    assert family.ended_in_order("work")


def test_a_program_that_cannot_be_started_leaves_nothing_running(
    tmp_path: Path, stays: str
) -> None:
    program = f"""if True:
        import sys
        from mailer.cli.supervise import run_together
        run_together([[sys.executable, "-c", {stays!r}, "serve"], ["/nonexistent/program"]])
    """

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=SOON
    )

    assert "FileNotFoundError" in done.stderr
    started = tmp_path / "serve"
    assert not started.exists() or not is_alive(int(started.read_text()))
