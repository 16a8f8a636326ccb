"""Readers who chose headings get what stands under those, once, whatever they change."""

import pytest

from mailer.address import parse_address
from mailer.editions.model import Rhythm, TopicSection
from mailer.errors import UsageError
from mailer.jobs.run import run_job
from mailer.subscribers.model import Subscription
from mailer.subscribers.preferences import Wishes
from tests.system.world import World

ADA, BEN = "ada@example.org", "ben@example.org"


def tie(world: World, address: str = ADA) -> Subscription:
    with world.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        return tx.subscriptions.of_subscriber(person.id)[0]


def choose(world: World, *sections: str, address: str = ADA) -> Subscription:
    return world.mailer.preferences.edit(tie(world, address).id, Wishes(sections=sections))


def two_readers(world: World) -> None:
    """Ada chose sport, Ben everything; the feed's own heading is World."""
    world.newsletter()
    with world.mailer.store.write() as tx:
        brief = tx.newsletters.by_slug("brief")
        for name in ("Sport", "Arts & letters"):
            tx.sections.put(brief.id, TopicSection(name, (name.split()[0].lower(),)))
    world.reader(ADA, BEN)
    choose(world, "sport")


def morning(world: World, day: int) -> None:
    world.at(2026, 11, day, 6)
    world.run_what_is_due()


def test_only_what_was_chosen_comes(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.publish_item("The cup is won", topics=("Sport",))
    world.publish_item("A dam gives way")

    morning(world, 24)

    (ada,), (ben,) = world.digests(ADA), world.digests(BEN)
    assert ("The cup is won" in ada, "A dam gives way" in ada) == (True, False)
    assert ("The cup is won" in ben, "A dam gives way" in ben) == (True, True)


def test_a_day_without_the_chosen_brings_no_mail_and_the_next_one_does(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.publish_item("A dam gives way")
    morning(world, 24)
    assert (len(world.digests(ADA)), len(world.digests(BEN))) == (0, 1)

    world.publish_item("The cup is won", topics=("Sport",))
    morning(world, 25)

    (ada,) = world.digests(ADA)
    assert "The cup is won" in ada


def test_another_choice_holds_for_all_that_is_new_since_the_last_mail(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    world.publish_item("The cup is won", topics=("Sport",))
    world.publish_item("A novel is praised", topics=("Arts",))
    morning(world, 24)
    world.publish_item("A painting is found", topics=("Arts",))

    choose(world, "Sport", "Arts & letters")
    morning(world, 25)

    _, second = world.digests(ADA)
    titles = ("The cup is won", "A novel is praised", "A painting is found")
    assert [title in second for title in titles] == [False, False, True]


def test_one_page_serves_all_who_chose_alike(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    readers = [f"reader{number}@example.org" for number in range(5)]
    world.reader(*readers)
    for number, reader in enumerate(readers):
        choose(world, *(["Sport", "World"], ["World", "Sport"])[number % 2], address=reader)
    world.publish_item("The cup is won", topics=("Sport",))

    world.at(2026, 11, 24, 6)
    run_job(world.mailer, "gather")

    assert "3 pages rendered" in run_job(world.mailer, "digests")


def test_a_heading_that_goes_takes_no_reader_with_it(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    with world.mailer.store.write() as tx:
        brief = tx.newsletters.by_slug("brief")
        tx.sections.remove(brief.id, "Sport")
    world.publish_item("A dam gives way")

    morning(world, 24)

    assert tie(world).sections == ()
    assert "A dam gives way" in world.digests(ADA)[0]


def test_a_feed_s_heading_that_is_renamed_stays_chosen(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    choose(world, "World")

    with world.mailer.store.write() as tx:
        brief = tx.newsletters.by_slug("brief")
        (feed,) = tx.newsletters.sources(brief.id)
        tx.newsletters.add_source(brief.id, feed.feed_id, "Abroad")

    assert tie(world).sections == ("Abroad",)


def test_urgent_news_of_another_heading_wakes_nobody(both_worlds: World) -> None:
    world = both_worlds
    two_readers(world)
    for reader in (ADA, BEN):
        world.mailer.preferences.edit(tie(world, reader).id, Wishes(urgent=True))
    world.publish_item("A dam gives way")
    run_job(world.mailer, "gather")
    with world.mailer.store.read() as tx:
        (article,) = tx.articles.listing(None, None, 9)
    world.mailer.retract.mark_urgent([article.id], urgent=True)

    for job in ("urgent", "send"):
        run_job(world.mailer, job)

    assert (len(world.digests(ADA)), len(world.digests(BEN))) == (0, 1)


def test_the_reasons_name_what_was_not_chosen(world: World) -> None:
    two_readers(world)
    world.publish_item("A dam gives way")
    run_job(world.mailer, "gather")

    (coming,) = world.mailer.forecast.next_mails(tie(world).subscriber_id)

    assert coming.verdicts[0].reasons[0].note == "this reader did not choose “World”"


def test_a_choice_is_of_headings_there_are_and_all_of_them_is_everything(world: World) -> None:
    two_readers(world)
    with pytest.raises(UsageError):
        choose(world, "Weather")

    assert choose(world, "World", "Sport", "Arts & letters").sections == ()
    assert tie(world).schedule.rhythm is Rhythm.DAILY
