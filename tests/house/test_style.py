"""Format, lint, types and floor plan, each by its own program."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["mypy"],
        ["lint-imports"],
    ],
    ids=" ".join,
)
def test_the_house_is_tidy(command: list[str]) -> None:
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_floor_plan_has_a_place_for_every_module() -> None:
    """A module that no band names would be free to import anything."""
    plan = (ROOT / "pyproject.toml").read_text()
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "mailer").rglob("*.py")
        if path.name not in {"__init__.py", "__main__.py"}
    }
    doors = ("mailer.cli.", "mailer.demo.", "mailer.web.", "mailer.jobs.", "mailer.inbox.")
    rooms = {module for module in modules if not module.startswith((*doors, "mailer.store."))}

    placed = set(re.findall(r"mailer\.[a-z_.]+", plan))
    assert sorted(rooms - placed) == []
