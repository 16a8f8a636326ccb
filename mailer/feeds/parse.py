"""A feed document read: its articles, or one line on what came instead."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

from mailer.errors import FormatError
from mailer.feeds.bulk import without_bulk
from mailer.feeds.charset import as_utf8
from mailer.feeds.entry import Entry, Frame, draft, without_text
from mailer.feeds.json_feed import entry_of_item, read_json_feed
from mailer.feeds.model import Draft, ParsedFeed
from mailer.feeds.news_sitemap import is_sitemap, read_news_sitemap
from mailer.feeds.xml_feed import entry_of, read_xml_feed
from mailer.logs import only_logged

MOST_ENTRIES = 500  # feeds begin with what is newest

BEGINNING = 2_000  # octets that tell what a document is
BINARY = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x1f\x8b", "a file compressed with gzip"),
)
WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"<\0", b"\0<", b"\0\0\0<")
FEED_ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)

T = TypeVar("T")

log = logging.getLogger(__name__)


class Bounds(Protocol):
    """What is entered for each reading of an entry, whole or with its headline alone."""

    def __call__(self, *, with_text: bool) -> AbstractContextManager[None]:
        """Return what raises, at once or within, when that takes too long."""


def boundless(**_: bool) -> AbstractContextManager[None]:
    """Let an entry take its time."""
    return nullcontext()


def parse_document(
    body: bytes,
    *,
    url: str,
    content_type: str | None = None,
    now: datetime,
    bounds: Bounds = boundless,
) -> ParsedFeed:
    """Return what a feed of any kind says, made safe; raise FormatError when it is none.

    `url` is where the document was found: relative links begin there. Opens nothing. An entry
    that cannot be read costs none of the others; `bounds` is entered for each, and may raise
    when it would take, or takes, too long: then it is read without its text.
    """
    if not body.strip():
        raise FormatError(url, "the answer was empty")
    _refuse_binary(body, url)
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
        frame, items = read_json_feed(body, url, now)
        return _parsed(frame, items, partial(entry_of_item, frame=frame), bounds)
    document = as_utf8(body, content_type)
    if is_sitemap(document):
        frame, told = read_news_sitemap(document, url, now, MOST_ENTRIES)
        return _parsed(frame, told, _as_it_is, bounds)
    slim = without_bulk(document, url, MOST_ENTRIES)
    dialect, frame, entries = read_xml_feed(slim, url, now)
    return _parsed(frame, entries, partial(entry_of, frame=frame, dialect=dialect), bounds)


def _refuse_binary(body: bytes, url: str) -> None:
    begins = body[:BEGINNING]
    for beginning, kind in BINARY:
        if begins.startswith(beginning):
            raise FormatError(url, f"this is {kind}, not a feed")
    if b"\0" in begins and not begins.startswith(WIDE) and not FEED_ROOT.search(begins):
        raise FormatError(url, "this is binary data, not a feed")


def _as_it_is(entry: Entry) -> Entry:
    return entry


def _parsed(
    frame: Frame, found: Iterable[T], entry: Callable[[T], Entry], bounds: Bounds
) -> ParsedFeed:
    told = list(islice(found, MOST_ENTRIES))
    kept: dict[str, Draft] = {}
    for one in _drafts(frame, told, entry, bounds):
        kept.setdefault(one.identity, one)
    if told and not kept:
        raise FormatError(frame.url, "this is a feed, but none of its entries can be read")
    return ParsedFeed(frame.title, frame.site_url, frame.language, tuple(kept.values()))


def _drafts(
    frame: Frame, found: Iterable[T], entry: Callable[[T], Entry], bounds: Bounds
) -> Iterator[Draft]:
    for number, one in enumerate(found, start=1):
        made = _draft(frame, number, one, entry, bounds)
        if made is not None:
            yield made


def _draft(
    frame: Frame, number: int, found: T, entry: Callable[[T], Entry], bounds: Bounds
) -> Draft | None:
    """Return an entry as an article; what cannot be read with its text, without it."""
    for reading in (_as_it_is, without_text):
        with (
            only_logged(log, "feed.entry_unreadable", url=frame.url, entry=number),
            bounds(with_text=reading is _as_it_is),
        ):
            return draft(reading(entry(found)), frame)
    return None
