"""An invented edition of The Harbour Brief, and ways to change it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from mailer import resources
from mailer.editions.layout import Layout, Section
from mailer.editions.model import Edition, EditionState, Newsletter, Piece, Rhythm
from mailer.feeds.model import Article
from mailer.languages.catalogue import catalogue
from mailer.languages.dates import short_date
from mailer.links import Links
from mailer.rendering.model import Page, Slot, Variant
from mailer.rendering.stories import DigestView, digest_view
from mailer.rendering.templates import Templates
from mailer.tokens import Keyring
from tests.conftest import a_newsletter

TUESDAY = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)  # 07:00 in Berlin
LINKS = Links("https://news.example.org", Keyring(["a secret for tests"]))
TEMPLATES = Templates(resources.folder("templates") / "email")
OUTLETS = {1: "Harbour Post", 2: "City Desk", 3: "Lab Notes"}

VALUES = {
    **{slot: f"https://news.example.org/{slot.value}/token" for slot in Slot},
    Slot.ADDRESS: "ada@example.org",
    Slot.SHOWN_ADDRESS: "ada@example.org",
    Slot.ANSWER_URL: f"https://news.example.org/answer/{'A' * 46}",
    Slot.SIGNED_UP_ON: "3 March 2026",
    Slot.LEAVE_URL: "https://news.example.org/leave/token",
    Slot.CONFIRM_URL: "https://news.example.org/confirm/token",
}


def values_in(language: str) -> Mapping[Slot, str]:
    """Return Ada's values, the day she signed up in words of this language."""
    signed_up = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    day = short_date(catalogue(language), signed_up, "Europe/Berlin")
    return {**VALUES, Slot.SIGNED_UP_ON: day}


# title, summary, author, words
STORIES = (
    (
        "Ferry operators and unions agree a deal after nine hours of talks",
        "Sailings between the islands resume on Wednesday under a two-year agreement that ties pay"
        " to passenger numbers and adds a rest day for night crews. Ministers, who had threatened"
        " an order back to work, called the outcome a relief for the winter supply of fuel.",
        "Ines Calder",
        904,
    ),
    (
        "Riga teenager knocks out the second seed at the world rapid chess open",
        "Sixteen-year-old Marta Ozola needed only 24 moves, and said afterwards that she had"
        " prepared the line on the bus.",
        "J. Liepa",
        640,
    ),
    (
        "Three neighbours agree to share flood maps of the Vella basin",
        "The data will be public from January, ending a dispute that began with the dam closures"
        " of 2019.",
        "Omar Haddad",
        1120,
    ),
    (
        "Court orders the release of shipping registry records",
        "Judges said the public interest in knowing who owns the vessels outweighed the commercial"
        " harm claimed by owners.",
        "Lea Brandt",
        1390,
    ),
    (
        "School lunches change quietly: less sugar, more local fish",
        "A pilot in forty schools cut sugar by a third without a drop in the number of meals"
        " taken.",
        "Priya Nair",
        520,
    ),
    (
        "Night buses return on four routes from 1 December",
        "The council restored the services after a petition by hospital staff gathered 18,000"
        " signatures.",
        None,
        310,
    ),
    (
        "The library that lends tools opens a second branch",
        "Drills and ladders are the most borrowed items; a sewing machine has been out, on"
        " rotation, for a year.",
        "Hugh Marsh",
        402,
    ),
    (
        "Grid operator says batteries covered the evening peak for the first time",
        "For 38 minutes on Sunday no gas plant ran, a first that engineers credit to a mild wind"
        " front and new storage at two sites.",
        "D. Okafor",
        1010,
    ),
    (
        "A cheaper test for well water passes its field trial",
        "The paper strip reads nitrate in four minutes and costs less than a stamp.",
        "Sunniva Dahl",
        790,
    ),
    ("Rail fares frozen until spring", "Nothing changes before April.", None, 120),
    (
        "Museum returns two carved doors to their village",
        "They had hung in a stairwell since 1911.",
        "Ada Roth",
        230,
    ),
    ("A meteor was seen over three provinces at 21:14", "It burned for nine seconds.", None, 140),
)
# What outlets say of their photos: some all of it, some nothing.
PHOTOS: Mapping[int, Mapping[str, str]] = {
    1: {
        "image_url": "https://post.example/photos/ferry.jpg",
        "image_alt": "Ferry crews on a lit quay at night",
        "image_caption": "Crews return to the quay at Northhaven on Monday evening.",
        "image_credit": "Tomas Reed / Harbour Post",
    },
    2: {"image_url": "https://lab.example/photos/chess.jpg", "image_credit": "Anna Kruze"},
    3: {"image_url": "https://post.example/photos/river.jpg"},
    5: {"image_url": "https://lab.example/photos/lunch.jpg", "image_credit": "P. Nair"},
    8: {"image_url": "https://lab.example/photos/grid.jpg", "image_credit": "D. Okafor"},
    9: {"image_url": "https://post.example/photos/well.jpg"},
}
PLACES = ("World",) * 4 + ("City & schools",) * 3 + ("Business & science",) * 2 + ("In brief",) * 3


