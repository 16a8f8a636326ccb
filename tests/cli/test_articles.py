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

    told = full("editions", "compose", "--newsletter", "brief")

    assert told.code == 2
    assert "too little is new for brief" in told.err
    assert "mailer articles list --newsletter brief" in told.err


def test_feeds_go_out_and_come_in_as_opml(full: Operator, tmp_path: Path, site: FeedServer) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(full.does("feeds", "export", "--newsletter", "brief").out)

    said = full.does("feeds", "import", file, "--newsletter", "brief").out

    assert site.url("/feed.xml") in file.read_text()
    assert said == "brief draws from 0 more feeds; 1 it had already.\n"


def test_a_file_is_cleaned(mailer: Operator, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p onclick=x>Words<script>1</script>")

    assert mailer.does("articles", "clean", tmp_path / "page.html").out == "<p>Words</p>\n"


def test_the_next_mail_of_a_reader_is_explained_before_it_is_made(full: Operator) -> None:
    full.does("newsletters", "edit", "brief", "--exclude", "library")

    told = full.json("subscribers", "explain", "ada@example.org")[0]

    assert (told["state"], told["edition_id"], told["nothing_because"]) == ("next", None, None)
    places = {story["title"]: story["place"] for story in told["stories"]}
    assert places[TITLES[2]] == "out"
    assert "lead" in places.values()
    assert "exclude" in full.does("subscribers", "explain", "ada@example.org").out
    assert full.json("editions", "list") == [], "nothing was made"


def test_an_article_that_is_no_candidate_of_the_next_mail_says_why(
    full: Operator, site: FeedServer
) -> None:
    number = full.json("articles", "list")[0]["id"]
    full.does("feeds", "remove", site.url("/feed.xml"), "--newsletter", "brief", "--yes")

    words = ("subscribers", "explain", "ada@example.org", "--article", number)

    (story,) = full.json(*words)[0]["stories"]
    assert story["reasons"][0]["rule"] == "feed"
    assert "does not draw from its feed" in full.does(*words).out


def test_a_mail_that_would_not_come_says_why(full: Operator) -> None:
    full.does("newsletters", "edit", "brief", "--min-stories", "4")

    said = full.does("subscribers", "explain", "ada@example.org").out

    assert "no mail, as 3 stories are fewer than the 4" in said
    full.does("subscribers", "unsubscribe", "ada@example.org", "--yes")
    assert "has left" in full.does("subscribers", "explain", "ada@example.org").out


def test_what_was_in_the_last_mail_is_not_in_the_next_one(full: Operator) -> None:
    number = full.json("articles", "list")[0]["id"]
    edition = full.json("editions", "compose", "--newsletter", "brief")["id"]
    full.does("editions", "approve", edition, "--yes")
    full.does("jobs", "run", "digests")

    coming, last = full.json("subscribers", "explain", "ada@example.org", "--article", number)

    assert coming["nothing_because"] == "nothing is new"
    assert coming["stories"][0]["reasons"][0]["rule"] == "seen"
    assert last["stories"][0]["place"] != "out"


def test_headings_by_topic_are_made_listed_and_forgotten(full: Operator, site: FeedServer) -> None:
    feed = a_feed(*TITLES).replace("<guid", "<category>Transport</category><guid", 1)
    site.serve("/feed.xml", feed)
    full.does("feeds", "gather")
    words = ("--newsletter", "brief", "--topic", "transport", "--points", "2", "--urgent", "yes")
    assert "at once" in full.does("sections", "set", "On the move", *words).out

    (section,) = full.json("sections", "list", "--newsletter", "brief")
    stories = full.json("subscribers", "explain", "ada@example.org")[0]["stories"]

    assert (section["name"], section["topics"]) == ("On the move", ["transport"])
    rules = {story["title"]: [one["rule"] for one in story["reasons"]] for story in stories}
    assert [title for title, told in rules.items() if "section" in told] == [TITLES[0]]
    full.does("sections", "remove", "On the move", "--newsletter", "brief")
    assert full("sections", "remove", "On the move", "--newsletter", "brief").code == 1


def test_a_reader_chooses_urgent_news_and_an_article_is_marked(full: Operator) -> None:
    number = full.json("articles", "list")[0]["id"]
    full.does("subscribers", "edit", "ada@example.org", "--newsletter", "brief", "--urgent", "yes")

    full.does("articles", "urgent", number)
    said = full.does("jobs", "run", "urgent").out

    assert "1 urgent edition composed" in said
    assert "1 urgent mail planned" in said
    story = next(
        one
        for one in full.json("subscribers", "explain", "ada@example.org")[0]["stories"]
        if one["article"] == number
    )
    assert (story["place"], story["reasons"][0]["rule"]) == ("out", "urgent")
    assert full("articles", "urgent", 999).code == 1


def test_withdrawing_and_correcting_say_who_is_told(full: Operator) -> None:
    first, second, _ = full.json("articles", "list")

    assert "Nobody had got it" in full.does("articles", "withdraw", first["id"], "--yes").out
    said = full.does("articles", "correct", second["id"], "--note", "The day was wrong.").out
    assert "A correction is kept" in said
    shown = full.json("articles", "show", second["id"])["corrections"]
    assert [(one["kind"], one["note"]) for one in shown] == [("corrected", "The day was wrong.")]
    assert full("articles", "correct", second["id"], "--note", " ").code == 2


def test_a_lead_that_is_withdrawn_gives_its_name_to_no_edition(full: Operator) -> None:
    edition = full.json("editions", "compose", "--newsletter", "brief")
    lead = next(
        one for one in full.json("articles", "list") if edition["subject"].startswith(one["title"])
    )

    full.does("articles", "withdraw", lead["id"], "--yes")

    assert lead["title"] not in full.json("editions", "show", edition["id"])["subject"]


def test_what_was_told_otherwise_is_listed(full: Operator, site: FeedServer) -> None:
    assert full.json("articles", "list", "--changed") == []
    site.serve("/feed.xml", a_feed(*TITLES).replace(">Night buses return", ">Night buses stay"))
    full.does("feeds", "gather")

    assert [one["title"] for one in full.json("articles", "list", "--changed")] == [
        "Night buses stay"
    ]


def test_an_editor_says_what_an_article_is_and_takes_it_back(full: Operator) -> None:
    number = full.json("articles", "list")[0]["id"]

    said = full.does("articles", "label", number, "--sponsored", "--subscribers-only").out
    assert "sponsored, subscribers" in said
    assert full.json("articles", "show", number)["labels"] == ["sponsored", "subscribers"]

    full.does("articles", "label", number, "--as-found")
    assert full.json("articles", "show", number)["labels"] == []
    assert full("articles", "label", number, "--none", "--opinion").code == 2
