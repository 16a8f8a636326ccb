"""The owner's rules: each lets in what it should, and says why not."""

from typing import Any

import pytest

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
