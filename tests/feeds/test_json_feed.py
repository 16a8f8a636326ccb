"""JSON Feed, 1.0 and 1.1."""

import json
from datetime import UTC, datetime

import pytest

from mailer.errors import FormatError
from mailer.feeds.model import Draft, ParsedFeed
from mailer.feeds.parse import parse_document

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
URL = "https://strait.example/feed.json"


def parse(*items: object, **feed: object) -> ParsedFeed:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Radio Strait",
        "home_page_url": "https://strait.example",
        "items": list(items),
        **feed,
    }
    return parse_document(json.dumps(document).encode(), url=URL, now=NOW)


def only(**fields: object) -> Draft:
    item = {"id": "1", "url": "/1", "title": "Ferries sail", "content_text": "They do.", **fields}
    [draft] = parse(item).drafts
    return draft


def test_a_feed_says_what_it_is() -> None:
    assert parse(language="en-GB") == ParsedFeed(
        "Radio Strait", "https://strait.example/", "en-GB", ()
    )


@pytest.mark.parametrize(
    "version", ["https://jsonfeed.org/version/1", "http://jsonfeed.org/version/1.1"]
)
def test_both_versions_are_read(version: str) -> None:
    assert parse({"id": "1", "title": "T"}, version=version).drafts[0].identity == "1"


@pytest.mark.parametrize(
    "version", [None, 1, "", "https://jsonfeed.org/version/2", "https://evil.example"]
)
def test_another_version_is_no_json_feed(version: object) -> None:
    with pytest.raises(FormatError, match="no JSON Feed"):
        parse(version=version)


@pytest.mark.parametrize(("told", "identity"), [("x", "x"), (7, "7"), (7.5, "7.5"), (" x ", "x")])
def test_an_id_becomes_text(told: object, identity: str) -> None:
    assert only(id=told).identity == identity


@pytest.mark.parametrize("told", [None, True, [], {}, ""])
def test_without_an_id_the_address_counts(told: object) -> None:
    assert only(id=told).identity == "//strait.example/1"


def test_a_title_is_plain_text_as_it_stands() -> None:
    assert only(title="Use <em> less").title == "Use <em> less"


def test_text_and_html_are_both_contents() -> None:
    assert only(content_text="5 < 6\n\nYes.").html == "5 &lt; 6<br><br>Yes."
    assert only(content_html="<p>Yes.<script>x</script></p>").html == "<p>Yes.</p>"
    assert only(summary="A <b> summary.").summary == "A <b> summary."


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("2026-11-23T19:00:00+01:00", datetime(2026, 11, 23, 18, 0, tzinfo=UTC)),
        ("2026-11-23T18:00:00.5Z", datetime(2026, 11, 23, 18, 0, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("Mon, 23 Nov 2026", datetime(2026, 11, 23, tzinfo=UTC)),
        (1790000000, None),
        (None, None),
    ],
)
def test_a_date_is_read_or_absent(date: object, published: datetime | None) -> None:
    assert only(date_published=date).published_at == published


def test_the_date_of_change_stands_in_for_the_first_one() -> None:
    assert only(date_modified="2026-11-23T18:00:00Z").published_at is not None


def test_authors_of_both_versions_are_named() -> None:
    people = [{"name": "Ines"}, {"url": "x"}, "Ines", {"name": 7}, {"name": "Tomas"}]

    assert only(authors=people).author == "Ines, Tomas"
    assert only(author={"name": "Ines"}).author == "Ines"
    assert only(authors="Ines").author is None


def test_a_picture_may_be_the_image_the_banner_or_an_attachment() -> None:
    attached = [{"url": "/c.png", "mime_type": "image/png"}, {"url": 1}, 2]

    assert only(image="/a.jpg").image_url == "https://strait.example/a.jpg"
    assert only(banner_image="/b.jpg").image_url == "https://strait.example/b.jpg"
    assert only(attachments=attached).image_url == "https://strait.example/c.png"
    assert only(image="javascript:x").image_url is None


def test_tags_are_topics() -> None:
    assert only(tags=["Islands", 1, "", "Islands", "Work\npay"]).topics == ("Islands", "Work pay")


def test_a_link_elsewhere_stands_in_for_a_missing_one() -> None:
    assert only(url=None, external_url="https://o.example/1").url == "https://o.example/1"
    assert only(url="javascript:x").url == "https://strait.example/"


def test_what_is_of_the_wrong_kind_is_absent_and_costs_nothing() -> None:
    wrong = {"id": "2", "title": ["x"], "url": 7, "content_html": {}, "summary": 1, "tags": "x"}
    parsed = parse("not an item", None, 7, wrong, {"id": "1", "title": "T"}, title=7, language=7)

    assert [draft.identity for draft in parsed.drafts] == ["1"]
    assert (parsed.title, parsed.language) == ("", None)
    assert parse(items={"id": "1"}).drafts == ()


def test_half_characters_and_nuls_do_not_come_through() -> None:
    dirty = "a\ud800\x00\ue000b"
    draft = only(
        id=dirty, title=dirty, content_html=dirty, summary=dirty, tags=[dirty], url=f"/{dirty}",
        authors=[{"name": dirty}], image=f"/{dirty}", language=dirty,
    )  # fmt: skip

    assert (draft.identity, draft.title, draft.html, draft.topics) == ("ab", "ab", "ab", ("ab",))
    assert (draft.author, draft.language) == ("ab", "ab")
    assert repr(draft).encode().isascii()
