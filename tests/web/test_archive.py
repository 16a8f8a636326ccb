"""Past editions, for everybody."""

import json
import re
from datetime import timedelta
from io import BytesIO

import feedparser
import pytest

from mailer.jobs.run import run_job
from mailer.web.app import create_app
from tests.system.conftest import world
from tests.system.test_urgent import number_of, wants_urgent
from tests.system.world import World

__all__ = ["world"]


def two_editions(world: World) -> World:
    world.newsletter()
    world.reader("ada@example.org")
    for day in (24, 25):
        world.publish(2)
        world.at(2026, 11, day, 6, 0)
        world.run_what_is_due()
    return world


def page(world: World, path: str) -> tuple[int, str]:
    answer = create_app(world.mailer).test_client().get(path)
    return answer.status_code, answer.text


def test_an_edition_is_a_page_with_its_stories_and_its_neighbours(world: World) -> None:
    two_editions(world)

    status, first = page(world, "/read/brief/1")
    _, second = page(world, "/read/brief/2")

    assert status == 200
    assert "Story number 1" in first
    assert "Story number 3" not in first
    assert 'rel="next" href="/read/brief/2"' in first
    assert 'rel="prev" href="/read/brief/1"' in second
    assert 'rel="next"' not in second


def test_the_list_shows_what_went_out_newest_first(world: World) -> None:
    two_editions(world)

    _, text = page(world, "/read/brief/")

    assert text.index("/read/brief/2") < text.index("/read/brief/1")


def test_a_page_for_everybody_holds_nothing_of_anybody(world: World) -> None:
    two_editions(world)

    for path in ("/read/brief/", "/read/brief/1"):
        _, text = page(world, path)
        assert "ada" not in text
        assert "/leave/" not in text


@pytest.mark.parametrize("path", ["/read/brief/0", "/read/brief/7", "/read/brief/x", "/read/no/1"])
def test_what_never_went_out_is_not_there(world: World, path: str) -> None:
    two_editions(world)

    assert page(world, path)[0] == 404


def test_a_draft_and_a_cancelled_edition_are_not_shown(world: World) -> None:
    two_editions(world)
    world.publish()
    world.clock.advance(timedelta(hours=2))
    run_job(world.mailer, "gather")
    world.mailer.approve.cancel(1, "It told of a strike that was called off.")

    status, text = page(world, "/read/brief/1")
    assert status == 410
    assert "withdrawn" in text
    assert "It told of a strike that was called off." in text
    assert "/read/brief/1" not in page(world, "/read/brief/")[1]


@pytest.mark.parametrize("form", ["feed.xml", "atom.xml"])
def test_editions_are_a_feed_that_feedparser_reads(world: World, form: str) -> None:
    two_editions(world)

    status, text = page(world, f"/read/brief/{form}")
    found = feedparser.parse(BytesIO(text.encode()))

    assert (status, found.bozo) == (200, False)
    assert [entry.id.rpartition("/")[2] for entry in found.entries] == ["2", "1"]
    assert "Story number 1" in found.entries[1].content[0].value
    assert "/leave/" not in text


def test_editions_are_a_json_feed(world: World) -> None:
    two_editions(world)

    feed = json.loads(page(world, "/read/brief/feed.json")[1])

    assert feed["feed_url"].endswith("/read/brief/feed.json")
    assert [item["url"].rpartition("/")[2] for item in feed["items"]] == ["2", "1"]


