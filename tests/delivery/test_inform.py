"""What the operator is told by mail: once for each occasion, and of what they chose."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from mailer.address import parse_address
from mailer.config.settings import OperatorMail
from mailer.editions.model import Approval, EditionState
from mailer.jobs.run import run_job
from mailer.wiring import build
from tests.delivery.test_ledger_run import planned
from tests.delivery.test_traffic import with_settings
from tests.system.world import World

OPERATOR = "operator@example.org"
NOBODY = "550 5.1.1 nobody here"


def told(world: World, *wanted: OperatorMail, operator: str | None = OPERATOR) -> World:
    """Start the program anew with somebody to tell."""
    world.mailer.store.close()
    site = replace(
        world.settings.site,
        operator=None if operator is None else parse_address(operator),
        operator_mails=wanted or tuple(OperatorMail),
    )
    world.settings = replace(world.settings, site=site)
    world.mailer = build(world.settings, world.clock)
    return world


def passes(world: World, time: timedelta = timedelta(minutes=2)) -> None:
    """Let time pass, and every job have its turn twice."""
    for _ in range(2):
        world.clock.advance(time)
        world.run_what_is_due()
        run_job(world.mailer, "watch")
        world.mailer.send.until_done()


def mails(world: World) -> list[tuple[str, str]]:
    """Return subject and text of what the operator got."""
    found = []
    for message in world.relay.messages:
        if message.recipients == (OPERATOR,):
            parsed = message_from_bytes(message.content, policy=policy.default)
            text = parsed.get_body(("plain",))
            assert text is not None
            found.append((parsed["Subject"], text.get_content()))
    return found


def subjects(world: World) -> list[str]:
    return [subject for subject, _ in mails(world)]


def test_an_edition_that_needs_a_word_is_told_once_and_how_to_give_it(both_worlds: World) -> None:
    world = told(both_worlds)
    world.newsletter(approval=Approval.MANUAL)
    world.reader("ada@example.org", "bob@example.org")
    world.publish(2)
    world.at(2026, 11, 24, 6, 0)

    passes(world)

    assert subjects(world) == ["The Harbour Brief waits for you"]
    ((_, text),) = mails(world)
    assert "2 stories · 2 readers" in text
    assert "mailer editions approve 1" in text
    assert text.count("https://") == 1


def test_an_edition_that_is_out_is_told_in_figures_when_nothing_of_it_is_owed(
    both_worlds: World,
) -> None:
    world = planned(told(both_worlds), "ada@example.org", "bob@example.org", "cy@example.org")
    world.relay.refuse("bob@example.org", NOBODY)
    world.mailer.send.until_done()
    assert run_job(world.mailer, "watch").endswith("0 mails to the operator")  # more may be planned

    passes(world)
    passes(world)

    assert subjects(world) == ["The Harbour Brief is out: 2 sent, 1 refused"]
    assert "2 sent\n1 refused for good\n" in mails(world)[0][1].replace("\r", "")
    assert "https://news.example.org/read/brief/1" in mails(world)[0][1]


def test_while_a_mail_is_owed_an_edition_is_not_out(world: World) -> None:
    planned(told(world), "ada@example.org", "bob@example.org")
    world.relay.refuse("bob@example.org", "451 4.7.1 greylisted")

    passes(world)
    assert subjects(world) == []

    world.relay.refuse("bob@example.org", "250 2.1.5 fine")
    passes(world, timedelta(hours=1))
    assert subjects(world) == ["The Harbour Brief is out: 2 sent, 0 refused"]


def test_a_newsletter_that_is_paused_for_its_refusals_is_told_with_the_cause(
    both_worlds: World,
) -> None:
    world = told(with_settings(both_worlds, {"connections": 1}, in_flight_limit=5))
    many = [f"reader{number}@example.org" for number in range(100)]
    planned(world, *many)
    for reader in many:
        world.relay.refuse(reader, NOBODY)
    world.mailer.send.until_done()

    passes(world)

    assert subjects(world) == ["The Harbour Brief is paused: too many mails were refused"]
    assert "mailer deliveries resume --newsletter brief" in mails(world)[0][1]
    assert "of the last 20 mails were refused" in mails(world)[0][1]


def test_a_pause_by_a_person_is_no_news_to_anybody(world: World) -> None:
    planned(told(world))
    world.mailer.steer.pause("brief", "the presses are cleaned")

    passes(world)

    assert subjects(world) == []


def test_a_canary_wave_that_was_refused_is_told_with_what_a_server_said(world: World) -> None:
    told(with_settings(world, canary=3, canary_wait=timedelta(minutes=1)))
    planned(world)
    for number in range(20):
        world.relay.refuse(f"reader{number}@example.org", NOBODY)

    passes(world)

    assert subjects(world) == ["The Harbour Brief waits for you"]
    assert "is held." in mails(world)[0][1]
    assert "550 5.1.1" in mails(world)[0][1]


def test_an_edition_that_the_checks_stop_is_told_with_what_they_found(world: World) -> None:
    told(world)
    world.newsletter(postal_address="")
    world.reader("ada@example.org")
    world.publish(2)
    world.at(2026, 11, 24, 6, 0)

    passes(world)

    with world.mailer.store.read() as tx:
        edition = tx.editions.by_id(1)
    assert edition.state is EditionState.HELD
    assert (edition.held_because or "").startswith("the checks stop it: ")
    assert subjects(world) == ["The Harbour Brief waits for you"]


def test_nothing_to_send_is_told_the_first_day_and_again_only_after_news(
    both_worlds: World,
) -> None:
    world = told(both_worlds, OperatorMail.NOTHING)
    world.newsletter()
    world.reader("ada@example.org")
    for day in (24, 25, 26):
        world.at(2026, 11, day, 6, 0)
        passes(world)
    assert subjects(world) == ["The Harbour Brief: nothing to send"]

    world.publish(2)
    for day in (27, 28):
        world.at(2026, 11, day, 6, 0)
        passes(world)
    assert subjects(world) == ["The Harbour Brief: nothing to send"] * 2


def test_two_programs_and_a_restart_tell_no_thing_twice(both_worlds: World) -> None:
    world = planned(told(both_worlds), "ada@example.org")
    world.mailer.send.until_done()
    other = world.second_program()
    world.clock.advance(timedelta(minutes=2))

    owed = [world.mailer.inform.due(), other.inform.due()]
    world = told(world)

    assert (owed, world.mailer.inform.due()) == ([1, 0], 0)
    world.mailer.send.until_done()
    assert Counter(subjects(world)) == {"The Harbour Brief is out: 1 sent, 0 refused": 1}
    other.store.close()


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [(None, tuple(OperatorMail)), (OPERATOR, (OperatorMail.NOTHING, OperatorMail.SIGNUPS))],
)
def test_who_wants_no_mail_gets_none(
    world: World, operator: str | None, wanted: tuple[OperatorMail, ...]
) -> None:
    planned(told(world, *wanted, operator=operator), "ada@example.org")

    passes(world)

    assert subjects(world) == []


def test_what_is_long_over_is_no_news(world: World) -> None:
    planned(told(world, operator=None), "ada@example.org")
    passes(world)

    passes(told(world), timedelta(days=4))

    assert "The Harbour Brief is out: 1 sent, 0 refused" not in subjects(world)
