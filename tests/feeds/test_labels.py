"""What a feed says of its articles before their headlines: paid for, an opinion, not for all."""

from datetime import UTC, datetime

import pytest

from mailer.feeds.labels import in_order, marked, shown
from mailer.feeds.model import Label
from mailer.feeds.parse import parse_document

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
ITEM = "<item><title>A bank for the harbour</title><guid>1</guid>{}</item>"
RSS = (
    "<rss version='2.0' xmlns:dcterms='http://purl.org/dc/terms/'><channel><title>Post</title>"
    f"{ITEM}</channel></rss>"
)


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ("<category>Sponsored Content</category>", (Label.SPONSORED,)),
        ("<category>Anzeige</category><category>Kommentar</category>",
         (Label.SPONSORED, Label.OPINION)),
        ("<category>דעות</category>", (Label.OPINION,)),
        ("<category>Sponsors of the marathon</category>", ()),
        ("<dcterms:accessRights>Subscription required</dcterms:accessRights>",
         (Label.SUBSCRIBERS,)),
        ("<dcterms:accessRights>open access</dcterms:accessRights>", ()),
        ("<dcterms:accessRights>Unrestricted</dcterms:accessRights>", ()),
        ("<dcterms:accessRights>http://purl.org/eprint/accessRights/ClosedAccess"
         "</dcterms:accessRights>", (Label.SUBSCRIBERS,)),
    ],
)  # fmt: skip
def test_a_feed_says_what_an_article_is(said: str, labels: tuple[Label, ...]) -> None:
    (draft,) = parse_document(
        RSS.format(said).encode(), url="https://post.example/feed", now=NOW
    ).drafts

    assert draft.labels == labels


def test_a_json_feed_says_it_by_its_tags() -> None:
    feed = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Post",
        "items": [{"id": "1", "title": "A column", "tags": ["op-ed", "Premium"]}]}"""
    (draft,) = parse_document(feed, url="https://post.example/feed.json", now=NOW).drafts

    assert draft.labels == (Label.OPINION, Label.SUBSCRIBERS)


def test_an_editor_has_the_last_word_and_what_is_paid_stands_first() -> None:
    found, feed = (Label.OPINION,), (Label.SPONSORED,)

    assert shown(None, found, feed) == (Label.SPONSORED, Label.OPINION)
    assert shown((), found, feed) == ()
    assert in_order([Label.SUBSCRIBERS, Label.SPONSORED]) == (Label.SPONSORED, Label.SUBSCRIBERS)
    assert marked(["Politics"]) == ()
