"""A feed document read, whatever it is."""

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import FormatError
from mailer.feeds.as_json import parsed_as_json
from mailer.feeds.model import Draft, ParsedFeed
from mailer.feeds.parse import MOST_ENTRIES, parse_document
from mailer.rendering.model import Slot
from tests.feeds.samples import an_item, an_rss

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
URL = "https://harbour.example/feed.xml"
DATA = Path(__file__).parents[1] / "data" / "feeds"
FEEDS = sorted(path.name.removesuffix(".expected.json") for path in DATA.glob("*.expected.json"))


def parse(body: bytes | str, content_type: str | None = None) -> ParsedFeed:
    octets = body.encode() if isinstance(body, str) else body
    return parse_document(octets, url=URL, content_type=content_type, now=NOW)


def only(*parts: str, **fields: str) -> Draft:
    """Return the one article of an RSS document with one item."""
    [draft] = parse(an_rss(*(parts or (an_item(1, **fields),)))).drafts
    return draft


def an_atom(entry: str) -> str:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Hafen</title>'
        f'<link href="https://hafen.example/"/><entry>{entry}</entry></feed>'
    )


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_like_those_of_real_sites_gives_what_stands_beside_it(name: str) -> None:
    wanted = json.loads((DATA / f"{name}.expected.json").read_text())

    parsed = parse_document((DATA / name).read_bytes(), url=f"https://{name}.example/", now=NOW)

    assert parsed_as_json(name, parsed) == wanted


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the answer was empty"),
        (b" \r\n\t", "the answer was empty"),
        (b"<!DOCTYPE html><html><body>Hello", "web page (HTML)"),
        (b"\n<!-- x --><HTML><head><title>Hello</title>", "web page (HTML)"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
        (b"%PDF-1.7", "a PDF file"),
        (gzip.compress(an_rss(), mtime=0), "compressed with gzip"),
        (bytes(range(256)) * 4, "binary data"),
        (b"Hello, this is not a feed.", "neither RSS, Atom nor JSON Feed"),
        (b"<?xml version='1.0'?><note>Hello</note>", "neither RSS, Atom nor JSON Feed"),
        (b"<rss version='2.0'><channel><title>Hel", "broken, nothing in it can be read"),
        (b"{", "it is broken"),
        (b'{"title": "Hello"}', "no JSON Feed"),
        (b"[1, 2]", "no JSON Feed"),
        (b"[" * 100_000, "it is broken"),
        (b'{"a": "\xff"}', "not UTF-8"),
    ],
)
def test_what_is_no_feed_is_told_in_one_line(body: bytes, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(body)
    assert reason in caught.value.reason
    assert len(caught.value.reason.splitlines()) == 1


def test_a_body_that_is_a_path_or_an_address_opens_nothing() -> None:
    for body in (str(DATA / "harbour-post.xml"), f"<a {DATA}/harbour-post.xml>", URL):
        with pytest.raises(FormatError, match="neither RSS, Atom nor JSON Feed"):
            parse(body)


def test_an_outside_entity_is_not_read() -> None:
    body = (
        f'<!DOCTYPE rss [<!ENTITY file SYSTEM "file://{DATA}/harbour-post.xml">]>'
        '<rss version="2.0"><channel><item><title>Here: &file;</title></item></channel></rss>'
    )

    [draft] = parse(body).drafts
    assert "Ferry" not in draft.title


def test_a_billion_laughs_are_not_laughed() -> None:
    entities = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    body = (
        f'<!DOCTYPE rss [<!ENTITY l0 "ha">{entities}]>'
        '<rss version="2.0"><channel><item><title>&l9;</title></item></channel></rss>'
    )

    [draft] = parse(body).drafts
    assert len(draft.title) < 100


@pytest.mark.parametrize("tag", ["<title {}>x</title>", "<description>&lt;a {}&gt;x</description>"])
def test_a_tag_made_to_keep_us_busy_is_refused(tag: str) -> None:
    attributes = " ".join(f'a{number}="1"' for number in range(2_000))

    with pytest.raises(FormatError, match="more than 1,000 attributes"):
        parse(an_rss(f"<item>{tag.format(attributes)}</item>"))


def test_a_long_honest_article_is_not_mistaken_for_that() -> None:
    links = (
        "&lt;a href=&quot;https://harbour.example/?a=1&amp;amp;b=2&quot;&gt;boat&lt;/a&gt; " * 600
    )
    picture = f'&lt;img alt="x" src="data:image/png;base64,{"A" * 50_000}=="&gt;'

    assert only(description=links + picture).title == "Story 1"


@pytest.mark.parametrize("noise", ["A. ", "<b>", "<p class='share'>x", "(credit: ", "&amp;#x"])
def test_a_text_of_nothing_but_noise_is_read_to_its_end(noise: str) -> None:
    assert only(description=f"<![CDATA[{noise * 20_000}]]>").title == "Story 1"


def test_an_empty_feed_is_a_feed() -> None:
    assert parse(an_rss(" ")) == ParsedFeed("Harbour Post", "https://harbour.example/", "en", ())


def test_what_came_before_a_feed_broke_off_is_kept() -> None:
    whole = an_rss(an_item(1), an_item(2))

    parsed = parse(whole[: whole.index(b"Story 2")])

    assert parsed.drafts[0].title == "Story 1"


def test_entries_without_a_title_or_a_link_are_kept() -> None:
    text = "Sailings between the islands resume on Wednesday. More follows."
    untitled = only(title="", description=text)
    unlinked = only(link="", guid="")

    assert untitled.title == "Sailings between the islands resume on Wednesday"
    assert unlinked.url == "https://harbour.example/"
    assert unlinked.identity.startswith("sha256:")


def test_an_entry_that_says_nothing_costs_the_others_nothing() -> None:
    parsed = parse(an_rss("<item/>", "<item><link>javascript:x</link></item>", an_item(1)))

    assert [draft.title for draft in parsed.drafts] == ["Story 1"]


def test_a_feed_of_nothing_readable_is_in_trouble() -> None:
    with pytest.raises(FormatError, match="none of its entries can be read"):
        parse(an_rss("<item/>"))


def test_an_id_that_is_no_link_is_not_used_as_one() -> None:
    permalink = "<item><title>T</title><guid>https://harbour.example/9</guid></item>"
    secret = '<item><title>T</title><guid isPermaLink="false">9</guid></item>'

    assert only(permalink).url == "https://harbour.example/9"
    assert only(secret).url == "https://harbour.example/"
    assert only(secret).identity == "9"


def test_one_identity_is_one_article_and_a_huge_feed_is_cut() -> None:
    assert len(parse(an_rss(an_item(1), an_item(1))).drafts) == 1
    assert len(parse(an_rss(*map(an_item, range(MOST_ENTRIES + 5)))).drafts) == MOST_ENTRIES


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("Mon, 23 Nov 2026 18:00:00 +0100", datetime(2026, 11, 23, 17, 0, tzinfo=UTC)),
        ("2026-11-23T18:00:00Z", datetime(2026, 11, 23, 18, 0, tzinfo=UTC)),
        ("Wed, 25 Nov 2026 04:00:00 GMT", NOW + timedelta(hours=23)),
        ("Thu, 26 Nov 2026 18:00:00 GMT", None),
        ("Fri, 31 Dec 1999 23:00:00 GMT", None),
        ("1790000000", datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)),
        ("1890000000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_believed_when_it_can_be_true(date: str, published: datetime | None) -> None:
    assert only(pubDate=date).published_at == published


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ("Ferries &amp;amp; crews", "Ferries & crews"),
        ("&lt;b&gt;Ferries&lt;/b&gt; sail", "Ferries sail"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Ferries", "Ferries"),
        ("Ferries&#13;&#10;Bcc: all@harbour.example", "Ferries Bcc: all@harbour.example"),
        ("=?utf-8?q?a=0D=0ABcc=3A_x?=", "=?utf-8?q?a=0D=0ABcc=3A_x?="),
        ("\u202eFerries\u2069 \u200bsail", "Ferries sail"),
        (f"Yours: {Slot.LEAVE_URL.marker}", "Yours: leave_url"),
        ("Yours: &amp;#xe000;leave_url&amp;#xe001;", "Yours: leave_url"),
        ("Five &lt; six", "Five < six"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
    ],
)
def test_a_title_is_one_line_of_plain_text(told: str, title: str) -> None:
    assert only(title=told).title == title


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ("Ferries &#xD83D;&#xDEA2; sail", "Ferries 🚢 sail"),
        ("Ferries &#55357;&#57000; sail", "Ferries 🚨 sail"),
        ("Ferries &amp;#xd83d;&amp;#xdea2; sail", "Ferries 🚢 sail"),
        ("Ferries &#xD83D; sail", "Ferries sail"),
        ("Ferries &#55000; sail", "Ferries \ud6d8 sail"),
    ],
)
def test_an_emoji_in_two_halves_is_one_and_breaks_no_feed(told: str, title: str) -> None:
    assert only(an_item(1, title=told)).title == title


