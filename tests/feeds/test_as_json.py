"""A parsed feed as a JSON object for other programs."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from mailer.errors import FormatError
from mailer.feeds.as_json import error_as_json, parsed_as_json
from mailer.feeds.model import ParsedFeed
from tests.feeds.samples import a_draft

KEYS = {"file", "error", "title", "language", "articles"}


def test_a_feed_is_told_with_all_its_articles() -> None:
    draft = a_draft("1", url="https://harbour.example/1", image_credit="T. Reed")
    parsed = ParsedFeed("Harbour Post", None, "en", (draft, replace(draft, published_at=None)))

    told = parsed_as_json("feed.xml", parsed)

    assert told.keys() == KEYS
    assert told["articles"] == [
        {
            "id": "1",
            "url": "https://harbour.example/1",
            "title": "Ferries sail again",
            "summary": "Sailings resume on Wednesday.",
            "html": "<p>Sailings resume on Wednesday.</p>",
            "author": "Ines Calder",
            "published": published,
            "image": None,
            "image_alt": None,
            "image_caption": None,
            "image_credit": "T. Reed",
            "original_url": None,
            "original_publisher": None,
            "topics": ["Islands"],
            "labels": [],
        }
        for published in (datetime(2026, 11, 23, 18, 0, tzinfo=UTC).isoformat(), None)
    ]
    assert json.loads(json.dumps(told)) == told


def test_what_could_not_be_read_has_its_reason() -> None:
    told = error_as_json("page.html", FormatError("file", "this is a web page (HTML), not a feed"))

    assert told.keys() == KEYS
    assert told["error"] == "this is a web page (HTML), not a feed"
    assert told["articles"] == []
