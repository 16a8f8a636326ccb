"""Which articles are one story: copies by their addresses, near-duplicates by their words."""

from collections.abc import Sequence

from mailer.feeds.cluster import Telling, stories
from mailer.feeds.model import Article
from mailer.feeds.text import line_of_html
from mailer.feeds.urls import canonical


def same_story(articles: Sequence[Article]) -> dict[int, int]:
    """Return for each article the id of one that stands for its story.

    A piece and its original, wherever they were found, are one; so are two that link to one page.
    """
    found = stories(map(_telling, articles))
    stands_for: dict[int, int] = {}
    at: dict[str, int] = {}  # the story that each address tells
    for article in sorted(articles, key=lambda one: one.arrival):
        one = _end(stands_for, found[article.id])
        for address in _addresses(article):
            other = _end(stands_for, at.setdefault(address, one))
            if other != one:
                stands_for[max(one, other)] = one = min(one, other)
    return {key: _end(stands_for, story) for key, story in found.items()}


def _telling(article: Article) -> Telling:
    text = line_of_html(article.html) or article.summary
    return Telling(article.id, article.title, text, article.language, article.published_at)


def _addresses(article: Article) -> list[str]:
    """Return where the story stands, itself and as the original, in one spelling."""
    return [canonical(url) for url in (article.url, article.original_url) if url]


def _end(stands_for: dict[int, int], key: int) -> int:
    while key in stands_for:
        key = stands_for[key]
    return key
