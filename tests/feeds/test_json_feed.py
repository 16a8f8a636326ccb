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


SITE = "https://strait.example"


@pytest.mark.parametrize(
    ("fields", "name", "wanted"),
    [
        ({"id": 2**70}, "identity", str(2**70)),
        ({"id": -1}, "identity", "-1"),
        ({"id": 0}, "identity", "0"),
        ({"id": "Ä/1"}, "identity", "Ä/1"),
        ({"id": "https://x.example/?utm_source=a"}, "identity", "https://x.example/?utm_source=a"),
        ({"url": "https://o.example/a b"}, "url", "https://o.example/a%20b"),
        ({"url": "../2"}, "url", f"{SITE}/2"),
        ({"url": "//o.example/3"}, "url", "https://o.example/3"),
        ({"url": "?page=4"}, "url", f"{SITE}/feed.json?page=4"),
        ({"url": "data:text/html,x"}, "url", f"{SITE}/"),
        ({"url": "", "external_url": ""}, "url", f"{SITE}/"),
        ({"url": "/5", "external_url": "https://o.example/5"}, "url", f"{SITE}/5"),
        ({"title": "A &amp; B"}, "title", "A &amp; B"),
        ({"title": "Two\nlines"}, "title", "Two lines"),
        ({"title": None, "content_text": "Ferries sail. All of them."}, "title", "Ferries sail"),
        ({"title": "", "content_html": "<p>Ferries sail.</p>"}, "title", "Ferries sail"),
        ({"title": "\u202eevil"}, "title", "evil"),
        ({"content_text": "", "summary": "They sail."}, "summary", "They sail."),
        ({"content_html": "", "content_text": "They sail."}, "summary", "They sail."),
        ({"content_html": "<p>One.</p>", "content_text": "Two."}, "summary", "One."),
        ({"content_html": "<p>A whole text.</p>", "summary": "A teaser."}, "summary", "A teaser."),
        ({"content_html": "<a href='/6'>x</a>"}, "html",
         f'<a href="{SITE}/6" rel="nofollow noopener">x</a>'),
        ({"content_html": "<img src=x onerror=alert(1)>A."}, "html", "A."),
        ({"content_html": "<p>One.</p><p>Share this:</p>"}, "summary", "One."),
        ({"content_text": "a < b & c"}, "summary", "a < b & c"),
        ({"content_text": "x\n\ny"}, "html", "x<br><br>y"),
        ({"date_published": "2026-11-23T18:00:00-0500"}, "published_at",
         datetime(2026, 11, 23, 23, 0, tzinfo=UTC)),
        ({"date_published": "soon", "date_modified": "2026-11-23"}, "published_at",
         datetime(2026, 11, 23, tzinfo=UTC)),
        ({"date_published": "2027-11-23"}, "published_at", None),
        ({"authors": []}, "author", None),
        ({"authors": [{"name": "  Ines  "}]}, "author", "Ines"),
        ({"authors": [{"name": "ines@strait.example"}]}, "author", None),
        ({"author": {"name": "Old"}, "authors": [{"name": "New"}]}, "author", "New, Old"),
        ({"image": "//o.example/a.jpg"}, "image_url", "https://o.example/a.jpg"),
        ({"image": "", "banner_image": "/b.jpg"}, "image_url", f"{SITE}/b.jpg"),
        ({"image": "/pixel.gif", "banner_image": "/b.jpg"}, "image_url", f"{SITE}/b.jpg"),
        ({"attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg"}]}, "image_url", None),
        ({"attachments": {}}, "image_url", None),
        ({"language": "de_AT"}, "language", "de-AT"),
        ({"language": "no language at all"}, "language", None),
        ({"tags": None}, "topics", ()),
        ({"tags": ["Uncategorized", "Sea"]}, "topics", ("Sea",)),
        ({"_private": {"title": "x"}, "unknown": [1]}, "title", "Ferries sail"),
    ],
)  # fmt: skip
def test_each_field_gives_what_the_format_says(
    fields: dict[str, object], name: str, wanted: object
) -> None:
    assert getattr(only(**fields), name) == wanted


def test_who_makes_the_feed_wrote_what_names_nobody() -> None:
    signed = {"id": "1", "title": "A", "authors": [{"name": "Tomas"}]}
    items = (signed, {"id": "2", "title": "B"})

    for people in ({"authors": [{"name": "Ines"}]}, {"author": {"name": "Ines"}}):
        assert [one.author for one in parse(*items, **people).drafts] == ["Tomas", "Ines"]


@pytest.mark.parametrize(
    ("before", "encoding"), [("", "utf-8"), ("\ufeff", "utf-8"), ("\n \t", "utf-8")]
)
def test_what_stands_before_the_first_brace_costs_nothing(before: str, encoding: str) -> None:
    body = f'{before}{{"version": "https://jsonfeed.org/version/1", "items": [{{"id": "1"'

    told = parse_document(f'{body}, "title": "Ä"}}]}}'.encode(encoding), url=URL, now=NOW)

    assert told.drafts[0].title == "Ä"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"version"', "broken"),
        (b"[1, 2]", "no object"),
        (b"{}", "no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1"} x', "broken"),
        (b'{"a": NaN', "broken"),
        (b"[" * 100_000, "broken"),
        (
            b'{"version": "https://jsonfeed.org/version/1", "items": [{"x": 1}]}',
            "none of its entries",
        ),
    ],
)
def test_what_is_broken_is_told_in_one_line(body: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        parse_document(body, url=URL, now=NOW)
    assert "\n" not in caught.value.reason


def test_a_next_page_is_never_asked_for() -> None:
    told = parse({"id": "1", "title": "T"}, next_url=URL, expired=True, hubs=[{"type": "x"}])

    assert len(told.drafts) == 1
