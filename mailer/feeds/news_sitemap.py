"""News sitemaps: what a paper tells search engines of its last two days, as a feed.

The format is sitemaps.org 0.9 with Google's news and image extensions. Names are compared without
their namespaces: half of the papers get those wrong.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from xml.etree import ElementTree as Xml

from mailer.errors import FormatError
from mailer.feeds.dates import read_date
from mailer.feeds.entry import Entry, Frame, language
from mailer.feeds.picture import picture_of
from mailer.feeds.text import one_line
from mailer.feeds.urls import web_url

ROOT = re.compile(r"<(?:\w+:)?urlset\b")
INDEX = re.compile(r"<(?:\w+:)?sitemapindex\b")
BEGINNING = 4_000  # characters; comments and a style sheet may stand before the root


def is_sitemap(document: str) -> bool:
    """Tell by its beginning whether a document is a sitemap."""
    return bool(ROOT.search(document[:BEGINNING]) or INDEX.search(document[:BEGINNING]))


def read_news_sitemap(
    document: str, url: str, now: datetime, most: int
) -> tuple[Frame, list[Entry]]:
    """Return what holds for the whole, and its first articles; raise FormatError without news."""
    if INDEX.search(document[:BEGINNING]):
        raise FormatError(url, "this is a list of sitemaps; give the address of its news sitemap")
    if "<!DOCTYPE" in document or "<!ENTITY" in document:
        raise FormatError(url, "it declares a document type, and no sitemap needs one")
    try:
        root = Xml.fromstring(document.encode("utf-8", "replace"))  # noqa: S314 - without entities, and in a child
    except Xml.ParseError as why:
        raise FormatError(url, f"this sitemap is broken: {why}") from why
    entries = list(islice((entry for node in root for entry in _entries(node, url)), most))
    if not entries:
        raise FormatError(url, "this is a sitemap without news: it names no titles")
    names = [name for name in (_find(root, "name"),) if name]
    frame = Frame(
        url=url,
        title=names[0] if names else "",
        site_url=web_url("/", url),
        language=language(_find(root, "language")),
        now=now,
    )
    return frame, entries


def _entries(node: Xml.Element, url: str) -> Iterator[Entry]:
    news = next((child for child in node if _name(child) == "news"), None)
    if news is None:
        return
    pictures = (
        picture_of(_find(child, "loc"), _find(child, "title"), _find(child, "caption"), url)
        for child in node
        if _name(child) == "image"
    )
    yield Entry(
        guid=None,
        link=_own(node, "loc"),
        title=_own(news, "title"),
        published_at=read_date(_own(news, "publication_date")),
        pictures=tuple(one for one in pictures if one is not None),
        language=_find(news, "language"),
        topics=tuple(word for word in _own(news, "keywords").split(",") if word.strip()),
    )


def _name(node: Xml.Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _own(node: Xml.Element, name: str) -> str:
    return next((one_line(child.text or "") for child in node if _name(child) == name), "")


def _find(node: Xml.Element, name: str) -> str:
    return next((one_line(child.text or "") for child in node.iter() if _name(child) == name), "")
