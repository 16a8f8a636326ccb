"""No furniture in any excerpt, as sites write it; and no news taken for furniture."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailer.feeds.entry import Entry, Frame, draft
from mailer.feeds.excerpt import excerpt, is_whole
from mailer.feeds.furniture import is_furniture
from mailer.feeds.text import count_words

FILE = Path(__file__).parents[1] / "data" / "excerpts" / "wordings.toml"
ENTRIES = tomllib.loads(FILE.read_text("utf-8"))["entry"]
FRAME = Frame("https://paper.example/feed", "Paper", None, None, datetime(2026, 11, 24, tzinfo=UTC))


@pytest.mark.parametrize("most", [60, 35])
@pytest.mark.parametrize("place", ["content", "summary"])
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["name"]))
def test_an_excerpt_is_news_and_ends_at_a_sentence(
    entry: dict[str, Any], place: str, most: int
) -> None:
    made = draft(Entry(guid="1", title="A headline", **{place: entry["html"]}), FRAME)
    assert made is not None

    told = excerpt([made.summary], most)

    assert told.startswith(entry.get("begins", ""))
    assert [one for one in entry["never"] if one in told] == []
    assert is_whole(told)
    assert 0 < count_words(told) <= most


def test_there_are_many_of_them() -> None:
    assert len(ENTRIES) >= 50


@pytest.mark.parametrize(
    "news",
    [
        "A freelance writer was freed on Monday after a year in prison.",
        "Jane Roe is a freelance journalist who was arrested in May.",
        "The Ledger is a nonprofit newsroom whose office burned down on Sunday.",
        "Correction facilities in the north are full, the ministry said.",
        "He writes about the sea as nobody else did, the jury said, and gave her its prize.",
        "Follow the money, the prosecutor told the court on Tuesday.",
        "Call 112 at once, the fire brigade said after the explosion.",
        "This page of the treaty was never signed, historians found.",
        "Der Artikel 5 des Vertrags gilt seit Montag auch für Schiffe.",
        "Von der Leyen reist am Montag nach Kiew.",
        "Puedes perder la casa, advirtió el juez al acusado.",
        "Il vous reste peu de temps, a dit le ministre aux députés.",
        "残りの三人も無事だったと警察は発表した。",
        "Read the room, the minister was told, and he left it.",
        "Cookies were sold out in the capital before noon.",
        "You can share a bed with a cat, doctors say.",
    ],
)
def test_news_that_begins_alike_is_news(news: str) -> None:
    assert not is_furniture(news)
