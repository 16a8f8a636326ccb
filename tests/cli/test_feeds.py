"""Feeds: added, looked at, listed with their troubles, read from files."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Operator
from tests.fakes.feed_server import FeedServer

FEED = """<rss version="2.0"><channel><title>Post</title>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><guid>{title}</guid><link>https://post.example/{number}</link>
<description>What happened is told here, in a sentence or two.</description></item>"""


def a_feed(*titles: str) -> str:
    items = (ITEM.format(title=title, number=number) for number, title in enumerate(titles))
    return FEED.format(items="".join(items))


@pytest.fixture
def site() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.serve("/feed.xml", a_feed("One", "Two"), content_type="application/rss+xml")
        yield server


@pytest.fixture
def drawing(mailer: Operator, brief: str, site: FeedServer) -> Operator:
    """An operator whose newsletter draws from the site's feed."""
    mailer.does("feeds", "add", site.url("/feed.xml"), "--newsletter", brief)
    return mailer


def test_a_feed_is_looked_at_and_what_is_new_is_counted(
    drawing: Operator, site: FeedServer
) -> None:
    (first,) = drawing.json("feeds", "gather", "--newsletter", "brief")
    (second,) = drawing.json("feeds", "gather")

    assert (first["url"], first["status"], first["new"]) == (site.url("/feed.xml"), "read", 2)
    assert second["new"] == 0


def test_the_table_names_what_went_wrong_and_the_others_go_on(
    drawing: Operator, site: FeedServer
) -> None:
    drawing.does("feeds", "add", site.url("/missing.xml"), "--newsletter", "brief")

    told = drawing.does("feeds", "gather")

    (missing,) = [line for line in told.lines if "missing.xml" in line]
    assert "failed" in missing
    assert "404" in missing
    assert any("Post" in line and "read" in line for line in told.lines)


def test_when_every_feed_fails_the_answer_is_no(
    mailer: Operator, brief: str, site: FeedServer
) -> None:
    mailer.does("feeds", "add", site.url("/missing.xml"), "--newsletter", brief)

    told = mailer("feeds", "gather", "--json")

    assert told.code == 1
    assert told.json[0]["trouble"]


def test_without_a_feed_there_is_nothing_to_look_at(mailer: Operator, brief: str) -> None:
    told = mailer("feeds", "gather", "--newsletter", brief)

    assert told.code == 1
    assert "mailer feeds add" in told.out


def test_the_list_tells_of_newsletters_and_troubles(drawing: Operator, site: FeedServer) -> None:
    drawing.does(
        "newsletters", "create", "weekly", "--name", "Weekly", "--sender", "weekly@example.org"
    )
    drawing.does("feeds", "add", site.url("/missing.xml"), "--newsletter", "weekly")
    drawing.does("feeds", "add", site.url("/feed.xml"), "--newsletter", "weekly")
    drawing.does("feeds", "gather")

    good, bad = drawing.json("feeds", "list")

    assert (good["title"], good["newsletters"], good["trouble"]) == (
        "Post",
        ["brief", "weekly"],
        None,
    )
    assert (bad["failures"], bad["newsletters"]) == (1, ["weekly"])
    assert len(drawing.json("feeds", "list", "--newsletter", "brief")) == 1
    assert "(1 times)" in drawing.does("feeds", "list").out


def test_adding_again_moves_it_to_another_section(drawing: Operator, site: FeedServer) -> None:
    url = site.url("/feed.xml")

    drawing.does("feeds", "add", url, "--newsletter", "brief", "--section", "Harbour")

    shown = drawing.json("newsletters", "show", "brief")
    assert shown["feeds"] == [{"section": "Harbour", "url": url}]


@pytest.mark.parametrize("url", ["feed.xml", "ftp://post.example/", "javascript:alert(1)", "//x"])
def test_an_address_that_is_no_feeds_is_refused(mailer: Operator, brief: str, url: str) -> None:
    told = mailer("feeds", "add", url, "--newsletter", brief)

    assert told.code == 2
    assert "http://" in told.err
    assert mailer.json("feeds", "list") == []


