"""An installed wheel has all it needs: templates, migrations, the command."""

import os
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(kind: str, source: Path, into: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", into, cwd=source)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing of ours but the wheel, which was built from the sdist."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(build("sdist", ROOT, folder / "sdist")) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    wheel = build("wheel", source, folder / "wheel")
    run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--no-index", wheel, cwd=folder)
    return folder / "env" / "bin" / "mailer"


@pytest.mark.wheel
def test_the_installed_command_makes_a_working_installation(
    installed: Path, tmp_path: Path
) -> None:
    # Our own site-packages lend the libraries; PYTHONPATH does not follow the editable install.
    libraries = {"PYTHONPATH": sysconfig.get_path("purelib")}

    run(installed, "init", "--yes", "--dir", tmp_path / "site", cwd=tmp_path, **libraries)
    status = run(installed, "db", "status", "--json", cwd=tmp_path / "site", **libraries)

    assert '"current": true' in status
    where = run(
        installed.parent / "python",
        "-c",
        "from mailer import resources; print(resources.folder('templates'))",
        cwd=tmp_path,
        **libraries,
    )
    assert "site-packages" in where
