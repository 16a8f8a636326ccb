"""Mutated feeds, markup and pages for what reads them; nothing but FormatError may come out.

`script/fuzz` installs atheris and calls `python -m bench.fuzz parse|clean|page FOLDER`, with the
options of libFuzzer. A crash leaves its input in a file, and exit 1 says so.
"""

import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime

import atheris

with atheris.instrument_imports(include=["mailer", "feedparser"]):
    from mailer.errors import FormatError
    from mailer.feeds.article_page import read_page
    from mailer.feeds.clean import safe_html
    from mailer.feeds.excerpt import excerpt
    from mailer.feeds.furniture import paragraphs
    from mailer.feeds.parse import parse_document
    from mailer.feeds.text import bounded, line_of_html, one_line

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://harbour.example/1"


def parse(body: bytes) -> None:
    """Read a document: articles that can be stored, or a reason of one line."""
    try:
        told = parse_document(body, url=URL, now=NOW)
    except FormatError as why:
        if "\n" in why.reason:
            raise AssertionError(why.reason) from why
        return
    for draft in told.drafts:
        assert draft.title == one_line(draft.title)  # noqa: S101
        draft.html.encode()


def clean(body: bytes) -> None:
    """Make markup safe: cleaning once more changes nothing, and no excerpt is too long."""
    markup = bounded(body.decode("utf-8", "replace"))
    safe = safe_html(markup, URL)
    assert "<script" not in safe.lower()  # noqa: S101
    assert safe_html(safe, URL) == safe_html(safe_html(safe, URL), URL)  # noqa: S101
    excerpt(paragraphs(markup))
    line_of_html(markup)


def page(body: bytes) -> None:
    """Read an article's page."""
    with suppress(FormatError):
        read_page(body, None, URL)


if __name__ == "__main__":
    logging.disable()
    target = {"parse": parse, "clean": clean, "page": page}[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
