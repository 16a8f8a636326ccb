"""Leaving by mail: by the token of a digest's link, and by an answer to a digest."""

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailer.address import parse_address
from mailer.delivery.model import Notice
from mailer.errors import TokenExpired
from mailer.jobs.run import run_job
from mailer.subscribers.model import Act, Origin, Reason, State, Subscription, Way
from tests.system.world import World

ADA, BEN = "ada@example.org", "ben@example.org"


def tie(world: World, address: str = ADA) -> Subscription:
    with world.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        return tx.subscriptions.of_subscriber(person.id)[0]


def had_a_digest(world: World) -> bytes:
    """Let Ada and Ben get a digest, and return Ada's as it came."""
    world.newsletter()
    world.reader(ADA, BEN)
    world.publish()
    world.at(2026, 11, 24, 6)
    world.run_what_is_due()
    return next(one.content for one in world.relay.messages if one.recipients == (ADA,))


def a_mail(sender: str, subject: str = "", body: str = "", answers: str = "") -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"] = sender, subject
    if answers:
        made["In-Reply-To"] = answers
    made.set_content(body)
    return made.as_bytes()


def token(digest: bytes) -> str:
    found = re.search(rb"/leave/([\w-]{46})", digest.replace(b"=\r\n", b""))
    assert found is not None
    return found[1].decode()


def message_id(digest: bytes) -> str:
    found = re.search(rb"(?im)^message-id: (<[^>]+>)", digest)
    assert found is not None
    return found[1].decode()


def how(world: World, address: str = ADA) -> list[tuple[Act, Way]]:
    with world.mailer.store.read() as tx:
        events = tx.consent.history(tie(world, address).id)
    return [(event.act, event.origin.way) for event in events]


def test_a_mail_with_the_token_ends_it_once_and_the_reader_is_told(both_worlds: World) -> None:
    world = both_worlds
    raw = a_mail("somebody@elsewhere.example", f"leave {token(had_a_digest(world))}")

    assert [world.mailer.by_mail.take(raw) for _ in range(2)] == [True, False]

    assert (tie(world).state, tie(world, BEN).state) == (State.LEFT, State.ACTIVE)
    assert how(world)[-1] == (Act.LEFT, Way.MAILTO)
    with world.mailer.store.read() as tx:
        assert Notice.GOODBYE in [row.notice for row in tx.ledger_reports.rows()]


def test_an_answer_from_the_reader_ends_it_and_one_of_another_does_not(both_worlds: World) -> None:
    world = both_worlds
    answers = message_id(had_a_digest(world))

    taken = [
        world.mailer.by_mail.take(a_mail(sender, "Re: news", "Unsubscribe", answers))
        for sender in (BEN, "ada@elsewhere.example", ADA)
    ]

    assert taken == [False, False, True]
    assert how(world)[-1] == (Act.LEFT, Way.REPLY)
    assert tie(world, BEN).state is State.ACTIVE


def test_it_is_taken_back_for_seven_days_and_nothing_is_lost(both_worlds: World) -> None:
    world = both_worlds
    world.mailer.by_mail.take(a_mail(ADA, token(had_a_digest(world))))
    left = tie(world).left_at
    assert left is not None
    undo = world.mailer.links.undo(tie(world).id, left).rpartition("/")[2]
    world.publish()
    world.clock.advance(timedelta(days=6))

    world.mailer.signup.undo(undo, Origin(Way.PAGE))
    world.at(2026, 12, 1, 6)
    world.run_what_is_due()

    assert "Story number 2\r\n" in world.digests(ADA)[-1]
    world.clock.advance(timedelta(days=7))
    with pytest.raises(TokenExpired):
        world.mailer.signup.undo(undo, Origin(Way.PAGE))


def test_old_links_and_erased_people_are_no_trouble(both_worlds: World) -> None:
    world = both_worlds
    digest = had_a_digest(world)
    run_job(world.mailer, "send")
    world.clock.advance(timedelta(days=900))
    assert world.mailer.by_mail.take(a_mail(ADA, token(digest)))

    world.mailer.privacy.erase_by_operator(parse_address(ADA))

    for raw in (a_mail(ADA, token(digest)), a_mail(ADA, "", "stop", message_id(digest))):
        assert not world.mailer.by_mail.take(raw)


def test_why_is_noted_once_for_each_leaving(both_worlds: World) -> None:
    world = both_worlds
    text = token(had_a_digest(world))
    world.mailer.signup.explain(text, Reason.TOO_OFTEN, Origin(Way.PAGE))
    world.mailer.signup.leave(text, Origin(Way.PAGE))

    for why in (Reason.NOT_FOR_ME, Reason.TOO_OFTEN):
        world.mailer.signup.explain(text, why, Origin(Way.PAGE))

    with world.mailer.store.read() as tx:
        reasons = [event.reason for event in tx.consent.history(tie(world).id)]
    assert [one for one in reasons if one] == [Reason.NOT_FOR_ME]
