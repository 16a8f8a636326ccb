"""Who reads at once gets what is new within minutes, and nothing of it twice or never."""

from dataclasses import replace
from datetime import date, timedelta

from mailer.address import parse_address
from mailer.editions.model import Approval, EditionState, Rhythm
from mailer.feeds.model import Rules
from mailer.subscribers.model import Subscription
from mailer.subscribers.preferences import Wishes
from tests.system.world import World

ADA, BEN = "ada@example.org", "ben@example.org"


def tie(world: World, address: str = ADA) -> Subscription:
    with world.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        return tx.subscriptions.of_subscriber(person.id)[0]


def reads(world: World, rhythm: Rhythm, address: str = ADA) -> Subscription:
    return world.mailer.preferences.edit(tie(world, address).id, Wishes(rhythm=rhythm))


def two_readers(world: World, **changes: object) -> None:
    """Ada reads at once, Ben daily at 07:00 in Berlin; it is Tuesday 18:00 there."""
    world.newsletter(**changes)
    world.at(2026, 11, 24, 17)
    world.reader(ADA, BEN)
    reads(world, Rhythm.AT_ONCE)


def news(world: World, title: str = "") -> None:
    """Let an article be published and gathered."""
    if title:
        world.publish_item(title)
    else:
        world.publish()
    with world.mailer.store.read() as tx:
        feeds = tx.feeds.all()
    world.mailer.gather.feeds(feeds)


def minutes(world: World, count: int) -> None:
    world.clock.advance(timedelta(minutes=count))
    world.run_what_is_due()


def tells(mail: str, *numbers: int) -> list[bool]:
    return [f"Story number {number}\r\n" in mail for number in numbers]


def test_what_comes_within_minutes_goes_in_one_mail_soon(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    news(world)
    news(world)
    minutes(world, 2)
    assert world.digests() == []

    minutes(world, 2)
    minutes(world, 20)

    (mail,) = world.digests(ADA)
    assert tells(mail, 1, 2) == [True, True]
    assert world.digests(BEN) == []


def test_the_day_s_digest_has_all_of_it_for_the_others(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    for _ in range(2):
        news(world)
        minutes(world, 5)

    world.reader("cleo@example.org")
    world.at(2026, 11, 25, 6)
    world.run_what_is_due()

    assert len(world.digests(ADA)) == 2
    for daily in (BEN, "cleo@example.org"):
        assert tells(world.digests(daily)[0], 1, 2) == [True, True]


def test_another_rhythm_neither_repeats_nor_loses(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    news(world)
    minutes(world, 5)
    reads(world, Rhythm.DAILY)
    news(world)
    world.at(2026, 11, 25, 6)
    world.run_what_is_due()
    news(world)
    minutes(world, 60)

    reads(world, Rhythm.AT_ONCE)
    minutes(world, 1)

    assert [tells(mail, 1, 2, 3) for mail in world.digests(ADA)] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


def test_a_change_to_daily_brings_nothing_more_on_that_date(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    news(world)
    minutes(world, 5)

    after = world.mailer.preferences.edit(
        tie(world).id, Wishes(rhythm=Rhythm.DAILY, minute_of_day=22 * 60)
    )

    assert after.next_slot == "2026-11-25"


def test_a_pause_is_kept_and_what_came_in_it_comes_in_one_mail(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.reader("cleo@example.org")
    reads(world, Rhythm.AT_ONCE, "cleo@example.org")
    world.mailer.preferences.pause(tie(world).id, date(2026, 11, 26))
    for _ in range(3):
        news(world)
        minutes(world, 5)
    assert (len(world.digests(ADA)), len(world.digests("cleo@example.org"))) == (0, 3)

    world.at(2026, 11, 25, 23)
    world.run_what_is_due()

    (mail,) = world.digests(ADA)
    assert tells(mail, 1, 2, 3) == [True] * 3
    assert len(world.digests("cleo@example.org")) == 3


def test_what_the_rules_refuse_makes_neither_mails_nor_many_editions(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world, rules=Rules(exclude=("advertorial",)))
    news(world, "An advertorial")
    for _ in range(5):
        minutes(world, 5)

    with world.mailer.store.read() as tx:
        assert [one.state for one in tx.editions.newest()] == [EditionState.EMPTY]
    news(world)
    minutes(world, 5)
    assert tells(world.digests(ADA)[0], 1) == [True]


def test_what_waits_for_a_word_is_one_draft(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world, approval=Approval.MANUAL)
    for _ in range(2):
        news(world)
        minutes(world, 5)
    with world.mailer.store.read() as tx:
        (draft,) = tx.editions.newest()

    world.mailer.approve.approve(draft.id)
    world.run_what_is_due()

    assert [tells(mail, 1, 2) for mail in world.digests(ADA)] == [[True, False]]


def test_a_chosen_heading_holds_here_too(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    with world.mailer.store.write() as tx:
        brief = tx.newsletters.by_slug("brief")
        (feed,) = tx.newsletters.sources(brief.id)
        other = tx.feeds.add(world.site.url("/other.xml"), world.clock.now())
        tx.newsletters.add_source(brief.id, other.id, "Sport")
    world.mailer.preferences.edit(tie(world).id, Wishes(sections=["Sport"]))
    news(world)
    minutes(world, 5)
    before = tie(world).watermark

    assert world.digests(ADA) == []
    assert (feed.section, before) == ("World", 1)


def test_the_archive_lists_the_digests_and_what_is_asked_for_by_number(world: World) -> None:
    two_readers(world)
    news(world)
    minutes(world, 5)

    with world.mailer.store.read() as tx:
        brief = tx.newsletters.by_slug("brief")
        assert tx.archive.editions(brief.id) == []
        assert tx.archive.by_number(brief.id, 1) is not None


def test_a_newsletter_s_own_rhythm_may_be_at_once(both_worlds: World) -> None:
    world = both_worlds
    world.newsletter()
    with world.mailer.store.write() as tx:
        brief = tx.newsletters.by_slug("brief")
        schedule = replace(brief.schedule, rhythm=Rhythm.AT_ONCE)
        tx.newsletters.change(replace(brief, schedule=schedule))
    world.reader(ADA)
    news(world)
    minutes(world, 5)

    assert (len(world.digests(ADA)), tie(world).next_due_at) == (1, None)


def test_the_forecast_knows_what_would_come(world: World) -> None:
    two_readers(world)
    news(world)

    (coming,) = world.mailer.forecast.next_mails(tie(world).subscriber_id)

    assert "Story number 1" in coming.subject
