"""Finding a story of a past edition, on both databases, by whatever somebody types."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from mailer.web.app import create_app
from tests.system.conftest import both_worlds
from tests.system.world import World

__all__ = ["both_worlds"]

HEADLINES = (
    ("Ferry deal reached after nine-hour talks", "Łódź and the harbour agree at last."),
    ("המעבורת יוצאת שוב לדרך", "הספנים חזרו לעבודה."),
    ("東京都庁で会見が開かれた", "ガス事故について説明した。"),
)


@pytest.fixture
def told(both_worlds: World) -> World:
    """An edition with three stories, in three scripts."""
    both_worlds.newsletter()
    both_worlds.reader("ada@example.org")
    for title, text in HEADLINES:
        both_worlds.publish_item(title, text=text)
    both_worlds.at(2026, 11, 24, 6, 0)
    both_worlds.run_what_is_due()
    return both_worlds


def client(world: World) -> FlaskClient:
    return create_app(world.mailer).test_client()


def found(world: World, typed: str) -> list[str]:
    """Return the headlines that a search shows."""
    page = client(world).get("/read/brief/search", query_string={"q": typed})
    assert page.status_code == 200
    titles = re.findall(r"<h2[^>]*><a[^>]*>(.*?)</a></h2>", page.text)
    return [unescape(re.sub(r"</?mark>", "", title)) for title in titles]


@pytest.mark.parametrize(
    ("typed", "story"),
    [
        ("FERRY", 0),
        ("ferr nine", 0),
        ("lodz", 0),
        ("nine-hour", 0),
        ("מעבורת", 1),
        ("הספנים", 1),
        ("会見", 2),
        ("庁", 2),
        ("ｶﾞｽ事故", 2),
    ],
)
def test_a_story_is_found_by_its_words(told: World, typed: str, story: int) -> None:
    assert found(told, typed) == [HEADLINES[story][0]]


@pytest.mark.parametrize(
    "typed",
    [
        *(
            '"',
            "'",
            "ferry AND",
            "NEAR(ferry",
            "ferry*)",
            "terms:xyzzy",
            "^ferry",
            "a:b",
            "-",
            "\\",
        ),
        *(
            "<script>alert(1)</script>",
            "ferry' OR 1=1 --",
            "\x00ferry",
            "x" * 5_000,
            "%",
            "ferry &",
        ),
        *("' | '", "!ferry", "<->", "🚢", "\u202eferry", "a " * 300),
    ],
)
def test_whatever_is_typed_is_words(told: World, typed: str) -> None:
    page = client(told).get("/read/brief/search", query_string={"q": typed})

    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_words_that_no_story_has_together_find_nothing_and_say_so(told: World) -> None:
    assert found(told, "ferry 会見") == []
    page = client(told).get("/read/brief/search?q=xyzzy")
    assert "Nothing was found" in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"


def test_a_story_that_is_withdrawn_is_found_no_more(told: World) -> None:
    with told.mailer.store.read() as tx:
        (key,) = [a.id for a in tx.articles.by_ids(range(1, 9)) if a.title == HEADLINES[0][0]]

    told.mailer.retract.withdraw(key, "The talks go on.")

    assert found(told, "ferry") == []
    page = client(told).get("/read/brief/1").text
    assert HEADLINES[0][0] not in page
    assert "A story was withdrawn on 24\u00a0November\u00a02026. The talks go on." in page


def test_an_edition_that_is_held_is_found_when_it_is_out_again(told: World) -> None:
    told.mailer.approve.hold(1)
    assert found(told, "ferry") == []

    told.mailer.approve.approve(1)

    assert found(told, "ferry") == [HEADLINES[0][0]]


def test_a_headline_that_was_changed_is_found_by_its_new_words(told: World) -> None:
    told.items[2] = told.items[2].replace(HEADLINES[2][0], "Ruderboote fahren wieder")
    told.publish(0)

    told.at(2026, 11, 24, 12, 0)
    told.run_what_is_due()

    assert found(told, "会見") == []
    assert found(told, "ruder") == ["Ruderboote fahren wieder"]
