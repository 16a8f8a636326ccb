"""An operator's evening: the audit, the doubts, and who did not get it, typed as commands."""

from datetime import UTC, datetime, timedelta

import pytest

from mailer.delivery.model import DeliveryState
from mailer.editions.model import Rhythm, Schedule
from mailer.jobs.run import run_job
from tests.cli.conftest import Operator, logs_as_before
from tests.delivery.test_ledger_run import rows
from tests.delivery.test_traffic import arrived, with_settings
from tests.fakes.smtp_server import LOSE
from tests.system.world import World

__all__ = ["logs_as_before"]
TAKEN, NOBODY, LATER = "250 2.1.5 fine", "550 5.1.1 nobody here", "451 4.7.1 greylisted"


def owed(world: World) -> World:
    """Bring four readers to the minute of their digest; commands have a clock of their own."""
    world.clock.set(datetime.now(UTC) - timedelta(minutes=2))
    world.newsletter(schedule=Schedule(Rhythm.MINUTELY, 0, 0, "UTC"))
    world.reader("ada@example.org", "bob@example.org", "cyd@example.org", "dan@example.org")
    world.publish(2)
    run_job(world.mailer, "gather")
    world.clock.set(datetime.now(UTC))
    for job in ("compose", "approve"):
        getattr(world.mailer, job).due()
    return world


@pytest.fixture
def after_a_run(both_worlds: World) -> World:
    """One mail was taken, one refused, one put off for too long, and one is in doubt."""
    world = owed(with_settings(both_worlds, {"connections": 1}, give_up_after=timedelta()))
    run_job(world.mailer, "digests")
    world.relay.refuse("bob@example.org", NOBODY)
    world.relay.refuse("cyd@example.org", LATER)
    world.relay.answer("dot", "250 2.0.0 kept", LOSE)
    world.mailer.send.until_done()
    for reader in ("bob@example.org", "cyd@example.org"):
        world.relay.refuse(reader, TAKEN)
    return world


@pytest.fixture
def operator(after_a_run: World, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(after_a_run.config_file(), capsys)


def ended(operator: Operator) -> dict[str, int]:
    """Return how the mails of the edition ended, as the audit has it."""
    audit = operator.json("deliveries", "audit", "--edition", "1")
    assert audit["balanced"]
    return {name: audit[name] for name in ("sent", "refused", "given_up", "in_doubt", "open")}


def test_the_audit_says_how_everybodys_mail_ended(operator: Operator) -> None:
    assert ended(operator) == {"sent": 1, "refused": 1, "given_up": 1, "in_doubt": 1, "open": 0}
    assert operator.does("deliveries", "audit").lines[-1].split() == [
        *("1", "4", "1", "1", "1", "0", "1", "0", "yes")
    ]


def test_a_resend_reaches_those_it_was_given_up_or_in_doubt_for_alone(
    after_a_run: World, operator: Operator
) -> None:
    (doubtful,) = rows(after_a_run, DeliveryState.IN_DOUBT)
    before = arrived(after_a_run)

    operator.does("deliveries", "resend", "--edition", 1, "--only", "given_up,in_doubt", "--yes")
    assert ended(operator)["open"] == 2
    operator.does("deliveries", "send", "--edition", 1)

    assert sorted(arrived(after_a_run)[len(before) :]) == ["cyd@example.org", doubtful.recipient]
    twice = [one for one in after_a_run.relay.messages if doubtful.recipient in one.recipients]
    assert len({message.content for message in twice}) == 1  # the same mail, its Message-ID too
    assert ended(operator) == {"sent": 3, "refused": 1, "given_up": 0, "in_doubt": 0, "open": 0}


@pytest.mark.parametrize(("decision", "sent", "given_up"), [("sent", 2, 1), ("given_up", 1, 2)])
def test_a_doubt_is_settled_by_its_number(
    after_a_run: World, operator: Operator, decision: str, sent: int, given_up: int
) -> None:
    (doubtful,) = operator.json("deliveries", "list", "--state", "in_doubt")

    operator.does("deliveries", "settle", doubtful["id"], "--as", decision, "--yes")

    found = ended(operator)
    assert (found["sent"], found["given_up"], found["in_doubt"]) == (sent, given_up, 0)
    assert operator("deliveries", "settle", doubtful["id"], "--as", "sent", "--yes").code == 1
    assert len(after_a_run.relay.messages) == 2


def test_a_doubt_that_is_repeated_is_sent_by_the_next_run(
    after_a_run: World, operator: Operator
) -> None:
    operator.does("deliveries", "settle", "--edition", 1, "--as", "repeat", "--yes")
    operator.does("deliveries", "send")

    assert ended(operator) == {"sent": 2, "refused": 1, "given_up": 1, "in_doubt": 0, "open": 0}
    assert len(after_a_run.relay.messages) == 3


@pytest.fixture
def careful(world: World, capsys: pytest.CaptureFixture[str]) -> Operator:
    """An operator whose editions go to one reader first."""
    config = owed(world).config_file()
    config.write_text(config.read_text().replace("[delivery]", "[delivery]\ncanary = 1"))
    return Operator(config, capsys)


def test_how_far_a_wave_is_can_be_seen_and_its_end_need_not_be_waited_for(
    world: World, careful: Operator
) -> None:
    careful.does("deliveries", "send")

    told = careful("status").out
    assert "Edition 1 went to 1 first: 1 answers, 0 of them refusals; the others wait" in told
    careful.does("deliveries", "resume", "--edition", 1)
    careful.does("deliveries", "send")
    assert len(world.relay.messages) == 4
    assert careful("deliveries", "resume", "--edition", 1).code == 1


def test_a_wave_that_was_refused_is_told_with_its_cause(world: World, careful: Operator) -> None:
    world.relay.answer("RCPT", NOBODY)
    careful.does("deliveries", "send")
    careful.does("deliveries", "send")

    why = "held, because 1 of the 1 mails that went first were refused: 550 5.1.1 nobody here"
    assert why in careful("status").out
    assert why in careful.does("editions", "show", 1).out
    assert world.relay.messages == []
