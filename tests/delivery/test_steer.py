"""What an operator decides: pause, resume, settle, resend."""

from datetime import timedelta

import pytest

from mailer.delivery.model import DeliveryState
from mailer.errors import NotFound
from tests.delivery.test_ledger_run import READERS, adds_up, planned, rows, states
from tests.fakes.smtp_server import LOSE
from tests.system.world import World


@pytest.mark.parametrize("newsletter", [None, "brief"])
def test_a_pause_lets_no_digest_start_and_a_resume_lets_all_go(
    both_worlds: World, newsletter: str | None
) -> None:
    world = planned(both_worlds)
    assert world.mailer.steer.pause(newsletter, "the relay moves")
    assert not world.mailer.steer.pause(newsletter, "again")

    world.mailer.send.until_done()
    assert states(world) == {"due": 20}

    assert world.mailer.steer.resume(newsletter)
    world.mailer.send.until_done()
    assert states(world) == {"sent": 20}


def test_a_pause_keeps_nobody_waiting_who_signed_up(world: World) -> None:
    planned(world)
    world.mailer.steer.pause(None, "the relay moves")
    world.sign_up("new@example.org")

    world.mailer.send.until_done()

    assert [message.recipients for message in world.relay.messages] == [("new@example.org",)]


def test_pausing_what_is_not_there_says_so(world: World) -> None:
    with pytest.raises(NotFound):
        world.mailer.steer.pause("nothing", "")


@pytest.mark.parametrize(
    ("decision", "state", "mails"),
    [("sent", "sent", 1), ("repeat", "sent", 2), ("given_up",) * 2 + (1,)],
)
def test_a_doubt_is_settled_as_the_operator_says(
    both_worlds: World, decision: str, state: str, mails: int
) -> None:
    world = planned(both_worlds, "ada@example.org")
    world.relay.answer("dot", LOSE)
    world.mailer.send.until_done()
    (row,) = rows(world, DeliveryState.IN_DOUBT)

    assert world.mailer.steer.settle(decision, keys=[row.id]) == 1
    world.mailer.send.until_done()

    assert states(world) == {state: 1}
    assert len(world.relay.messages) == mails
    assert len({message.content for message in world.relay.messages}) == 1
    assert adds_up(world)


def test_a_resend_reaches_just_those_who_did_not_get_it(both_worlds: World) -> None:
    world = planned(both_worlds)
    world.relay.refuse(READERS[3], "550 5.1.1 nobody here")
    world.mailer.send.until_done()
    world.relay.forget_answers()
    world.relay.refuse(READERS[3], "250 2.1.5 fine")

    assert world.mailer.steer.resend(1, [DeliveryState.REFUSED, DeliveryState.GIVEN_UP]) == 1
    world.mailer.send.until_done()

    assert sorted(message.recipients[0] for message in world.relay.messages) == sorted(READERS)
    assert adds_up(world)


def test_what_was_sent_is_not_sent_again(world: World) -> None:
    planned(world)
    with pytest.raises(ValueError, match="can be sent again"):
        world.mailer.steer.resend(1, [DeliveryState.SENT])


def test_what_is_sent_once_more_is_tried_as_patiently_as_what_is_new(both_worlds: World) -> None:
    world = planned(both_worlds, "ada@example.org")
    world.relay.refuse("ada@example.org", "550 5.1.1 nobody here")
    world.mailer.send.until_done()
    world.clock.advance(timedelta(days=30))
    world.mailer.steer.resend(1, [DeliveryState.REFUSED])
    world.relay.refuse("ada@example.org", "451 4.7.1 greylisted")

    world.mailer.send.until_done()
    (row,) = rows(world)
    assert (row.state, row.attempts) == (DeliveryState.DUE, 1)
    assert row.due_at - world.clock.now() <= timedelta(minutes=6)

    world.clock.advance(timedelta(days=5))
    world.mailer.send.until_done()
    assert states(world) == {"given_up": 1}
