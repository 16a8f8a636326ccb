"""Small mails say when the next mail comes: in the reader's zone and words, as it is by then."""

from datetime import date, timedelta

import pytest

from mailer.editions.model import Rhythm
from mailer.jobs.run import run_job
from mailer.subscribers.preferences import Wishes
from tests.system.test_text_only import mails, tie
from tests.system.test_urgent import ADA
from tests.system.world import World

TOKYO = Wishes(zone="Asia/Tokyo", minute_of_day=18 * 60 + 30)


def in_tokyo(world: World, **wishes: object) -> int:
    """Let Ada read at half past six in the evening there; it is a Monday noon in UTC."""
    world.newsletter()
    world.reader(ADA)
    world.at(2026, 11, 23, 12)
    key = tie(world).id
    world.mailer.preferences.edit(key, TOKYO)
    world.mailer.preferences.edit(key, Wishes(**wishes))  # type: ignore[arg-type]  # named by the test
    return key


def told(world: World) -> list[str]:
    """Return what the last mail says of the next one, in each of its parts."""
    run_job(world.mailer, "send")
    message = mails(world, ADA)[-1]
    parts = [message.get_body(("plain",)), message.get_body(("html",))]
    texts = [" ".join(part.get_content().split()) for part in parts if part is not None]
    before, after = ("Nächste Mail: ", "Next mail: ")
    found = [text.replace(before, after).partition(after)[2] for text in texts]
    return [one.partition("</p>")[0].replace("\u00a0", " ") for one in found]


def test_who_gets_fewer_mails_reads_when_the_next_one_comes(both_worlds: World) -> None:
    key = in_tokyo(both_worlds)

    both_worlds.mailer.preferences.ease(key, Rhythm.WEEKLY)

    assert all(one.startswith("Monday 30 November, 18:30") for one in told(both_worlds))


def test_who_paused_reads_when_it_goes_on(both_worlds: World) -> None:
    key = in_tokyo(both_worlds, language="de")

    both_worlds.mailer.preferences.rest(key)

    assert all(one.startswith("Montag, 21. Dezember, 18:30") for one in told(both_worlds))


def test_who_signs_up_again_reads_of_the_rhythm_they_chose(both_worlds: World) -> None:
    in_tokyo(both_worlds, rhythm=Rhythm.WEEKLY, days=[4])

    both_worlds.sign_up(ADA)

    assert all(one.startswith("Friday 18:30") for one in told(both_worlds))


def test_a_mail_that_had_to_wait_says_what_holds_when_it_is_written(both_worlds: World) -> None:
    key = in_tokyo(both_worlds)
    both_worlds.sign_up(ADA)
    both_worlds.clock.advance(timedelta(hours=2))

    both_worlds.mailer.preferences.edit(key, Wishes(rhythm=Rhythm.WEEKLY, days=[3]))

    assert all(one.startswith("Thursday 18:30") for one in told(both_worlds))


def test_a_mail_that_waited_past_the_digest_names_the_one_after(both_worlds: World) -> None:
    in_tokyo(both_worlds)
    both_worlds.publish(2)
    both_worlds.sign_up(ADA)
    both_worlds.at(2026, 11, 24, 9, 30)  # half past six in Tokyo
    for job in ("gather", "digests"):
        run_job(both_worlds.mailer, job)

    run_job(both_worlds.mailer, "send")

    again = [mail for mail in mails(both_worlds, ADA) if "already" in mail["Subject"]]
    (text,) = [part.get_content() for mail in again if (part := mail.get_body(("plain",)))]
    assert "Next mail: Wednesday 18:30" in " ".join(text.split())


@pytest.mark.parametrize("paused", [True, False])
def test_who_reads_at_once_is_told_so_unless_they_paused(
    both_worlds: World, *, paused: bool
) -> None:
    key = in_tokyo(both_worlds, rhythm=Rhythm.AT_ONCE)
    if paused:
        both_worlds.mailer.preferences.pause(key, date(2026, 11, 26))

    both_worlds.sign_up(ADA)

    words = "Thursday 00:00" if paused else "as soon as something is new"
    assert all(one.startswith(words) for one in told(both_worlds))
