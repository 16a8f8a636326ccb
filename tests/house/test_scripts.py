"""The scripts a newcomer meets first, where something is missing."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def old_machine(tmp_path: Path) -> Path:
    """A folder of programs in which Python is too old."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "cmp", "cp"):
        (folder / name).symlink_to(str(shutil.which(name)))
    python = folder / "python3"
    python.write_text('#!/bin/sh\ncase "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac\n')
    python.chmod(0o755)
    return folder


@pytest.mark.parametrize("script", ["demo", "test"])
def test_an_old_python_is_named_with_what_is_needed(
    script: str, old_machine: Path, tmp_path: Path
) -> None:
    checkout = tmp_path / "a checkout"
    shutil.copytree(ROOT / "script", checkout / "script")

    done = subprocess.run(
        [checkout / "script" / script],
        env={"PATH": str(old_machine)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "needs Python 3.11 or newer; this machine has Python 3.9.2" in done.stderr
