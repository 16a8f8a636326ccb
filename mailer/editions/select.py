"""Which articles the owner lets in, by the rules of a feed and of a newsletter."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from mailer.editions.model import Reason
from mailer.feeds.model import Article, ArticleState, Rules
from mailer.feeds.text import UNSPACED

STATES = {
    ArticleState.BACKLOG: "was there before the feed was added",
    ArticleState.HELD: "is held: `mailer articles release` lets it go on",
    ArticleState.WITHDRAWN: "was withdrawn",
    ArticleState.GONE: "is gone",
}


def refused_by_state(article: Article) -> Reason | None:
    """Return what keeps an article out that is not to be sent at all."""
    note = STATES.get(article.state)
    if note is None:
        return None
    why = f": {article.gone_because}" if article.gone_because else ""
    return Reason(article.state.value, 0.0, f"{note}{why}")


def let_in_by(article: Article, rules: Rules) -> list[Reason]:
    """Return the rules that asked for something, and what they found."""
    told = []
    word = _one_of(rules.include, f"{article.title}\n{article.summary}")
    if word is not None:
        told.append(Reason("include", 0.0, f"let in: contains “{word}”"))
    wanted = {topic.casefold() for topic in rules.topics}
    topics = [topic for topic in article.topics if topic.casefold() in wanted]
    if topics:
        told.append(Reason("topic", 0.0, f"let in: is about “{topics[0]}”"))
    return told


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
    word, text = _plain(word), _plain(text)
    # Where a script has no spaces there are no edges of words to look for.
    before, after = (
        "" if UNSPACED.match(edge) else guard
        for edge, guard in ((word[:1], r"(?<!\w)"), (word[-1:], r"(?!\w)"))
    )
    return re.search(f"{before}{re.escape(word)}{after}", text) is not None


def _plain(text: str) -> str:
    """Return the text in one case and one spelling of its accents."""
    return unicodedata.normalize("NFC", text.casefold())


def _covers(tag: str, spoken: str) -> bool:
    return spoken == tag or spoken.startswith(f"{tag}-")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