def test_a_removed_feed_is_not_looked_at_until_it_is_added_again(
    drawing: Operator, site: FeedServer
) -> None:
    url = site.url("/feed.xml")
    drawing.does("feeds", "remove", url, "--newsletter", "brief", "--yes")

    drawing.does("jobs", "run", "gather")
    assert site.requests == []

    drawing.does("feeds", "add", url, "--newsletter", "brief")
    drawing.does("jobs", "run", "gather")
    assert len(site.requests) == 1


def test_a_removed_feed_is_looked_at_again_when_a_list_brings_it_back(
    drawing: Operator, site: FeedServer, tmp_path: Path
) -> None:
    feeds = tmp_path / "feeds.opml"
    feeds.write_text(drawing.does("feeds", "export").out, "utf-8")
    drawing.does("feeds", "remove", site.url("/feed.xml"), "--newsletter", "brief", "--yes")

    drawing.does("feeds", "import", feeds, "--newsletter", "brief")
    drawing.does("jobs", "run", "gather")

    assert len(site.requests) == 1


def test_what_a_newsletter_does_not_draw_from_cannot_be_removed(
    mailer: Operator, brief: str
) -> None:
    told = mailer("feeds", "remove", "https://post.example/x", "--newsletter", brief)

    assert told.code == 1
    assert "there is no feed https://post.example/x" in told.err