def test_a_nul_in_broken_markup_does_not_come_through() -> None:
    body = an_rss(an_item(1, title="Ferries \x00 sail", description="a\x00b & <b"))

    [draft] = parse(body).drafts

    assert "\0" not in f"{draft.title}{draft.summary}{draft.html}"


def test_atom_tells_text_and_markup_apart() -> None:
    text = parse(an_atom('<id>1</id><title type="text">Use &lt;em&gt; less</title>'))
    html = parse(an_atom('<id>1</id><title type="html">Use &lt;em&gt;less&lt;/em&gt;</title>'))
    xhtml = parse(
        an_atom(
            '<id>1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Use'
            " <em>less</em></div></title>"
        )
    )

    assert [feed.drafts[0].title for feed in (text, html, xhtml)] == [
        "Use <em> less",
        "Use less",
        "Use less",
    ]
    assert text.drafts[0].language == "de"


def test_relative_links_follow_xml_base() -> None:
    [draft] = parse(
        an_atom(
            '<id>1</id><title>T</title><link href="1" xml:base="https://base.example/a/"/>'
            '<content type="html" xml:base="https://base.example/b/">&lt;a href="2"&gt;x&lt;/a&gt;'
            "</content>"
        )
    ).drafts

    assert draft.url == "https://base.example/a/1"
    assert 'href="https://base.example/b/2"' in draft.html