def test_who_has_the_feed_already_is_told_so(world: World) -> None:
    two_editions(world)
    client = create_app(world.mailer).test_client()

    first = client.get("/read/brief/feed.xml")
    again = client.get("/read/brief/feed.xml", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_an_edition_says_what_it_is_where_it_is_shared(world: World) -> None:
    two_editions(world)

    _, text = page(world, "/read/brief/1")

    assert re.search(r'<link rel="canonical" href="http[^"]*/read/brief/1">', text)
    assert '<meta property="og:title" content="Story number' in text


def test_the_list_turns_its_pages_and_names_its_months(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.web.archive_lists.A_PAGE", 1)
    two_editions(world)

    _, first = page(world, "/read/brief/")
    _, second = page(world, "/read/brief/?page=2")

    assert "<h2>November 2026</h2>" in first
    assert ('href="?page=2"' in first, '/read/brief/1"' in first) == (True, False)
    assert ('href="?page=1"' in second, '/read/brief/1"' in second) == (True, True)
    assert page(world, "/read/brief/?page=3")[0] == 404
    assert page(world, "/read/brief/?page=x")[0] == 200


def test_search_engines_find_editions_and_no_private_link(world: World) -> None:
    two_editions(world)

    _, robots = page(world, "/robots.txt")
    _, sitemap = page(world, "/sitemap.xml")

    assert "Disallow: /leave/" in robots
    assert "/sitemap.xml" in robots
    addresses = re.findall(r"<loc>([^<]*)</loc>", sitemap)
    assert [url.partition("/read/")[2] for url in addresses] == ["brief/", "brief/2", "brief/1"]


def test_an_edition_tells_search_engines_what_it_is_based_on(world: World) -> None:
    world.newsletter()
    world.reader("ada@example.org")
    world.publish_item("A </script><b>ferry</b> & more", url="https://post.example/a")
    world.at(2026, 11, 24, 6, 0)
    world.run_what_is_due()

    _, text = page(world, "/read/brief/1")
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    data = json.loads(block)

    assert (data["@type"], data["url"][-13:]) == ("CollectionPage", "/read/brief/1")
    (one,) = data["mainEntity"]["itemListElement"]
    assert one["item"]["@type"] == "NewsArticle"
    assert one["item"]["url"] == "https://post.example/a"
    assert "<" not in block


def test_a_month_and_a_topic_have_pages_of_their_own(world: World) -> None:
    two_editions(world)

    status, month = page(world, "/read/brief/2026/11")
    _, topic = page(world, "/read/brief/topics/World")

    assert status == 200
    assert month.index("/read/brief/2") < month.index("/read/brief/1")
    assert "Story number 3" in topic
    assert '/read/brief/topics/World"' in page(world, "/read/brief/")[1]
    for wrong in ("2026/10", "2026/13", "0000/00", "9999/12", "topics/Nothing"):
        assert page(world, f"/read/brief/{wrong}")[0] == 404


@pytest.mark.parametrize(
    "path", ["", "1", "2026/11", "topics/World", "search?q=story", "atom.xml", "feed.json"]
)
def test_who_has_a_page_already_is_told_so_until_it_changes(world: World, path: str) -> None:
    two_editions(world)
    client = create_app(world.mailer).test_client()
    first = client.get(f"/read/brief/{path}")
    known = {"If-None-Match": first.headers["ETag"]}

    assert client.get(f"/read/brief/{path}", headers=known).status_code == 304
    world.mailer.approve.cancel(2)
    assert client.get(f"/read/brief/{path}", headers=known).status_code == 200


@pytest.mark.parametrize("path", ["1", "feed.xml", "atom.xml", "feed.json"])
def test_who_asks_by_date_is_told_so(world: World, path: str) -> None:
    two_editions(world)
    client = create_app(world.mailer).test_client()
    dated = client.get(f"/read/brief/{path}").headers["Last-Modified"]

    again = client.get(f"/read/brief/{path}", headers={"If-Modified-Since": dated})

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["/read/brief/", "/read/brief/search?q=story", "/sitemap.xml"])
def test_no_page_is_dated_by_the_moment_it_is_asked_for(world: World, path: str) -> None:
    two_editions(world)

    answer = create_app(world.mailer).test_client().get(path)

    assert "ETag" in answer.headers
    assert "Last-Modified" not in answer.headers


@pytest.mark.parametrize("path", ["/read/brief/", "/read/brief/1"])
def test_programs_that_read_feeds_find_them_from_a_page(world: World, path: str) -> None:
    two_editions(world)

    named = re.findall(r'<link rel="alternate" [^>]*href="([^"]+)"', page(world, path)[1])

    assert named == [f"/read/brief/{one}" for one in ("feed.xml", "atom.xml", "feed.json")]


def test_the_form_below_an_edition_is_guarded_and_no_proxy_keeps_it(world: World) -> None:
    two_editions(world)
    client = create_app(world.mailer).test_client()

    first, second = client.get("/read/brief/1"), client.get("/read/brief/1")

    tokens = [re.findall(r'name="form" value="([^"]+)"', one.text)[0] for one in (first, second)]
    assert tokens[0] != tokens[1]
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"
    world.clock.advance(timedelta(minutes=1))
    sent = {"email": "ben@example.org", "form": tokens[0]}
    assert client.post("/subscribe/brief", data=sent).status_code == 303


def test_a_corrected_story_says_so_on_its_page(world: World) -> None:
    two_editions(world)
    world.mailer.retract.correct(1, "It was a Tuesday.")

    _, text = page(world, "/read/brief/1")

    assert "was corrected on 25\u00a0November\u00a02026.</p>" not in text
    assert re.search(
        r"“Story number \d” was corrected on 25\u00a0November\u00a02026. It was a Tuesday.", text
    )
    assert "It was a Tuesday." not in page(world, "/read/brief/2")[1]


def test_an_edition_is_found_by_its_date(world: World) -> None:
    two_editions(world)

    answer = create_app(world.mailer).test_client().get("/read/brief/2026/11/25")

    assert (answer.status_code, answer.location) == (302, "/read/brief/2")
    for nothing in ("2026/11/23", "2026/11/00", "2026/11/31", "2026/13/01"):
        assert page(world, f"/read/brief/{nothing}")[0] == 404


def test_a_date_with_an_urgent_edition_too_lists_both(world: World) -> None:
    two_editions(world)
    wants_urgent(world, "ada@example.org")
    world.publish(1)
    world.clock.advance(timedelta(hours=2))
    run_job(world.mailer, "gather")
    world.mailer.retract.mark_urgent([number_of(world, "Story number 5")], urgent=True)
    run_job(world.mailer, "urgent")

    status, text = page(world, "/read/brief/2026/11/25")

    assert status == 200
    assert text.index("/read/brief/3") < text.index("/read/brief/2")


def test_a_hidden_edition_is_read_by_who_has_its_address_and_named_nowhere(world: World) -> None:
    two_editions(world)
    lists = ("", "1", "feed.xml", "atom.xml", "feed.json", "2026/11", "search?q=story")
    places = [*(f"/read/brief/{one}" for one in lists), "/sitemap.xml"]
    assert all(re.search(r"/read/brief/2\b", page(world, place)[1]) for place in places)

    world.mailer.approve.hide(2)
    named = [place for place in places if re.search(r"/read/brief/2\b", page(world, place)[1])]
    itself = create_app(world.mailer).test_client().get("/read/brief/2")
    world.mailer.approve.hide(2, hidden=False)

    assert named == []
    assert (itself.status_code, itself.headers["X-Robots-Tag"]) == (200, "noindex")
    assert all(re.search(r"/read/brief/2\b", page(world, place)[1]) for place in places)
