"""Programs that are killed at any moment, and started again."""

import random
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailer.editions.model import Rhythm, Schedule
from tests.system.world import World

READERS = [f"reader{number}@example.org" for number in range(300)]


def start(config: Path, *words: str, dies_after: float | None = None) -> None:
    """Run the command; with `dies_after` seconds it is killed by SIGKILL, wherever it is then."""
    command = [sys.executable, "-m", "mailer", "--config", str(config), *words]
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, check=True, capture_output=True, timeout=dies_after)


@pytest.mark.parametrize("seed", range(3))
def test_a_scheduler_killed_again_and_again_plans_each_reader_once(
    both_worlds: World, seed: int
) -> None:
    world = both_worlds
    world.clock.set(datetime.now(UTC) - timedelta(minutes=2))  # so their minute has come by now
    world.newsletter(schedule=Schedule(Rhythm.MINUTELY, 0, 0, "UTC"))
    world.reader(*READERS)
    world.publish(3)
    config = world.config_file()
    moments = random.Random(seed)  # noqa: S311 - a test that can be repeated

    start(config, "jobs", "run", "gather")
    for _ in range(4):
        start(config, "jobs", "run", "digests", dies_after=moments.uniform(0.4, 1.6))
    start(config, "jobs", "run", "digests")
    start(config, "deliveries", "send", "--until-done")

    got = Counter(reader for message in world.relay.messages for reader in message.recipients)
    assert got == Counter(READERS)
