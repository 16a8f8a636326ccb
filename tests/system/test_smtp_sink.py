"""Postfix's own sink takes our mail: a server that nobody here wrote."""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from socket import create_connection
from time import monotonic

import pytest

from mailer.jobs.run import run_job
from mailer.wiring import build
from tests.conftest import require
from tests.fakes.postgres import free_port
from tests.system.world import World


@dataclass
class Sink:
    """A running smtp-sink, and the folder it writes each message to."""

    port: int
    folder: Path

    def recipients(self) -> Counter[str]:
        texts = [path.read_text() for path in self.folder.iterdir()]
        return Counter(
            found for text in texts for found in re.findall(r"^X-Rcpt-Args: <([^>]+)>", text, re.M)
        )


@pytest.fixture
def sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    program = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
    require(program, "smtp-sink (Debian: postfix)")
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    folder.chmod(0o777)
    port = free_port()
    become = ["-u", "postfix"] if os.geteuid() == 0 else []
    command = [str(program), *become, "-d", f"{folder}/%M.", f"127.0.0.1:{port}", "100"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_until_it_listens(port)
    yield Sink(port, folder)
    running.terminate()
    running.wait()
    shutil.rmtree(folder)


def _wait_until_it_listens(port: int) -> None:
    deadline = monotonic() + 20
    while monotonic() < deadline:
        try:
            create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            continue
        return
    pytest.fail("smtp-sink did not start")


def test_postfixs_sink_gets_one_whole_message_for_each_reader(world: World, sink: Sink) -> None:
    relay = replace(world.settings.relay[0], port=sink.port)
    world.mailer = build(replace(world.settings, relay=(relay,)), world.clock)
    readers = [f"reader{number}@example.org" for number in range(60)]
    world.newsletter()
    world.reader(*readers)
    world.publish(3)
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    run_job(world.mailer, "digests")

    report = world.mailer.send.until_done()

    assert report.sent == 60
    assert sink.recipients() == Counter(readers)
    assert all("Story number 3" in path.read_text() for path in sink.folder.iterdir())
    world.mailer.store.close()
