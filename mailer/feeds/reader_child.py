"""The child of `reader.Reader`: documents come in, what they say goes out.

Before the first one it gives up all that a document could be after: it opens no file and no line to
anywhere any more, and has 256 MB.
"""

import encodings
import json
import logging
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from types import FrameType

from mailer.confined import Answer, Object, close_the_doors, serve
from mailer.errors import FormatError
from mailer.feeds.article_page import read_page, with_page
from mailer.feeds.model import Draft
from mailer.feeds.parse import parse_document
from mailer.feeds.reader import BOUNDS
from mailer.plain_values import plain, whole

ENTRY = 0.25  # seconds of work an entry; then it is read without its text
MOST_OF_IT = 0.7  # seconds of work a document, before its entries must be quick
LEAST = 0.02  # seconds; an honest entry takes a tenth of it
NEARLY_ALL = 1.1  # seconds of work a document; behind it only headlines are read
# Read once before the doors are closed: parsers import what they need when they first need it.
REHEARSALS = (
    b'<?xml version="1.0" encoding="iso-8859-2"?><rss version="2.0" xmlns:media="http://search.yaho'
    b'o.com/mrss/"><channel><title>a</title><item><title>b &amp; c</title><link>http://a.example/</'
    b"link><pubDate>Mon, 23 Nov 2026 18:00:00 GMT</pubDate><description>&lt;p>d &amp;eacute;&lt;/p>"
    b"</description><author>a@a.example (b)</author></item></channel></rss>",
    b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a.example/"><title>a</title>'
    b'<entry><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">b</div></title>'
    b'<link href="/b"/>'
    b"<updated>2026-11-23T18:00:00Z</updated><content type='html'>c</content></entry></feed>",
    b"<rss><channel><item><title>broken & unclosed<link>http://a.example/</link></channel>",
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "content_text": "a"}]}',
    b"\xff\xfe<\0r\0s\0s\0",
)
PAGE = (
    b"<meta property='og:image' content='/a.jpg'><script type='application/ld+json'>"
    b'{"@type": "Article", "datePublished": "23 November 2026"}</script><article><p>'
    + b"A long paragraph of an article. " * 9
    + b"</p></article>"
)
# zlib, base64 and the like are no character sets, and open a way to larger texts.
NO_CHARSETS = {"zlib_codec", "bz2_codec", "mbcs", "oem"}


def main() -> None:
    """Answer until nobody asks any more."""
    logging.disable()  # what could not be read is left out
    signal.signal(signal.SIGVTALRM, _too_long)
    _rehearse()
    close_the_doors(BOUNDS)
    serve(_read, BOUNDS)


def _read(head: Object, body: bytes) -> Answer:
    try:
        if "draft" in head:
            return {"error": None, "draft": _with_page(body, head)}, b""
        feed = parse_document(
            body,
            url=head["url"],
            content_type=head["content_type"],
            now=datetime.fromisoformat(head["now"]),
            bounds=partial(_a_while, time.process_time()),
        )
        return {"error": None, "feed": feed}, b""
    except FormatError as why:
        return {"error": why.reason, "feed": None}, b""


class TooLong(Exception):
    """An entry takes more time than it may have."""


@contextmanager
def _a_while(begun: float, *, with_text: bool) -> Iterator[None]:
    """Raise TooLong inside when it has been worked on for long; again, if that gets lost.

    A document that has had most of its time has little for each entry that is left, and one that
    has had nearly all none for their texts: a parser in C hears of the time when it is done.
    """
    spent = time.process_time() - begun
    if with_text and spent > NEARLY_ALL:
        raise TooLong
    seconds = max(LEAST, min(ENTRY, MOST_OF_IT - spent))
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, LEAST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TooLong


def _with_page(body: bytes, head: Object) -> Draft:
    told, now = whole(Draft, head["draft"]), datetime.fromisoformat(head["now"])
    page = read_page(body, head["content_type"], head["url"])
    return with_page(told, page, head["url"], now)


def _rehearse() -> None:
    for codec in iter_modules(encodings.__path__):
        if codec.name not in NO_CHARSETS:
            import_module(f"encodings.{codec.name}")
    for document in REHEARSALS:
        head = {"url": "http://a.example/", "content_type": "", "now": "2026-11-23T18:00:00+00:00"}
        told, _ = _read(head, document)
        for draft in told["feed"].drafts if told["feed"] else ():
            asked = json.dumps(replace(draft, summary="", html=""), default=plain)
            _read({**head, "draft": json.loads(asked)}, PAGE)


if __name__ == "__main__":
    main()