@pytest.mark.parametrize(
    ("credit", "origin"),
    [
        ("<dc:source>https://desk.example/1</dc:source>", ("desk.example", "https://desk.example/1")),
        ("<dc:source>City Desk</dc:source>", ("City Desk", None)),
        ("<dc:source>Harbour Post</dc:source>", (None, None)),
        ('<atom:link rel="canonical" href="https://desk.example/1"/>',
         ("desk.example", "https://desk.example/1")),
        ('<atom:link rel="via" href="https://desk.example/1"/>',
         ("desk.example", "https://desk.example/1")),
        ('<atom:link rel="canonical" href="https://www.harbour.example/1"/>', (None, None)),
    ],
)  # fmt: skip
def test_a_feed_may_say_beside_the_text_where_a_piece_was_first(
    credit: str, origin: tuple[str | None, str | None]
) -> None:
    item = an_item(1).replace("</item>", f"{credit}</item>")
    named = item.replace("<item>", '<item xmlns:atom="http://www.w3.org/2005/Atom">')

    draft = only(named)

    assert (draft.original_publisher, draft.original_url) == origin


def test_the_words_to_a_picture_are_not_the_article() -> None:
    media = (
        '<media:content url="https://harbour.example/b.jpg" type="image/jpeg">'
        '<media:description type="plain">A ferry. Photo: Tomas Reed</media:description>'
        "</media:content>"
    )

    draft = only(an_item(1, description="Sailings resume.").replace("<title>", f"{media}<title>"))

    assert (draft.summary, draft.image_credit) == ("Sailings resume.", "Tomas Reed")


