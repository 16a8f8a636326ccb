"""Readers who want the text alone get mails without an HTML part."""

from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from mailer.address import parse_address
from mailer.delivery.model import Notice
from mailer.jobs.run import run_job
from mailer.subscribers.model import Subscription
from mailer.subscribers.preferences import Wishes
from tests.system.test_urgent import ADA, BEN, number_of, run_all
from tests.system.world import World


def tie(world: World, address: str = ADA) -> Subscription:
    with world.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        return tx.subscriptions.of_subscriber(person.id)[0]


def two_readers(world: World) -> None:
    """Ada wants the text alone, Ben what everybody gets."""
    world.newsletter()
    world.reader(ADA, BEN)
    world.mailer.preferences.edit(tie(world).id, Wishes(text_only=True))


def mails(world: World, address: str) -> list[EmailMessage]:
    found = []
    for message in world.relay.messages:
        if address in message.recipients:
            read = message_from_bytes(message.content, policy=default)
            assert isinstance(read, EmailMessage)
            found.append(read)
    return found


def test_one_edition_goes_out_with_html_and_without(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.publish(2)
    world.at(2026, 11, 24, 6)

    world.run_what_is_due()

    (ada,), (ben,) = mails(world, ADA), mails(world, BEN)
    assert (ada.get_content_type(), ben.get_content_type()) == (
        "text/plain",
        "multipart/alternative",
    )
    text = ben.get_body(("plain",))
    assert text is not None
    without_links = [
        [
            line
            for line in part.get_content().splitlines()
            if not any(mark in line for mark in ("/leave/", "/why/", "@"))
        ]
        for part in (ada, text)
    ]
    assert without_links[0] == without_links[1]
    assert ada["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_an_urgent_mail_is_text_alone_as_well_and_its_story_is_left_out_of_the_digest(
    both_worlds: World,
) -> None:
    world = both_worlds
    two_readers(world)
    world.mailer.preferences.edit(tie(world).id, Wishes(urgent=True))
    world.publish(3)
    run_job(world.mailer, "gather")
    world.mailer.retract.mark_urgent([number_of(world, "Story number 2")], urgent=True)
    run_all(world)
    world.at(2026, 11, 24, 6)
    run_all(world)

    at_once, digest = (str(mail.get_content()) for mail in mails(world, ADA))
    assert ("Story number 2" in at_once, "Story number 1" in at_once) == (True, False)
    assert ("Story number 2" in digest, "Story number 1" in digest) == (False, True)
    assert {mail.get_content_type() for mail in mails(world, ADA)} == {"text/plain"}


def test_the_small_mails_are_text_alone_as_well_and_reach_who_is_paused(world: World) -> None:
    two_readers(world)
    found = tie(world)
    world.mailer.preferences.pause(found.id, date(2026, 12, 24))
    token = world.mailer.links.leave(found.id, world.clock.now()).rpartition("/")[2]

    world.mailer.privacy.mail_link(token, Notice.PREFERENCES_LINK)
    run_job(world.mailer, "send")

    (mail,) = mails(world, ADA)
    assert mail.get_content_type() == "text/plain"
    assert "/preferences/" in mail.get_content()
