"""News sitemaps, read as feeds."""

from datetime import UTC, datetime

import pytest

from mailer.errors import FormatError
from mailer.feeds.parse import parse_document

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
URL = "https://post.example/news-sitemap.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)
STORY = (
    "<url><loc>https://post.example/ferries</loc><news:news><news:publication>"
    "<news:name>Harbour Post</news:name><news:language>en</news:language></news:publication>"
    "<news:publication_date>2026-11-23T18:00:00+01:00</news:publication_date>"
    "<news:title>Ferries sail again</news:title><news:keywords>Islands, Ferries</news:keywords>"
    "</news:news><image:image><image:loc>https://post.example/a.jpg</image:loc></image:image></url>"
)


def test_a_news_sitemap_is_a_feed() -> None:
    body = f"{HEAD}{STORY}<url><loc>https://post.example/about</loc></url></urlset>"

    feed = parse_document(body.encode(), url=URL, now=NOW)

    (draft,) = feed.drafts
    assert (feed.title, feed.language) == ("Harbour Post", "en")
    assert (draft.title, draft.url) == ("Ferries sail again", "https://post.example/ferries")
    assert draft.published_at == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert (draft.image_url, draft.topics) == ("https://post.example/a.jpg", ("Islands", "Ferries"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"{HEAD}<url><loc>https://post.example/</loc></url></urlset>", "without news"),
        ("<sitemapindex><sitemap/></sitemapindex>", "list of sitemaps"),
        (f"{HEAD}{STORY}", "broken"),
        (f"<!DOCTYPE a>{HEAD}{STORY}</urlset>", "document type"),
    ],
)
def test_what_has_no_news_says_why(body: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        parse_document(body.encode(), url=URL, now=NOW)
