"""Articles: listed, held, released, withdrawn; and why they are in or out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Operator
from tests.cli.test_feeds import a_feed
from tests.fakes.feed_server import FeedServer

TITLES = ("Ferries sail again", "Night buses return", "A library of tools")


@pytest.fixture
def site() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.serve("/feed.xml", a_feed(*TITLES))
        yield server


@pytest.fixture
def full(mailer: Operator, brief: str, site: FeedServer) -> Operator:
    """An operator with three articles and one reader."""
    mailer.does("feeds", "add", site.url("/feed.xml"), "--newsletter", brief)
    mailer.does("feeds", "gather")
    mailer.does("subscribers", "add", "ada@example.org", "--newsletter", brief)
    return mailer


def test_articles_are_listed_and_shown(full: Operator) -> None:
    listed = full.json("articles", "list", "--newsletter", "brief")

    assert {one["title"] for one in listed} == set(TITLES)
    assert full.json("articles", "show", listed[0]["id"])["state"] == "kept"


def test_what_is_held_is_left_out_with_its_reason_and_comes_when_released(full: Operator) -> None:
    held = full.json("articles", "list")[0]
    full.does("articles", "hold", held["id"])
    edition = full.json("editions", "compose", "--newsletter", "brief")["id"]

    (told,) = full.json("editions", "explain", edition, "--article", held["id"])

    assert (told["place"], told["reasons"][0]["rule"]) == ("out", "held")
    assert "1 released" in full.does("articles", "release", held["id"]).out


def test_what_is_withdrawn_leaves_an_edition_that_is_made(full: Operator) -> None:
    edition = full.json("editions", "compose", "--newsletter", "brief")["id"]
    gone = full.json("articles", "list")[1]

    full.does("articles", "withdraw", gone["id"], "--yes")

    assert gone["title"] not in full.does("editions", "preview", edition, "--text").out


def test_a_reader_s_digest_is_explained(full: Operator) -> None:
    edition = full.json("editions", "compose", "--newsletter", "brief")["id"]
    full.does("editions", "approve", edition, "--yes")
    full.does("jobs", "run", "digests")

    told = full.does("subscribers", "explain", "ada@example.org").out

    assert all(title in told for title in TITLES)
    assert "freshness" in told


def test_a_filter_of_a_feed_keeps_out_what_it_names(full: Operator, site: FeedServer) -> None:
    url = site.url("/feed.xml")
    said = full.does("feeds", "edit", url, "--newsletter", "brief", "--exclude", "library")
    edition = full.json("editions", "compose", "--newsletter", "brief")["id"]

    assert "exclude: library" in said.out
    assert "A library of tools" not in full.does("editions", "preview", edition, "--text").out


def test_too_few_stories_are_nobody_s_mail(full: Operator) -> None:
    full.does("newsletters", "edit", "brief", "--min-stories", "4")

    assert full("editions", "compose", "--newsletter", "brief").code == 2


def test_feeds_go_out_and_come_in_as_opml(full: Operator, tmp_path: Path, site: FeedServer) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(full.does("feeds", "export", "--newsletter", "brief").out)

    said = full.does("feeds", "import", file, "--newsletter", "brief").out

    assert site.url("/feed.xml") in file.read_text()
    assert said == "brief draws from 0 more feeds; 1 it had already.\n"


def test_a_file_is_cleaned(mailer: Operator, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p onclick=x>Words<script>1</script>")

    assert mailer.does("articles", "clean", tmp_path / "page.html").out == "<p>Words</p>\n"
