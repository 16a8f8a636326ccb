"""`mailer status` about mail under way, and `mailer deliveries show`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.address import parse_address
from mailer.config.read import read
from mailer.subscribers.model import Origin, Way
from mailer.wiring import build
from tests.cli.conftest import CONFIG, Operator
from tests.fakes.smtp_server import SmtpServer

LIMITS = 'limits = "30 a minute, 2000 a day"\n'


@pytest.fixture
def relay() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def waited_for(mailer: Operator, brief: str, config: Path, relay: SmtpServer) -> Operator:
    """An operator of a limited relay; somebody waits for a confirmation."""
    config.write_text(CONFIG.format(relay_port=relay.port) + LIMITS)
    program = build(read(config, {}))
    program.signup.subscribe(brief, parse_address("ada@example.org"), Origin(Way.FORM))
    program.store.close()
    return mailer


def test_nothing_owed_is_said_so(mailer: Operator) -> None:
    told = mailer.does("status")

    assert "nothing is owed" in told.out


def test_limits_and_the_last_mail_are_told(waited_for: Operator) -> None:
    told = waited_for.does("status").out
    known = waited_for.json("status")

    assert "30 left of 30 a minute, 2,000 left of 2,000 a day" in told
    assert known["limits"]["fake"][0] == {"limit": "30 a minute", "left": 30}
    assert known["receivers"] == known["pauses"] == []
    assert known["last_leaves_at"] is not None


def test_who_rests_is_told_with_the_cause_and_can_be_let_go_on(
    waited_for: Operator, relay: SmtpServer
) -> None:
    relay.refuse("ada@example.org", "450 4.7.28 unusual rate")
    waited_for("deliveries", "send")

    told = " ".join(waited_for.does("status").out.split())
    again = waited_for("deliveries", "resume", "--receiver", "example.org")

    assert "example.org rests until" in told
    assert "450 4.7.28: too much mail at once" in told
    assert (again.code, waited_for.json("status")["receivers"]) == (0, [])
    assert waited_for("deliveries", "resume", "--receiver", "example.org").code == 1


def test_what_is_paused_is_told_with_the_way_out(mailer: Operator, brief: str) -> None:
    mailer.does("deliveries", "pause", "--newsletter", brief, "--reason", "the relay moves")

    told = " ".join(mailer.does("status").out.split())

    assert "Digests of brief are paused: the relay moves." in told
    assert "mailer deliveries resume --newsletter brief" in told


def test_resuming_all_leaves_a_newsletter_s_own_pause_and_says_so(
    mailer: Operator, brief: str
) -> None:
    mailer.does("deliveries", "pause", "--newsletter", brief, "--reason", "refused too often")

    told = mailer("deliveries", "resume")
    mailer.does("deliveries", "pause")
    of_one = mailer.does("deliveries", "resume", "--newsletter", brief).out

    assert told.code == 1
    assert "(refused too often): mailer deliveries resume --newsletter brief\n" in told.out
    assert "Still paused is every newsletter (paused by hand): mailer deliveries resume\n" in of_one
    assert mailer.does("deliveries", "resume").out == "Digests of all newsletters go on.\n"


def test_a_secret_that_was_taken_away_is_missed(mailer: Operator, brief: str) -> None:
    mailer.does("subscribers", "add", "ada@example.org", "--newsletter", brief)
    text, new = mailer.config.read_text(), '"another secret, which is long enough too"'
    old = '"a secret for tests, long enough to be one"'

    mailer.config.write_text(text.replace(old, f"[{new}, {old}]"))
    rotated = mailer.json("status")["has_lost_a_secret"]
    mailer.config.write_text(text.replace(old, new))

    assert (rotated, mailer.json("status")["has_lost_a_secret"]) == (False, True)
    assert "Put the old one back" in mailer.does("status").out


def test_one_mail_is_shown_with_the_servers_words(waited_for: Operator, relay: SmtpServer) -> None:
    relay.refuse("ada@example.org", "550 5.1.1 nobody here")
    waited_for("deliveries", "send")

    told = waited_for.does("deliveries", "show", 1).out

    assert "ada@example.org" in told
    assert "550 5.1.1 nobody here" in told
    assert waited_for.json("deliveries", "show", 1)["state"] == "refused"
    assert waited_for("deliveries", "show", 99).code == 1