def test_the_feed_a_piece_was_taken_from_is_its_publisher() -> None:
    taken = '<source url="https://island.example/feed">Island Gazette</source>'
    own = '<source url="https://harbour.example/feed">Harbour Post</source>'

    assert only(an_item(1).replace("</item>", f"{taken}</item>")).original_publisher == (
        "Island Gazette"
    )
    assert only(an_item(1).replace("</item>", f"{own}</item>")).original_publisher is None


@pytest.mark.parametrize(
    ("media", "image"),
    [
        ('<media:content url="/a.jpg" medium="image"/>', "https://harbour.example/a.jpg"),
        ('<media:content url="/a.mp4" type="video/mp4"/>', None),
        ('<media:content url="/a.mp4"/>', None),
        ('<media:thumbnail url="/t"/>', "https://harbour.example/t"),
        ('<enclosure url="/e.png" type="image/png" length="1"/>', "https://harbour.example/e.png"),
        ('<enclosure url="/e.mp3" type="audio/mpeg" length="1"/>', None),
        ('<media:content url="javascript:x" medium="image"/>', None),
    ],
)
def test_a_picture_is_found_where_feeds_put_it(media: str, image: str | None) -> None:
    item = an_item(1).replace("</item>", f"{media}</item>")

    assert only(item).image_url == image


def test_a_media_credit_goes_with_its_picture() -> None:
    media = '<media:content url="/a.jpg" medium="image"><media:credit>T. Reed</media:credit>'
    item = an_item(1).replace("</item>", f"{media}</media:content></item>")

    assert only(item).image_credit == "T. Reed"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("ines@harbour.example (Ines Calder)", "Ines Calder"),
        ("ines@harbour.example", None),
        ("Ines &amp;amp; Tomas", "Ines & Tomas"),
        ("", None),
    ],
)
def test_an_author_is_a_name_and_never_an_address(author: str, name: str | None) -> None:
    assert only(author=author).author == name


def test_reading_words_are_counted_when_the_feed_gives_the_text() -> None:
    text = "<p>" + "word " * 119 + "end.</p><p>Subscribe to The Brief.</p>"
    item = an_item(1, **{"content:encoded": f"<![CDATA[{text}]]>"})

    assert only(item).words == 120
    assert only(description="A short teaser.").words == 0
    assert only(description="word " * 150 + "[&amp;#8230;]").words == 0
    assert only(description="word " * 150).words == 150


def test_topics_are_plain_and_told_once() -> None:
    item = an_item(1).replace(
        "</item>", "<category>Work &amp;amp; pay</category>" * 2 + "<category/></item>"
    )

    assert only(item).topics == ("Work & pay",)


@pytest.mark.parametrize(("said", "known"), [("iw", "he"), ("iw-IL", "he-IL"), ("JI", "yi")])
def test_a_language_by_a_name_of_long_ago_is_the_one_that_it_is_now(said: str, known: str) -> None:
    told = f"<language>{said}</language>".encode()
    parsed = parse(an_rss(an_item(1)).replace(b"<language>en</language>", told))

    assert parsed.drafts[0].language == known


def test_other_encodings_are_understood() -> None:
    text = an_rss(an_item(1, title="Fähre fährt")).decode()

    for encoding in ("iso-8859-1", "windows-1252", "utf-16"):
        body = text.replace('encoding="utf-8"', f'encoding="{encoding}"').encode(encoding)
        assert parse(body).drafts[0].title == "Fähre fährt"
    assert parse(text.encode("iso-8859-1"), "text/xml; charset=iso-8859-1").drafts


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_comes_it_is_a_feed_or_a_reason(noise: bytes) -> None:
    for body in (noise, b'<rss version="2.0"><channel><item><title>' + noise, b"{" + noise):
        with suppress(FormatError):
            assert isinstance(parse(body), ParsedFeed)
