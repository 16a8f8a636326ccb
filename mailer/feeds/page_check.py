"""What an article's page says of it right before it is mailed: is it there, under which headline?

A page that cannot be read says nothing, and the article stays.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.feeds.article_page import articles_in
from mailer.feeds.charset import decoded
from mailer.feeds.model import Fetched
from mailer.feeds.text import bounded, one_line, shortened, without_programs
from mailer.feeds.urls import canonical

LONGEST_TITLE = 300
MISSING = {404: "its page answers 404", 410: "its page answers 410"}
NO_INDEX = "its page asks not to be listed (noindex)"
FORBIDS = frozenset({"noindex", "none"})
EVERYBODY = frozenset({"", "robots", "googlebot"})  # what others are told says nothing of readers
LETTERS = re.compile(r"\w+")
LONG_WORD = 4  # letters; shorter ones stand in every headline
WITNESSES = 2  # of a page's own, that must name the same new headline


class Standing(StrEnum):
    """What a look at a page came to."""

    THERE = "there"
    GONE = "gone"
    HIDDEN = "hidden"  # noindex
    UNKNOWN = "unknown"  # no answer, or one that says nothing


@dataclass(frozen=True, slots=True)
class Seen:
    """What one page said."""

    standing: Standing
    why: str | None = None  # for a person, when it is gone or hidden
    title: str | None = None  # another headline; None when the known one stands on it
    closed: bool | None = None  # for subscribers alone; None: nobody knows


def look(answer: Fetched, asked: str, known: str) -> Seen:
    """Return what the answer says of the article at `asked`, whose headline was `known`.

    Another page to which we were sent on may have any headline.
    """
    if answer.status in MISSING:
        return Seen(Standing.GONE, MISSING[answer.status])
    if answer.status != 200:
        return Seen(Standing.UNKNOWN)
    if answer.robots is not None and _forbids(answer.robots):
        return Seen(Standing.HIDDEN, NO_INDEX)
    if answer.content_type is not None and "html" not in answer.content_type.lower():
        return Seen(Standing.UNKNOWN)
    tree = LexborHTMLParser(bounded(without_programs(decoded(answer.body, answer.content_type))))
    if any(_forbids(one) for one in _robots(tree)):
        return Seen(Standing.HIDDEN, NO_INDEX)
    if canonical(answer.url) != canonical(asked):
        return Seen(Standing.THERE)
    return Seen(Standing.THERE, title=_other_title(tree, known), closed=_is_closed(tree))


def _forbids(rules: str) -> bool:
    """Whether rules like "noindex, nofollow" or "googlebot: noindex" take a page off all lists."""
    for part in re.split(r"[,;]", rules.lower()):
        agent, _, rule = part.rpartition(":")
        if agent.strip() in EVERYBODY and not FORBIDS.isdisjoint(rule.split()):
            return True
    return False


def _robots(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("meta[name][content]"):
        if (node.attributes.get("name") or "").lower() in {"robots", "googlebot"}:
            yield node.attributes.get("content") or ""


def _is_closed(tree: LexborHTMLParser) -> bool:
    """Whether the page says of its article that it is not for everybody.

    schema.org's `isAccessibleForFree`, which search engines ask for behind a paywall; many write
    it as a word, or as schema.org's own name for it. What a part of it says (`hasPart`) is no word
    on the whole.
    """
    told = next(articles_in(tree), {}).get("isAccessibleForFree")
    return told is False or (isinstance(told, str) and told.lower().endswith("false"))


def _other_title(tree: LexborHTMLParser, known: str) -> str | None:
    """Return the page's headline when it is another one, and two of its own places agree on it.

    Pages have a headline for readers, one for search engines and one for friends. While the known
    one stands in any of them nothing has changed; and one of them alone may say anything. A page
    that only asks to log in or to agree has no data of an article, and shares no word with it.
    """
    shown = _plain(_shown_titles(tree))
    as_data = _plain(_data_titles(tree))
    found, before = [*as_data, *shown], _letters(known)
    if not before or any(before in _letters(one) or _letters(one) in before for one in found):
        return None
    words = _long_words(before)
    for title in found:
        letters = _letters(title)
        agree = sum(letters in _letters(other) for other in found) >= WITNESSES
        if agree and (title in as_data or not words.isdisjoint(_long_words(letters))):
            return shortened(title, LONGEST_TITLE)
    return None


def _plain(titles: Iterator[str]) -> list[str]:
    plain = [one_line(title)[:LONGEST_TITLE] for title in titles]
    return [title for title in plain if _letters(title)]


def _long_words(letters: str) -> set[str]:
    return {word for word in letters.split() if len(word) >= LONG_WORD or not word.isascii()}


def _shown_titles(tree: LexborHTMLParser) -> Iterator[str]:
    headings = tree.css("h1")
    if len(headings) == 1:
        yield headings[0].text()
    title = tree.css_first("title")
    if title is not None:
        yield title.text()


def _data_titles(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("meta[property='og:title'][content], meta[name='twitter:title'][content]"):
        yield node.attributes.get("content") or ""
    for node in tree.css("script[type='application/ld+json']")[:5]:
        yield from _headlines(node)


def _headlines(node: LexborNode) -> Iterator[str]:
    try:
        told = json.loads(node.text())
    except (ValueError, RecursionError):
        return
    graph = told.get("@graph") if isinstance(told, Mapping) else told
    for one in graph if isinstance(graph, list) else [told]:
        if isinstance(one, Mapping) and isinstance(one.get("headline"), str):
            yield one["headline"]


def _letters(title: str) -> str:
    return " ".join(LETTERS.findall(title.casefold()))
