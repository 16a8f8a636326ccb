"""A feed document read: its articles, or one line on what came instead."""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TypeVar

from mailer.errors import FormatError
from mailer.feeds.entry import Entry, Frame, draft
from mailer.feeds.json_feed import entry_of_item, read_json_feed
from mailer.feeds.model import Draft, ParsedFeed
from mailer.feeds.news_sitemap import is_sitemap, read_news_sitemap
from mailer.feeds.xml_feed import entry_of, read_xml_feed

MOST_ENTRIES = 500  # feeds begin with what is newest

T = TypeVar("T")

log = logging.getLogger(__name__)


def parse_document(
    body: bytes, *, url: str, content_type: str | None = None, now: datetime
) -> ParsedFeed:
    """Return what a feed of any kind says, made safe; raise FormatError when it is none.

    `url` is where the document was found: relative links begin there. Opens nothing. An entry
    that cannot be read costs none of the others.
    """
    if not body.strip():
        raise FormatError(url, "the answer was empty")
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}:
        frame, items = read_json_feed(body, url, now)
        return _parsed(frame, items, partial(entry_of_item, frame=frame))
    if is_sitemap(body):
        frame, told = read_news_sitemap(body, url, now, MOST_ENTRIES)
        return _parsed(frame, told, _as_it_is)
    dialect, frame, entries = read_xml_feed(body, url, content_type, now)
    return _parsed(frame, entries, partial(entry_of, frame=frame, dialect=dialect))


def _as_it_is(entry: Entry) -> Entry:
    return entry


def _parsed(frame: Frame, found: Iterable[T], entry: Callable[[T], Entry]) -> ParsedFeed:
    told = list(islice(found, MOST_ENTRIES))
    kept: dict[str, Draft] = {}
    for one in _drafts(frame, told, entry):
        kept.setdefault(one.identity, one)
    if told and not kept:
        raise FormatError(frame.url, "this is a feed, but none of its entries can be read")
    return ParsedFeed(frame.title, frame.site_url, frame.language, tuple(kept.values()))


def _drafts(frame: Frame, found: Iterable[T], entry: Callable[[T], Entry]) -> Iterator[Draft]:
    for number, one in enumerate(found, start=1):
        try:
            made = draft(entry(one), frame)
        except Exception:  # one bad entry must not cost the others
            log.exception("feed.entry_unreadable", extra={"url": frame.url, "entry": number})
        else:
            if made is not None:
                yield made
