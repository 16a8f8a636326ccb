"""`mailer editions illustrate`: pictures that did not come are asked for once more."""

from collections.abc import Iterator
from html import escape

import pytest

from tests.cli.conftest import Operator
from tests.fakes.feed_server import FeedServer
from tests.pictures.samples import a_photo


@pytest.fixture
def site() -> Iterator[FeedServer]:
    """A site with a story whose picture is not there yet, and one without any."""
    with FeedServer() as server:
        shown = (
            f'<enclosure url="{escape(server.url("/ferry.jpg"))}" type="image/jpeg" length="1"/>'
        )
        items = "".join(
            f"<item><title>{title}</title><guid>{title}</guid>{more}"
            f"<link>https://post.example/{number}</link><description>So far.</description></item>"
            for number, (title, more) in enumerate(
                [("Ferries sail again", shown), ("Night buses return", "")]
            )
        )
        feed = f"<rss version='2.0'><channel><title>Post</title>{items}</channel></rss>"
        server.serve("/feed.xml", feed, content_type="application/rss+xml")
        yield server


@pytest.fixture
def edition(mailer: Operator, brief: str, site: FeedServer) -> int:
    """The id of an edition that was composed before the picture came."""
    with mailer.config.open("a") as settings:
        settings.write("\n[pictures]\nwait_seconds = 100\n")
    mailer.does("feeds", "add", site.url("/feed.xml"), "--newsletter", brief)
    mailer.does("feeds", "gather")
    return int(mailer.json("editions", "compose", "--newsletter", brief)["id"])


def test_a_picture_that_came_late_is_in_the_edition_after_all(
    mailer: Operator, edition: int, site: FeedServer
) -> None:
    assert "its host answers 404" in mailer("editions", "lint", edition).out
    assert "/pictures/" not in mailer.does("editions", "preview", edition, "--html").out
    site.serve("/ferry.jpg", a_photo(800, 500), content_type="image/jpeg")

    said = mailer.does("editions", "illustrate", edition).out

    assert said == "1 of 1 pictures made.\n"
    assert "its host answers 404" not in mailer("editions", "lint", edition).out
    assert "/pictures/" in mailer.does("editions", "preview", edition, "--html").out


def test_a_picture_that_is_there_is_not_asked_for_again(
    mailer: Operator, edition: int, site: FeedServer
) -> None:
    site.serve("/ferry.jpg", a_photo(800, 500), content_type="image/jpeg")
    mailer.does("editions", "illustrate", edition)
    asked = len(site.requests)

    said = mailer.does("editions", "illustrate", edition).out

    assert said == "0 of 0 pictures made.\n"
    assert len(site.requests) == asked


def test_a_picture_that_still_does_not_come_is_counted(mailer: Operator, edition: int) -> None:
    assert mailer.does("editions", "illustrate", edition).out == "0 of 1 pictures made.\n"


def test_an_edition_that_is_not_there_is_said_so(mailer: Operator) -> None:
    told = mailer("editions", "illustrate", 99)

    assert told.code != 0
    assert "99" in told.err
