"""Stories get their pictures before they go, and go without those that do not come."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from mailer.feeds.model import Article
from mailer.jobs.run import run_job
from mailer.pictures.illustrate import IllustrateReport
from mailer.pictures.model import Crop, Illustration
from mailer.web.app import create_app
from mailer.wiring import build
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.fakes.smtp_server import SmtpServer
from tests.pictures.samples import a_photo, opened
from tests.system.world import BASE_URL, World, settings_for

ADA = "ada@example.org"


@pytest.fixture
def world(database_url: str, clock: StandingClock, tmp_path: Path) -> Iterator[World]:
    """A site with pictures, and a program that waits for them as long as it takes."""
    with SmtpServer() as relay, FeedServer() as site:
        settings = settings_for(database_url, relay.port, tmp_path)
        pictures = replace(settings.pictures, wait_seconds=100)
        settings = replace(settings, pictures=pictures)
        made = World(build(settings, clock), clock, relay, site, settings)
        made.newsletter()
        made.reader(ADA)
        yield made
        made.mailer.store.close()


def photo(site: FeedServer, path: str, **options: object) -> str:
    return site.serve(path, a_photo(800, 500, **options), content_type="image/jpeg")  # type: ignore[arg-type]  # width, kind


def look(world: World) -> IllustrateReport:
    """Gather, compose, and have the pictures made."""
    run_job(world.mailer, "gather")
    world.at(2026, 11, 24, 6, 0)
    world.mailer.compose.due()
    return world.mailer.illustrate.due()


def articles(world: World) -> dict[str, Article]:
    with world.mailer.store.read() as tx:
        brief = tx.newsletters.by_slug("brief")
        return {one.title: one for one in tx.articles.window(brief.id, 0, 1000)}


def told(world: World, title: str) -> dict[Crop, Illustration]:
    with world.mailer.store.read() as tx:
        return {one.crop: one for one in tx.pictures.of([articles(world)[title].id])}


def files(world: World) -> int:
    """Forget nothing, and count what is there."""
    with world.mailer.store.read() as tx:
        made = tx.pictures.of([one.id for one in articles(world).values()])
        return len({one.picture.key for one in made if one.picture is not None})


def test_a_picture_is_fetched_once_and_kept_as_files_of_ours(world: World) -> None:
    url = photo(world.site, "/ferry.jpg")
    world.publish_item("Ferries sail again", picture=url)

    assert look(world) == IllustrateReport(asked=1, made=1)
    assert world.mailer.illustrate.due() == IllustrateReport()

    asked = [one for one in world.site.requests if one.path == "/ferry.jpg"]
    assert len(asked) == 1
    assert asked[0].headers["accept"].startswith("image/")
    made = told(world, "Ferries sail again")
    assert {crop: one.trouble for crop, one in made.items()} == dict.fromkeys(Crop)
    lead = made[Crop.LEAD].picture
    assert lead is not None
    with world.mailer.store.read() as tx:
        found = tx.pictures.content(lead.key)
    assert found is not None
    assert found[0] == lead
    assert len(found[1]) == lead.size <= Crop.LEAD.largest


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/gone.jpg", "answers 404"),
        ("/page.jpg", "no picture of a known kind"),
        ("/tiny.jpg", "too few"),
        ("/huge.jpg", "bytes"),
    ],
)
def test_a_picture_that_does_not_come_keeps_no_digest_back(
    world: World, path: str, why: str
) -> None:
    world.site.serve("/page.jpg", "<html>Log in</html>", content_type="image/jpeg")
    photo(world.site, "/tiny.jpg", kind="PNG")
    world.site.serve("/tiny.jpg", a_photo(60, 40), content_type="image/jpeg")
    world.site.serve_huge("/huge.jpg", 11)
    world.publish_item("Ferries sail again", picture=world.site.url(path))

    assert look(world) == IllustrateReport(asked=1, made=0)

    assert all(why in str(one.trouble) for one in told(world, "Ferries sail again").values())
    for job in ("digests", "send"):
        run_job(world.mailer, job)
    assert len(world.digests(ADA)) == 1


def test_an_edition_goes_on_when_a_picture_takes_over_what_draws_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.pictures.darkroom.CHILD", "tests.fakes.liar_child")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    answer = b'{"told": [null, {"lead": "all yours"}], "octets": 0}\n'  # the liar says what it gets
    url = world.site.serve("/ferry.jpg", answer, content_type="image/jpeg")
    world.publish_item("Ferries sail again", picture=url)

    assert look(world) == IllustrateReport(asked=1, made=0)

    made = told(world, "Ferries sail again").values()
    assert {str(one.trouble)[-20:] for one in made} == {"breaks what reads it"}
    for job in ("digests", "send"):
        run_job(world.mailer, job)
    assert len(world.digests(ADA)) == 1


def test_an_edition_does_not_wait_for_a_picture_longer_than_it_may(world: World) -> None:
    world.site.serve_slowly("/slow.jpg")
    world.publish_item("Ferries sail again", picture=world.site.url("/slow.jpg"))
    hasty = replace(world.settings, pictures=replace(world.settings.pictures, wait_seconds=1))
    world.mailer.store.close()
    world.mailer = build(hasty, world.clock)

    assert look(world) == IllustrateReport(asked=1, made=0)

    assert "within 1 seconds" in str(told(world, "Ferries sail again")[Crop.LEAD].trouble)


def test_a_digest_names_our_host_alone_and_we_have_what_it_names(world: World) -> None:
    world.publish_item("Ferries sail again", picture=photo(world.site, "/ferry.jpg"))
    world.publish_item("A library of tools", picture=photo(world.site, "/tools.png", kind="PNG"))
    look(world)
    for job in ("digests", "send"):
        run_job(world.mailer, job)

    (mail,) = world.relay.messages
    html = message_from_bytes(mail.content, policy=default).get_body(("html",)).get_content()  # type: ignore[union-attr]  # it has one
    sources = re.findall(r'<img[^>]* src="([^"]+)"', html)

    assert len(sources) == 2
    assert str(world.site.port) not in html
    client = create_app(world.mailer).test_client()
    for source in sources:
        assert source.startswith(f"{BASE_URL}/pictures/")
        answer = client.get(source.removeprefix(BASE_URL))
        assert answer.mimetype in {"image/jpeg", "image/png"}
        assert opened(answer.data).size in {Crop.THUMB.stored, (800, 449)}


def test_a_file_may_be_kept_for_ever_and_is_not_sent_twice(world: World) -> None:
    world.publish_item("Ferries sail again", picture=photo(world.site, "/ferry.jpg"))
    look(world)
    thumb = told(world, "Ferries sail again")[Crop.THUMB].picture
    assert thumb is not None
    client = create_app(world.mailer).test_client()

    first = client.get(f"/pictures/{thumb.file_name}")
    again = client.get(
        f"/pictures/{thumb.file_name}", headers={"If-None-Match": first.headers["ETag"]}
    )
    others = [client.get(f"/pictures/{name}").status_code for name in ("x.jpg", f"{thumb.key}.exe")]

    assert (first.status_code, again.status_code, others) == (200, 304, [404, 404])
    assert "immutable" in first.headers["Cache-Control"]
    assert "max-age=31536000" in first.headers["Cache-Control"]
    assert first.headers["Content-Length"] == str(thumb.size)


def test_an_editions_page_shows_its_pictures_and_offers_one_to_others(world: World) -> None:
    world.publish_item("Ferries sail again", picture=photo(world.site, "/ferry.jpg"))
    look(world)
    run_job(world.mailer, "digests")

    page = create_app(world.mailer).test_client().get("/read/brief/1").text

    made = told(world, "Ferries sail again")
    lead, card = made[Crop.LEAD].picture, made[Crop.CARD].picture
    assert lead is not None
    assert card is not None
    assert f'src="/pictures/{lead.file_name}" width="552" height="310"' in page
    assert f'og:image" content="{BASE_URL}/pictures/{card.file_name}"' in page
    assert "summary_large_image" in page
    assert "Photo: Post" in page


def test_no_picture_is_asked_for_in_a_private_network(world: World) -> None:
    """The site is allowed; where it sends us is not."""
    with FeedServer("127.0.0.1") as inner:
        inner.serve("/secret.jpg", a_photo(800, 500), content_type="image/jpeg")
        closed = replace(world.settings.feeds, allow_networks=())
        strict = build(replace(world.settings, feeds=closed), world.clock)
        world.publish_item("Ferries sail again", picture=inner.url("/secret.jpg"))
        run_job(world.mailer, "gather")
        world.at(2026, 11, 24, 6, 0)
        strict.compose.due()

        assert strict.illustrate.due() == IllustrateReport(asked=1, made=0)

        assert inner.requests == []
        assert "not a public address" in str(told(world, "Ferries sail again")[Crop.THUMB].trouble)
        strict.store.close()


def test_an_owner_may_do_without_pictures_and_a_feed_may_forbid_its_own(world: World) -> None:
    world.publish_item("Ferries sail again", picture=photo(world.site, "/ferry.jpg"))
    run_job(world.mailer, "gather")
    with world.mailer.store.write() as tx:
        (feed,) = tx.feeds.by_ids([one.feed_id for one in articles(world).values()])
        tx.feeds.configure(replace(feed, pictures=False))
        brief = tx.newsletters.by_slug("brief")
    assert look(world) == IllustrateReport()

    with world.mailer.store.write() as tx:
        tx.feeds.configure(feed)
        tx.newsletters.change(replace(brief, pictures=False))
    assert world.mailer.illustrate.again(1) == IllustrateReport()

    with world.mailer.store.write() as tx:
        tx.newsletters.change(brief)
    assert world.mailer.illustrate.again(1) == IllustrateReport(asked=1, made=1)


def test_two_stories_with_one_picture_share_it(world: World) -> None:
    world.publish_item("Ferries sail again", picture=photo(world.site, "/a.jpg"))
    world.publish_item("A library of tools", picture=world.site.url("/a.jpg"))

    assert look(world) == IllustrateReport(asked=1, made=1)

    thumbs = {told(world, title)[Crop.THUMB].picture for title in articles(world)}
    assert len(thumbs) == 1


def test_what_its_outlet_has_replaced_is_not_shown_any_more(world: World) -> None:
    world.publish_item("Ferries sail again", picture=photo(world.site, "/wrong.jpg"))
    look(world)
    world.items = [item.replace("/wrong.jpg", "/right.jpg") for item in world.items]
    photo(world.site, "/right.jpg")
    world.publish(0)
    world.clock.advance(timedelta(hours=1))
    run_job(world.mailer, "gather")
    assert told(world, "Ferries sail again") == {}

    assert world.mailer.illustrate.again(1) == IllustrateReport(asked=1, made=1)

    assert told(world, "Ferries sail again")[Crop.LEAD].source_url.endswith("/right.jpg")


def test_pictures_are_kept_for_the_archive_and_go_with_a_withdrawn_story(world: World) -> None:
    world.publish_item("Ferries sail again", picture=photo(world.site, "/ferry.jpg"))
    world.publish_item("A library of tools", picture=photo(world.site, "/tools.jpg", kind="PNG"))
    look(world)
    before = files(world)
    world.clock.advance(timedelta(days=400))
    assert world.mailer.illustrate.tidy() == 0

    world.mailer.retract.withdraw(articles(world)["Ferries sail again"].id)
    gone = world.mailer.illustrate.tidy()

    assert gone > 0
    assert told(world, "Ferries sail again") == {}
    assert files(world) == before - gone > 0


def test_pictures_of_an_edition_that_was_cancelled_go_after_a_week(world: World) -> None:
    world.publish_item("Ferries sail again", picture=photo(world.site, "/ferry.jpg"))
    look(world)
    world.mailer.approve.cancel(1)
    world.clock.advance(timedelta(days=6))
    assert world.mailer.illustrate.tidy() == 0

    world.clock.advance(timedelta(days=2))

    assert world.mailer.illustrate.tidy() == files(world) + 3
