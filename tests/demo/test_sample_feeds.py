"""The three feeds, read by the same parser that everybody uses, over conditional GET."""

import json

import feedparser
import pytest
from flask.testing import FlaskClient

from mailer.demo.sample_site import Looks
from tests.demo.conftest import EVERY
from tests.fakes.clock import StandingClock

XML = [("/harbour-post/feed.xml", "rss20"), ("/northern-ledger/atom.xml", "atom10")]
ALL = [*(path for path, _ in XML), "/island-notes/feed.json"]


@pytest.mark.parametrize(("path", "version"), XML)
def test_the_xml_feeds_are_well_formed(path: str, version: str, site: FlaskClient) -> None:
    answer = site.get(path)

    headers = {"content-type": answer.content_type}
    parsed = feedparser.parse(answer.data, response_headers=headers)

    assert not parsed.bozo
    assert parsed.version == version
    assert len(parsed.entries) >= 6
    for entry in parsed.entries:
        assert entry.id == entry.link
        assert entry.title
        assert entry.author
        assert entry.published_parsed
        (html,) = [part.value for part in entry.content if part.type == "text/html"]
        assert html.startswith(("<figure", "<p"))


def test_the_json_feed_is_one(site: FlaskClient) -> None:
    document = json.loads(site.get("/island-notes/feed.json").data)

    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert len(document["items"]) >= 6
    for item in document["items"]:
        assert item["id"]
        assert item["content_html"]
        assert item["date_published"].endswith("+00:00")


@pytest.mark.parametrize("path", ALL)
def test_a_second_look_costs_nothing_until_there_is_news(
    path: str, site: FlaskClient, clock: StandingClock
) -> None:
    first = site.get(path)
    by_tag = {"If-None-Match": first.headers["ETag"]}
    by_date = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert site.get(path, headers=by_tag).status_code == 304
    assert site.get(path, headers=by_date).status_code == 304

    clock.advance(EVERY * 3)

    assert site.get(path, headers=by_tag).status_code == 200
    assert site.get(path, headers=by_date).status_code == 200


def test_looks_are_counted_by_their_answer(site: FlaskClient, looks: Looks) -> None:
    tag = site.get(ALL[0]).headers["ETag"]
    site.get(ALL[0], headers={"If-None-Match": tag})
    site.get(ALL[2])

    assert looks.of("harbour-post", 200) == 1
    assert looks.of("harbour-post", 304) == 1
    assert looks.of("island-notes", 200) == 1
    assert looks.of("northern-ledger", 200) == 0


@pytest.mark.parametrize("path", ALL)
def test_feeds_carry_the_furniture_of_real_ones(path: str, site: FlaskClient) -> None:
    text = site.get(path).text

    assert "Stay updated with the latest news!" in text
    assert "(credit: " in text
    assert "Staff contributed to this story." in text
    assert "This article was originally published at" in text
    assert "Share this:" in text
    assert "Read more" in text


def test_a_copy_links_to_its_original_under_the_publishers_name(site: FlaskClient) -> None:
    text = json.loads(site.get("/island-notes/feed.json").data)["items"][0]["content_html"]

    assert (
        '<a href="http://localhost/harbour-post/ferry-deal-after-nine-hours">'
        "www.harbourpost.example</a>"
    ) in text
