"""Which articles the owner lets in, by the rules of a feed and of a newsletter."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from mailer.editions.model import Reason
from mailer.feeds.model import Article, ArticleState, Rules

STATES = {
    ArticleState.BACKLOG: "was there before the feed was added",
    ArticleState.HELD: "is held: `mailer articles release` lets it go on",
    ArticleState.WITHDRAWN: "was withdrawn",
}


def refused_by_state(article: Article) -> Reason | None:
    """Return what keeps an article out that is not to be sent at all."""
    note = STATES.get(article.state)
    return None if note is None else Reason(article.state.value, 0.0, note)


def refused_by_rules(article: Article, rules: Rules, due_at: datetime) -> Reason | None:
    """Return the rule that keeps an article out; None when all let it in."""
    text = f"{article.title}\n{article.summary}"
    found = _one_of(rules.exclude, text)
    if found is not None:
        return Reason("exclude", 0.0, f"contains “{found}”")
    if rules.include and _one_of(rules.include, text) is None:
        return Reason("include", 0.0, f"contains none of {_listed(rules.include)}")
    topics = {topic.casefold() for topic in article.topics}
    unwanted = [topic for topic in rules.without_topics if topic.casefold() in topics]
    if unwanted:
        return Reason("topic", 0.0, f"is about “{unwanted[0]}”")
    if rules.topics and topics.isdisjoint(topic.casefold() for topic in rules.topics):
        return Reason("topic", 0.0, f"is about none of {_listed(rules.topics)}")
    return _refused_by_measure(article, rules, due_at)


def _refused_by_measure(article: Article, rules: Rules, due_at: datetime) -> Reason | None:
    if rules.languages and article.language is not None:
        spoken = article.language.casefold()
        if not any(_covers(tag.casefold(), spoken) for tag in rules.languages):
            return Reason("language", 0.0, f"is in “{article.language}”")
    if 0 < article.words < rules.least_words:
        return Reason("words", 0.0, f"has {article.words} words, fewer than {rules.least_words}")
    if rules.oldest_hours and due_at - article.published_at > timedelta(hours=rules.oldest_hours):
        return Reason("oldest", 0.0, f"is older than {rules.oldest_hours} hours")
    return None


def beyond_first(articles: Iterable[Article], first: int) -> set[int]:
    """Return the ids of a feed's articles that are not among its newest so many."""
    newest = sorted(articles, key=lambda one: (one.published_at, one.arrival), reverse=True)
    return {article.id for article in newest[first:]} if first else set()


def _one_of(words: Iterable[str], text: str) -> str | None:
    """Return the first word that stands in the text as a word, whatever its case."""
    return next((word for word in words if _stands_in(word, text)), None)


def _stands_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def _covers(tag: str, spoken: str) -> bool:
    return spoken == tag or spoken.startswith(f"{tag}-")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
