"""Articles read from their pages, where the feed has no more than a headline."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mailer.feeds.article_page import lacks_text, read_page, with_page
from mailer.feeds.model import Draft
from tests.feeds.samples import a_draft

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
URL = "https://harbour.example/1"
FIRST = "The ferries to the northern islands sail again from Wednesday, the company said."
SECOND = "Repairs to both of the piers had taken a week longer than anybody had expected."
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p>"
MENU = "<nav><p>" + "Islands, harbours, weather and all of our other sections. " * 5 + "</p></nav>"


def told(page: str, **fields: object) -> Draft:
    """Return a headline with what a page says."""
    bare: dict[str, Any] = {"summary": "", "html": "", "author": None, "language": None}
    bare |= {"published_at": None, "topics": ()}
    seen = read_page(page.encode(), "text/html; charset=utf-8", URL)
    return with_page(a_draft(**{**bare, **fields}), seen, URL, NOW)


def data(**fields: object) -> str:
    thing = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{TEXT}</article>",
        f"<main><div class='entry-content'>{TEXT}</div></main>",
        f"<div><div itemprop='articleBody'>{TEXT}</div></div>",
        f"<div><section><div><p>{FIRST}</p></div><div><p>{SECOND}</p></div></section></div>",
    ],
)
def test_the_text_is_the_block_of_most_paragraphs(body: str) -> None:
    aside = (
        "<aside><p>" + "Other news of the day, with many words about them. " * 20 + "</p></aside>"
    )
    form = "<footer><p>" + "Imprint and terms of use of this fine paper. " * 9 + "</p></footer>"

    draft = told(f"<html lang=en-GB><body>{MENU}<h1>Ferries</h1>{body}{aside}{form}</body></html>")

    assert draft.summary == f"{FIRST} {SECOND}"
    assert "Imprint" not in draft.html
    assert (draft.language, draft.words) == ("en-GB", 28)


def test_json_ld_says_who_when_what_and_which_picture() -> None:
    draft = told(
        data(
            articleBody=f"{FIRST}\n\n{SECOND}",
            author=[{"@type": "Person", "name": "Ines Calder"}, {"name": "Tomas Reed"}],
            datePublished="2026-11-23T18:00:00+01:00",
            articleSection=["Islands"],
            image={
                "url": "/ferry.jpg",
                "caption": "The ferry at its pier",
                "creditText": "Ana Sol",
            },
        )
        + '<meta property="og:image:alt" content="A white ship">'
    )

    assert draft.summary == f"{FIRST} {SECOND}"
    assert (draft.author, draft.topics) == ("Ines Calder, Tomas Reed", ("Islands",))
    assert draft.published_at == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert draft.image_url == "https://harbour.example/ferry.jpg"
    assert (draft.image_alt, draft.image_caption) == ("A white ship", "The ferry at its pier")
    assert draft.image_credit == "Ana Sol"


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda thing: [{"@type": "Organization"}, thing],
        lambda thing: {"@graph": [{"@type": "WebPage"}, thing]},
        lambda thing: {"@type": "WebPage", "mainEntity": thing},
    ],
)
def test_json_ld_is_found_in_lists_graphs_and_pages(wrapped: object) -> None:
    thing = {"@type": ["Thing", "BlogPosting"], "articleBody": FIRST}
    page = f'<script type="application/ld+json">{json.dumps(wrapped(thing))}</script>'  # type: ignore[operator]

    assert told(page).summary == FIRST


def test_opengraph_is_enough_where_the_page_has_no_paragraphs() -> None:
    draft = told(
        f'<meta property="og:description" content="{FIRST}">'
        '<meta property="og:image" content="https://harbour.example/og.jpg"><p>Log in</p>'
    )

    assert (draft.summary, draft.image_url) == (FIRST, "https://harbour.example/og.jpg")


@pytest.mark.parametrize(
    ("head", "origin"),
    [
        (data(isBasedOn="https://desk.example/7"), ("desk.example", "https://desk.example/7")),
        (
            data(isBasedOn={"url": "https://desk.example/7", "publisher": {"name": "City Desk"}}),
            ("City Desk", "https://desk.example/7"),
        ),
        (
            '<link rel="canonical" href="https://desk.example/7">',
            ("desk.example", "https://desk.example/7"),
        ),
        ('<link rel="canonical" href="https://www.harbour.example/1">', (None, None)),
        ("", (None, None)),
    ],
)
def test_the_page_says_whose_piece_it_is(head: str, origin: tuple[str | None, str | None]) -> None:
    draft = told(f"<head>{head}</head><article>{TEXT}</article>")

    assert (draft.original_publisher, draft.original_url) == origin


def test_a_credit_line_in_the_text_counts_as_well() -> None:
    credit = (
        "<p>This article was originally published at <a href='https://d.example/'>Desk</a>.</p>"
    )
    draft = told(f"<article>{TEXT}{credit}</article>")

    assert (draft.original_publisher, draft.summary) == ("Desk", f"{FIRST} {SECOND}")


def test_what_the_feed_says_stays() -> None:
    page = data(author="Somebody", headline="Another headline", image="/x.jpg") + TEXT

    draft = told(page, author="Ines Calder", image_url="https://harbour.example/f.jpg")

    assert (draft.title, draft.author) == ("Ferries sail again", "Ines Calder")
    assert draft.image_url == "https://harbour.example/f.jpg"


def test_a_page_without_a_text_changes_nothing() -> None:
    bare = a_draft(summary="", html="")
    seen = read_page(b"<title>x</title>", None, URL)

    assert with_page(bare, seen, URL, NOW) == bare


def test_scripts_and_drawings_do_not_hide_the_article() -> None:
    noise = "<style>" + "a{}" * 50_000 + "</style><svg>" + "<path d='m0 0'>" * 5_000 + "</svg>"

    assert told(f"<head>{noise}</head><article>{TEXT}</article>").summary.startswith(FIRST)


def test_a_page_in_another_character_set_is_read() -> None:
    text = TEXT.replace("piers", "fähren")
    page = f"<meta charset=windows-1252><article>{text}</article>"
    seen = read_page(page.encode("cp1252"), "text/html", URL)

    assert "fähren" in with_page(a_draft(summary="", html=""), seen, URL, NOW).summary


@pytest.mark.parametrize(
    ("summary", "html", "lacks"),
    [("", "", True), ("By our staff.", "<p>By our staff.</p>", True), (FIRST, "", False)],
)
def test_a_headline_alone_is_no_text(summary: str, html: str, *, lacks: bool) -> None:
    assert lacks_text(a_draft(summary=summary, html=html)) is lacks


@pytest.mark.parametrize(
    "noise",
    [
        '<script type="application/ld+json">' + "[" * 100_000,
        '<script type="application/ld+json">{"@type":"Article","image":[[]],"author":7}</script>',
        "<link rel=canonical href='http://[x'>",
        "<p>" * 100_000,
        "",
    ],
)
def test_a_hostile_page_is_some_page(noise: str) -> None:
    assert told(noise).title == "Ferries sail again"
