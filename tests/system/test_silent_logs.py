"""A reader's whole life, with a server that names them in its refusals: no log line does."""

import logging
import re
from datetime import timedelta

import pytest

from mailer.address import parse_address
from mailer.jobs.run import run_job
from mailer.logs import JsonFormatter
from mailer.tokens import Purpose
from mailer.web.app import create_app
from tests.system.world import World

ADA = "ada.lovelace@example.org"
TOKEN = re.compile(r"/(?:confirm|leave|undo|preferences|data|refuse|move|restore|feed)/[\w-]{20,}")


def test_no_line_names_a_reader_or_holds_a_link_of_theirs(
    both_worlds: World, caplog: pytest.LogCaptureFixture
) -> None:
    world, door = both_worlds, create_app(both_worlds.mailer).test_client()
    caplog.set_level(logging.DEBUG)
    world.newsletter()
    form = world.mailer.keyring.make(Purpose.FORM, 7, world.clock.now())
    world.clock.advance(timedelta(seconds=30))

    door.post("/subscribe/brief", data={"email": ADA, "form": form})
    run_job(world.mailer, "send")
    mail = world.relay.messages[-1].content.decode().replace("=\r\n", "")
    (confirm,) = set(re.findall(r"/confirm/[\w-]{40,}", mail))
    door.post(confirm)
    world.relay.refuse(ADA, f"550 5.1.1 <{ADA}> is nobody here")
    run_job(world.mailer, "send")
    world.mailer.privacy.erase_by_operator(parse_address(ADA))
    door.post(confirm)

    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert sum("job.ended" in line and '"send"' in line for line in lines) == 2
    assert [line for line in lines if "lovelace" in line.lower() or TOKEN.search(line)] == []