def an_article(number: int = 1, **changes: object) -> Article:
    """Return one of the twelve articles, counted from 1."""
    title, summary, author, words = STORIES[(number - 1) % len(STORIES)]
    slug = "-".join(title.lower().replace(",", "").replace(":", "").split()[:5])
    feed_id = 1 + number % len(OUTLETS)
    fields: dict[str, object] = {
        "id": number,
        "arrival": number,
        "feed_id": feed_id,
        "identity": f"story-{number}",
        "url": f"https://{('post', 'city', 'lab')[feed_id - 1]}.example.net/2026/11/{slug}",
        "title": title,
        "summary": summary,
        "html": f"<p>{summary}</p>",
        "author": author,
        "published_at": TUESDAY - timedelta(hours=number),
        "seen_at": TUESDAY - timedelta(minutes=number),
        "image_url": None,
        "image_alt": None,
        "image_credit": None,
        **PHOTOS.get(number, {}),
        "original_url": None,
        "original_publisher": None,
        "language": "en",
        "words": words,
        "topics": (),
        **changes,
    }
    return Article(**fields)  # type: ignore[arg-type]  # the test names the fields


def an_edition(**changes: object) -> Edition:
    """Return the edition of Tuesday, 24 November 2026."""
    fields: dict[str, object] = {
        "id": 1,
        "newsletter_id": 1,
        "rhythm": Rhythm.DAILY,
        "slot": "2026-11-24",
        "number": 412,
        "state": EditionState.APPROVED,
        "key": "k3y",
        "subject": "Ferry operators and unions agree a deal after nine hours of talks",
        "preheader": "Riga teenager knocks out the second seed · Three neighbours share flood maps",
        "opens": 0,
        "closes": 12,
        "due_at": TUESDAY,
        "at_once": False,
        "composed_at": TUESDAY,
        "approved_at": TUESDAY,
        **changes,
    }
    return Edition(**fields)  # type: ignore[arg-type]  # the test names the fields


def a_layout(articles: list[Article]) -> Layout:
    """Return the articles in their order: a lead, three sections, and the rest in brief."""
    pieces = [Piece(a.id, a.arrival, a.arrival, PLACES[a.id - 1], 1.0, True, ()) for a in articles]
    lead, rest = pieces[0], pieces[1:]
    names = dict.fromkeys(piece.section for piece in rest if piece.section != "In brief")
    return Layout(
        lead=lead,
        sections=tuple(Section(n, tuple(p for p in rest if p.section == n)) for n in names),
        brief=tuple(piece for piece in rest if piece.section == "In brief"),
        left_over=(),
    )


def a_view(
    *articles: Article,
    newsletter: Newsletter | None = None,
    edition: Edition | None = None,
    language: str = "en",
    excerpts: Mapping[int, int] = MappingProxyType({}),
) -> DigestView:
    """Return what the templates see of these articles; without any, of all twelve."""
    told = list(articles) or [an_article(number) for number in range(1, 13)]
    return digest_view(
        edition or an_edition(),
        newsletter or a_newsletter(),
        Variant(0, language),
        a_layout(told),
        {article.id: article for article in told},
        OUTLETS,
        LINKS,
        excerpts=excerpts,
    )


def a_page(*articles: Article, **changes: object) -> Page:
    """Return the digest of these articles; `changes` are fields of its view."""
    return TEMPLATES.digest(replace(a_view(*articles), **changes))  # type: ignore[arg-type]
