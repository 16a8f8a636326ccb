"""Which stories stand where, and why."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.editions.explain import explain
from mailer.editions.headline import preheader, shorten, subject
from mailer.editions.layout import SECTION_LIMIT, lay_out, leads
from mailer.editions.model import Piece, Reason
from mailer.editions.rank import rank
from mailer.feeds.model import Article, Source

DUE = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
SOURCES = [Source(1, "World", 0), Source(2, "City", 1)]


def an_article(number: int, *, feed: int = 1, hours: int = 1, **changes: object) -> Article:
    fields: dict[str, object] = {
        "id": number,
        "arrival": number,
        "feed_id": feed,
        "identity": str(number),
        "url": f"https://post.example/{number}",
        "title": f"Story number {number}",
        "summary": "What happened.",
        "html": "",
        "author": None,
        "published_at": DUE - timedelta(hours=hours),
        "seen_at": DUE - timedelta(hours=hours),
        "image_url": None,
        "image_alt": None,
        "image_credit": None,
        "original_url": None,
        "original_publisher": None,
        "language": None,
        "words": 100,
        "topics": (),
        **changes,
    }
    return Article(**fields)  # type: ignore[arg-type]  # the test names the fields


def a_piece(number: int, *, section: str = "World", summary: bool = True) -> Piece:
    reasons = (Reason("summary", 1.0, "has a summary"),) if summary else ()
    return Piece(number, number, number, section, float(number), included=True, reasons=reasons)


def why_out(pieces: list[Piece]) -> dict[int, str]:
    return {piece.article_id: piece.reasons[0].rule for piece in pieces if not piece.included}


def test_what_is_fresh_and_from_the_owners_first_feed_comes_first() -> None:
    articles = [an_article(1, hours=20), an_article(2), an_article(3, feed=2)]

    assert [piece.article_id for piece in rank(articles, SOURCES, DUE)] == [2, 3, 1]


def test_every_story_that_is_out_says_by_which_rule() -> None:
    articles = [
        an_article(1),
        an_article(2, title=" "),
        an_article(3, published_at=DUE - timedelta(days=9)),
        an_article(4, feed=2, url="http://www.post.example/1/"),
        an_article(5, feed=2, original_url="https://post.example/1"),
    ]

    assert why_out(rank(articles, SOURCES, DUE)) == {
        2: "title",
        3: "age",
        4: "duplicate",
        5: "duplicate",
    }


def test_the_same_articles_in_another_order_give_the_same_pieces() -> None:
    articles = [an_article(number, feed=1 + number % 2, hours=number) for number in range(1, 9)]

    assert rank(articles, SOURCES, DUE) == rank(articles[::-1], SOURCES, DUE)


WIRE = " ".join(f"word{number}" for number in range(60))


def a_copy(number: int, *, feed: int = 1, hours: int = 1, **changes: object) -> Article:
    return an_article(number, feed=feed, hours=hours, html=f"<p>{WIRE}</p>", **changes)


def test_of_the_copies_of_a_story_the_owners_first_feed_has_it() -> None:
    pieces = rank([a_copy(1, feed=2), a_copy(2, feed=1), an_article(3)], SOURCES, DUE)

    assert [piece.article_id for piece in pieces if piece.included] == [2, 3]
    assert why_out(pieces) == {1: "duplicate"}
    assert pieces[0].earned("coverage")


def test_a_story_of_an_earlier_edition_does_not_come_again() -> None:
    earlier = a_copy(1, hours=30, title="The first copy")

    [piece] = rank([a_copy(2, feed=2)], SOURCES, DUE, told=[earlier])

    assert not piece.included
    assert piece.reasons[0].note == "an earlier edition had it as “The first copy”"


def test_whoever_had_one_copy_does_not_get_the_other() -> None:
    pieces = rank([a_copy(1, feed=2), a_copy(2, feed=1)], SOURCES, DUE)

    assert [len(lay_out(pieces, since, 12, []).stories) for since in (0, 1)] == [1, 0]


def test_every_article_has_a_verdict_and_a_reason() -> None:
    pieces = rank([a_copy(1, feed=2), *map(an_article, (2, 3, 4))], SOURCES, DUE)

    told = explain(pieces, 2, 1, ["World"])

    assert {one.article_id: (one.place, one.reasons[0].rule) for one in told} == {
        4: ("lead", "freshness"),
        3: ("left over", "room"),
        2: ("out", "seen"),
        1: ("out", "seen"),
    }


@given(
    st.lists(st.tuples(st.sampled_from(["World", "City", "Gone"]), st.booleans()), max_size=40),
    st.integers(0, 40),
    st.integers(1, 20),
)
def test_no_story_is_told_twice_and_none_that_was_seen(
    told: list[tuple[str, bool]], since: int, most: int
) -> None:
    pieces = [
        a_piece(number, section=section, summary=summary)
        for number, (section, summary) in enumerate(told, 1)
    ]

    layout = lay_out(pieces, since, most, ["City", "World"])

    shown = [piece.article_id for piece in layout.stories]
    assert len(shown) == len(set(shown)) == min(most, max(0, len(pieces) - since))
    assert all(number > since for number in shown)
    assert all(1 <= len(section.pieces) <= SECTION_LIMIT for section in layout.sections)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=20),
    st.integers(1, 6),
)
def test_who_leads_some_readers_page_is_known_without_laying_each_out(
    told: list[tuple[int, bool, bool]], most: int
) -> None:
    pieces = [
        Piece(
            *(number, number, number - number % 2, "World", float(score), included),
            (Reason("summary", 1.0, "") if summary else Reason("age", 0.0, ""),),
        )
        for number, (score, included, summary) in enumerate(told, start=1)
    ]
    pages = [lay_out(pieces, since, most, ["World"]) for since in range(-1, 21)]

    assert leads(pieces, most) == {page.lead.article_id for page in pages if page.lead is not None}


def test_sections_stand_in_the_owners_order_and_the_lead_has_a_summary() -> None:
    pieces = [a_piece(3, summary=False), a_piece(2, section="City"), a_piece(1)]

    layout = lay_out(pieces, 0, 12, ["World", "City"])

    assert layout.lead is not None
    assert layout.lead.article_id == 2
    assert [section.name for section in layout.sections] == ["World"]


@given(st.lists(st.text(max_size=120), max_size=6), st.text(max_size=60))
def test_the_line_in_the_inbox_is_one_line_and_never_too_long(
    headlines: list[str], newsletter: str
) -> None:
    assert len(subject(headlines, newsletter)) <= 70
    assert "\n" not in subject(headlines, newsletter)
    assert len(preheader(headlines, [newsletter])) <= 140


def test_a_headline_is_cut_at_a_word_and_not_inside_a_quotation() -> None:
    assert shorten("Ferry operators and unions agree a deal", 24) == "Ferry operators and…"
    assert shorten("The minister said “we will never close it”", 30) == "The minister said…"
