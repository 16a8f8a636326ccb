"""The owner's rules: each lets in what it should, and says why not."""

from typing import Any

import pytest

from mailer.editions.layout import lay_out
from mailer.editions.model import TopicSection
from mailer.editions.rank import rank
from mailer.editions.select import refused_by_rules
from mailer.feeds.model import ArticleState, Rules, Source
from tests.editions.test_layout import DUE, SOURCES, an_article, why_out

FERRY: dict[str, Any] = {
    "title": "Ferries sail again",
    "topics": ("Islands",),
    "language": "en-GB",
    "words": 300,
}


@pytest.mark.parametrize(
    ("rules", "rule"),
    [
        (Rules(), None),
        (Rules(include=("ferries",)), None),
        (Rules(include=("ferry",)), "include"),  # whole words
        (Rules(exclude=("SAIL",)), "exclude"),
        (Rules(topics=("islands",)), None),
        (Rules(topics=("Sport",)), "topic"),
        (Rules(without_topics=("islands",)), "topic"),
        (Rules(languages=("de", "en")), None),
        (Rules(languages=("de",)), "language"),
        (Rules(least_words=301), "words"),
        (Rules(oldest_hours=2), None),
        (Rules(oldest_hours=1), "oldest"),
    ],
)
def test_a_rule_lets_in_or_says_why_not(rules: Rules, rule: str | None) -> None:
    article = an_article(1, hours=2, **FERRY)

    refusal = refused_by_rules(article, rules, DUE)

    assert (None if refusal is None else refusal.rule) == rule


def test_what_is_not_known_of_an_article_keeps_it_in() -> None:
    rules = Rules(languages=("de",), least_words=100)

    assert refused_by_rules(an_article(1, language=None, words=0), rules, DUE) is None


def test_of_a_feed_the_newest_few() -> None:
    sources = [Source(1, "World", 0, rules=Rules(first=2)), SOURCES[1]]
    articles = [an_article(n, hours=n) for n in (1, 2, 3)] + [an_article(4, feed=2, hours=9)]

    assert why_out(rank(articles, sources, DUE)) == {3: "first"}


def test_a_heavy_feed_goes_before_an_earlier_one() -> None:
    sources = [SOURCES[0], Source(2, "City", 1, weight=3)]

    pieces = rank([an_article(1), an_article(2, feed=2)], sources, DUE)

    assert [piece.article_id for piece in pieces] == [2, 1]


@pytest.mark.parametrize("state", [ArticleState.HELD, ArticleState.BACKLOG, ArticleState.WITHDRAWN])
def test_what_is_held_or_withdrawn_stays_out(state: ArticleState) -> None:
    assert why_out(rank([an_article(1, state=state)], SOURCES, DUE)) == {1: state.value}


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("地震", "大地震が港を襲う"),
        ("straße", "Neue STRASSE gesperrt"),
        ("cafe\u0301", "Das Café schließt"),
        ("c++", "A book on C++ is out"),
    ],
)
def test_a_word_is_found_in_every_script_and_spelling(word: str, title: str) -> None:
    article = an_article(1, title=title)

    assert refused_by_rules(article, Rules(include=(word,)), DUE) is None
    assert refused_by_rules(article, Rules(exclude=(word,)), DUE) is not None


def test_the_rule_that_let_an_article_in_is_named() -> None:
    rules = Rules(include=("ferries",), topics=("Islands",))

    (piece,) = rank([an_article(1, **FERRY)], SOURCES, DUE, rules=rules)

    told = {reason.rule: reason.note for reason in piece.reasons}
    assert told["include"] == "let in: contains “ferries”"
    assert told["topic"] == "let in: is about “Islands”"


def test_of_a_newsletter_the_newest_few_of_all_feeds() -> None:
    articles = [an_article(n, feed=1 + n % 2, hours=n) for n in (1, 2, 3)]

    assert why_out(rank(articles, SOURCES, DUE, rules=Rules(first=2))) == {3: "first"}


def test_a_topic_has_its_own_heading_whatever_the_feed() -> None:
    sections = [TopicSection("Sea", ("islands", "ports"), points=2.0), TopicSection("World", ())]
    articles = [an_article(1), an_article(2, feed=2, topics=("News", "Islands"))]

    first, second = rank(articles, SOURCES, DUE, sections=sections)

    assert (first.article_id, first.section, second.section) == (2, "Sea", "World")
    assert first.earned("section")


def test_each_part_of_a_score_has_its_name_and_they_add_up_to_it() -> None:
    text = " ".join(f"word{n}" for n in range(80))
    sources = [Source(1, "World", 0, weight=2), Source(2, "City", 1)]
    sections = [TopicSection("Sea", ("islands",), points=1.5)]
    best = an_article(1, html=text, image_url="https://post.example/1.jpg", topics=("Islands",))

    first, _ = rank([best, an_article(2, feed=2, html=text)], sources, DUE, sections=sections)

    names = ["freshness", "position", "weight", "picture", "summary", "section", "coverage"]
    assert sorted(reason.rule for reason in first.reasons) == sorted(names)
    assert all(reason.points > 0 and reason.note for reason in first.reasons)
    assert first.score == round(sum(reason.points for reason in first.reasons), 2)


def test_no_more_stories_are_shown_than_the_newsletter_takes() -> None:
    pieces = rank([an_article(n) for n in range(1, 30)], SOURCES, DUE)

    assert len(lay_out(pieces, 0, 12, []).stories) == 12


def test_a_copy_that_nobody_could_get_makes_the_next_one_no_older() -> None:
    text = " ".join(f"word{n}" for n in range(80))
    held = an_article(1, state=ArticleState.HELD, html=text)
    copy = an_article(9, feed=2, html=text)

    pieces = {piece.article_id: piece for piece in rank([held, copy], SOURCES, DUE)}

    assert pieces[9].included
    assert pieces[9].story == 9
