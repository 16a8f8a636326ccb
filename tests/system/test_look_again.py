"""Each article is looked at once more before it is mailed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from mailer.feeds.model import Label
from mailer.feeds.recheck import RecheckReport
from mailer.jobs.run import run_job
from mailer.wiring import build
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.fakes.smtp_server import SmtpServer
from tests.system.world import World, settings_for

ADA = "ada@example.org"
PAGE = "<!doctype html><html><head><title>{0} | Post</title>{1}</head><body><h1>{0}</h1></body>"
TITLES = ("Ferries sail again", "Night buses return", "A library of tools", "Rain until Sunday")


@pytest.fixture
def world(database_url: str, clock: StandingClock, tmp_path: Path) -> Iterator[World]:
    """A site whose four articles have pages, and a program that looks at them for three seconds."""
    with SmtpServer() as relay, FeedServer() as site:
        settings = settings_for(database_url, relay.port, tmp_path)
        feeds = replace(settings.feeds, look_again_seconds=3, timeout=timedelta(seconds=30))
        settings = replace(settings, feeds=feeds)
        made = World(build(settings, clock), clock, relay, site, settings)
        made.newsletter()
        made.reader(ADA)
        for number, title in enumerate(TITLES):
            made.publish_item(title, url=page(site, number, title))
        run_job(made.mailer, "gather")
        yield made
        made.mailer.store.close()


def page(site: FeedServer, number: int, title: str, head: str = "") -> str:
    return site.serve(f"/{number}", PAGE.format(title, head), content_type="text/html")


def the_digest(world: World) -> str:
    world.at(2026, 11, 24, 6, 0)
    for job in ("digests", "send"):
        run_job(world.mailer, job)
    (digest,) = world.digests(ADA)
    return digest


def test_what_is_gone_or_hidden_is_dropped(world: World) -> None:
    world.site.serve("/0", status=404)
    world.site.serve("/1", status=410)
    page(world.site, 2, TITLES[2], "<meta name=robots content='noindex, follow'>")

    digest = the_digest(world)

    assert [title in digest for title in TITLES] == [False, False, False, True]
    assert "Subject: Rain until Sunday" in digest


def test_a_header_hides_a_page_as_well(world: World) -> None:
    hidden = {"X-Robots-Tag": "noindex"}
    world.site.serve("/0", "<h1>x</h1>", content_type="text/html", headers=hidden)

    assert TITLES[0] not in the_digest(world)


def test_another_headline_is_taken_over(world: World) -> None:
    new = "Ferries do not sail after all"
    page(world.site, 0, new)

    digest = the_digest(world)

    assert f"{new}\r\n" in digest
    assert f"{TITLES[0]}\r\n" not in digest


CLOSED = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": %s}'
    "</script>"
)


def test_a_page_that_says_that_it_is_for_subscribers_has_its_story_labelled(world: World) -> None:
    page(world.site, 1, TITLES[1], CLOSED % "false")
    page(world.site, 2, TITLES[2], CLOSED % "true")
    world.publish(0)  # its feed tells everything again, and knows nothing of that

    digest = the_digest(world)

    assert digest.count("Subscribers only\r\n") == 1
    assert f"Subscribers only\r\n{TITLES[1]}\r\n" in digest


def test_an_editors_word_and_a_page_that_is_open_again_end_that(world: World) -> None:
    page(world.site, 0, TITLES[0], CLOSED % "false")
    page(world.site, 1, TITLES[1], CLOSED % "false")
    world.at(2026, 11, 24, 6, 0)
    world.mailer.compose.due()
    assert world.mailer.recheck.due().relabelled == 2
    with world.mailer.store.read() as tx:
        known = {one.title: one for one in tx.articles.listing(None, None, 9)}
    assert known[TITLES[0]].labels == known[TITLES[1]].labels == (Label.SUBSCRIBERS,)

    world.mailer.retract.label([known[TITLES[0]].id], [])
    page(world.site, 1, TITLES[1])
    world.at(2026, 11, 24, 6, 31)  # what was seen is good for half an hour
    for job in ("digests", "send"):
        run_job(world.mailer, job)

    (digest,) = world.digests(ADA)
    assert "Subscribers only" not in digest


def test_a_headline_that_its_feed_has_changed_meanwhile_is_taken_over(world: World) -> None:
    world.items[0] = world.items[0].replace(TITLES[0], "Ferries stay in port")
    world.publish(0)

    assert "Ferries stay in port" in the_digest(world)


def test_what_the_feed_took_back_is_dropped(world: World) -> None:
    dated = [
        item.replace("<guid>", f"<pubDate>Tue, 24 Nov 2026 0{n}:00:00 GMT</pubDate><guid>")
        for n, item in enumerate(world.items)
    ]
    world.items[:] = dated
    world.publish(0)
    world.at(2026, 11, 24, 5, 30)
    run_job(world.mailer, "gather")
    del world.items[2]
    world.publish(0)

    digest = the_digest(world)

    assert [title in digest for title in TITLES] == [True, True, False, True]


def test_a_slow_site_keeps_nobody_waiting(world: World) -> None:
    for number in range(4):
        world.site.serve_slowly(f"/{number}")

    digest = the_digest(world)

    assert all(title in digest for title in TITLES)


def test_an_edition_that_cannot_be_looked_at_does_not_wait_for_ever(world: World) -> None:
    world.at(2026, 11, 24, 6, 0)
    (made,) = world.mailer.compose.due()
    with world.mailer.store.write() as tx:
        tx.connection.execute(text("UPDATE article SET topics = 'no JSON'"))

    with pytest.raises(ValueError, match="Expecting value"):
        world.mailer.recheck.due()

    with world.mailer.store.read() as tx:
        free = tx.editions.drafts_due(world.clock.now())
    assert [edition.id for edition in free] == [made.id]


def test_an_error_of_the_site_is_no_retraction(world: World) -> None:
    world.site.serve("/0", status=503)
    world.site.serve("/1", status=403)

    digest = the_digest(world)

    assert all(title in digest for title in TITLES)


def test_a_site_that_hides_all_of_its_pages_has_retracted_none(world: World) -> None:
    for number, title in enumerate(TITLES):
        page(world.site, number, title, "<meta name=robots content=noindex>")

    digest = the_digest(world)

    assert all(title in digest for title in TITLES)


def test_when_nothing_is_left_nobody_is_mailed(world: World) -> None:
    for number in range(4):
        world.site.serve(f"/{number}", status=410)
    world.at(2026, 11, 24, 6, 0)

    for job in ("digests", "send"):
        run_job(world.mailer, job)

    assert world.digests() == []


def test_while_one_program_looks_the_others_leave_the_edition_alone(world: World) -> None:
    world.at(2026, 11, 24, 6, 0)
    world.mailer.compose.due()
    now = world.clock.now()
    with world.mailer.store.write() as tx:
        assert tx.editions.claim_unchecked(now, now, now + timedelta(minutes=1))

    assert world.mailer.recheck.due() == RecheckReport()
    assert world.mailer.approve.due() == []
    world.clock.advance(timedelta(minutes=1))
    assert len(world.mailer.approve.due()) == 1