def test_files_are_parsed_one_object_a_line(anywhere: Operator, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_text(a_feed("One", "Two"))
    bad.write_text("this is a letter")

    told = anywhere.does("feeds", "parse", good, bad, tmp_path / "none.xml", "--json")

    first, second, third = map(json.loads, told.lines)
    assert [article["title"] for article in first["articles"]] == ["One", "Two"]
    assert (first["file"], first["error"], first["title"]) == (str(good), None, "Post")
    assert set(first["articles"][0]) == {
        *("id", "url", "title", "summary", "html", "author", "published", "image"),
        *(
            "image_alt",
            "image_caption",
            "image_credit",
            "original_url",
            "original_publisher",
            "topics",
            "labels",
        ),
    }
    assert second["error"]
    assert third["error"] == "cannot be opened: No such file or directory"


def test_parsing_needs_no_settings(anywhere: Operator, tmp_path: Path) -> None:
    anywhere.config.unlink()
    file = tmp_path / "feed.xml"
    file.write_text(a_feed("One"))

    told = anywhere.does("feeds", "parse", file)

    assert told.lines[0] == f"{file}: Post, 1 articles"
    assert "https://post.example/0" in told.lines[-1]


def test_when_no_file_can_be_read_the_answer_is_no(anywhere: Operator, tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_text("")

    told = anywhere("feeds", "parse", tmp_path / "bad.xml", tmp_path)

    assert told.code == 1
    assert len(told.lines) == 2


def test_what_holds_for_every_newsletter_is_changed_without_naming_one(
    drawing: Operator, site: FeedServer
) -> None:
    url = site.url("/feed.xml")
    drawing.does("feeds", "edit", url, "--read-pages", "--excerpt-words", "20", "--title", "Daily")
    (feed,) = drawing.json("feeds", "list")
    assert (feed["read_pages"], feed["excerpt_words"], feed["title"]) == (True, 20, "Daily")

    drawing.does("feeds", "edit", url, "--no-read-pages", "--excerpt-words", "-1")
    drawing.does("feeds", "edit", url, "--url", site.url("/moved.xml"))

    (feed,) = drawing.json("feeds", "list")
    assert (feed["read_pages"], feed["excerpt_words"]) == (False, None)
    assert feed["url"] == site.url("/moved.xml")


def test_pages_can_be_wanted_from_the_first_look(
    mailer: Operator, brief: str, site: FeedServer
) -> None:
    mailer.does("feeds", "add", site.url("/feed.xml"), "--newsletter", brief, "--read-pages")

    assert mailer.json("feeds", "list")[0]["read_pages"] is True


def test_an_edit_that_changes_nothing_or_nobodys_use_is_refused(
    drawing: Operator, site: FeedServer
) -> None:
    url = site.url("/feed.xml")

    assert "what is to be changed" in drawing("feeds", "edit", url).err
    assert "--newsletter" in drawing("feeds", "edit", url, "--weight", "2").err


def test_two_feeds_cannot_have_one_address(drawing: Operator, brief: str, site: FeedServer) -> None:
    drawing.does("feeds", "add", site.url("/other.xml"), "--newsletter", brief)

    told = drawing("feeds", "edit", site.url("/other.xml"), "--url", site.url("/feed.xml"))

    assert told.code == 1
    assert {feed["url"] for feed in drawing.json("feeds", "list")} == {
        site.url("/feed.xml"),
        site.url("/other.xml"),
    }


def test_a_check_says_what_a_look_would_find_and_keeps_nothing(
    drawing: Operator, site: FeedServer
) -> None:
    found = drawing.json("feeds", "check", site.url("/feed.xml"))

    assert (found["known"], found["new"], found["trouble"]) == (True, 2, None)
    assert [article["title"] for article in found["articles"]] == ["One", "Two"]
    assert drawing.json("articles", "list") == []
    assert drawing.json("feeds", "list")[0]["last_looked_at"] is None
    drawing.does("feeds", "gather")
    assert drawing.json("feeds", "check", site.url("/feed.xml"))["new"] == 0


def test_a_check_is_told_in_words_with_the_first_articles(
    drawing: Operator, site: FeedServer
) -> None:
    told = drawing.does("feeds", "check", site.url("/feed.xml")).lines

    assert told[0] == f"{site.url('/feed.xml')}: “Post”, 2 articles, 2 of them are not kept yet"
    assert told[1] == "without a date: 2; without a text: 2"
    assert [line.rpartition("  ")[0].split()[-1] for line in told[-2:]] == ["One", "Two"]


def test_the_feeds_of_a_site_are_found(mailer: Operator, site: FeedServer) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    site.serve("/", f"<!doctype html>{link}", content_type="text/html")

    told = mailer.does("feeds", "discover", site.url("/")).lines

    assert [line.split() for line in told[1:]] == [[site.url("/feed.xml"), "Post", "2"]]


def test_a_site_without_a_feed_is_told(mailer: Operator, site: FeedServer) -> None:
    site.serve("/feed.xml", "", status=404)
    site.serve("/", "<!doctype html><p>Words.", content_type="text/html")

    told = mailer("feeds", "discover", site.url("/"))

    assert told.code == 1
    assert told.out.startswith("No feed was found at ")


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [("/page", 200, "web page (HTML)"), ("/missing", 404, "404"), ("/gone", 410, "410")],
)
def test_a_check_of_what_is_no_feed_says_why(
    mailer: Operator, site: FeedServer, path: str, status: int, reason: str
) -> None:
    site.serve(path, "<!doctype html><title>x</title>", status=status, content_type="text/html")

    told = mailer("feeds", "check", site.url(path))

    assert told.code == 1
    assert reason in told.out


def test_a_check_reads_pages_when_asked_to(mailer: Operator, site: FeedServer) -> None:
    words = "The ferries to the northern islands sail again from Wednesday, the company said."
    site.serve("/a", f"<article><p>{words}</p></article>", content_type="text/html")
    item = f"<item><title>Ferries</title><link>{site.url('/a')}</link></item>"
    site.serve("/bare.xml", FEED.format(items=item))

    bare = mailer.json("feeds", "check", site.url("/bare.xml"))
    read = mailer.json("feeds", "check", site.url("/bare.xml"), "--read-pages")

    assert (bare["without_text"], read["without_text"]) == (1, 0)
    assert read["articles"][0]["summary"] == words


def test_all_that_a_feed_brings_can_be_labelled(drawing: Operator, site: FeedServer) -> None:
    url = site.url("/feed.xml")

    said = drawing.does("feeds", "edit", url, "--label", "sponsored", "--label", "opinion").out
    assert "labelled sponsored and opinion" in said
    (feed,) = drawing.json("feeds", "list")
    assert feed["labels"] == ["sponsored", "opinion"]

    drawing.does("feeds", "edit", url, "--label", "none")
    (feed,) = drawing.json("feeds", "list")
    assert feed["labels"] == []
