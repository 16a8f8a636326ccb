"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read with patience: what is of the wrong kind is absent."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import cast

from mailer.errors import FormatError
from mailer.feeds.dates import read_date
from mailer.feeds.entry import Entry, Frame, language
from mailer.feeds.picture import Picture
from mailer.feeds.text import html_of_text, one_line
from mailer.feeds.urls import web_url

VERSIONS = ("https://jsonfeed.org/version/1", "http://jsonfeed.org/version/1")

Object = Mapping[str, object]


def read_json_feed(body: bytes, url: str, now: datetime) -> tuple[Frame, Iterator[Object]]:
    """Return what holds for the whole feed, and its items; raise FormatError when it is none."""
    feed = _document(body, url)
    if not _text(feed, "version").startswith(VERSIONS):
        raise FormatError(url, "this is JSON, but no JSON Feed: it does not give its version")
    home = _text(feed, "home_page_url")
    frame = Frame(
        url=url,
        title=one_line(_text(feed, "title")),
        site_url=web_url(home, url) if home else None,
        language=language(_text(feed, "language")),
        now=now,
    )
    own = {"authors": [*_list(feed, "authors"), feed.get("author")]}  # of items that name nobody
    items = (item for item in _list(feed, "items") if isinstance(item, dict))
    return frame, (item if _authors(item) else {**item, **own} for item in items)


def entry_of_item(item: Object, frame: Frame) -> Entry:
    """Return one item as an entry."""
    # A title is plain text in this format: markup in it is meant to be seen.
    html, text = _text(item, "content_html"), _text(item, "content_text")
    return Entry(
        guid=_id(item.get("id")),
        link=_text(item, "url") or _text(item, "external_url") or None,
        title=_text(item, "title"),
        summary=html_of_text(_text(item, "summary")),
        content=html or html_of_text(text),
        author=_authors(item),
        published_at=read_date(_text(item, "date_published"))
        or read_date(_text(item, "date_modified")),
        pictures=tuple(_pictures(item, frame.url)),
        language=_text(item, "language"),
        topics=tuple(tag for tag in _list(item, "tags") if isinstance(tag, str)),
    )


def _document(body: bytes, url: str) -> Object:
    try:
        found: object = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as why:
        raise FormatError(url, "this looks like JSON, but it is not UTF-8") from why
    except (ValueError, RecursionError) as why:
        raise FormatError(url, f"this looks like JSON, but it is broken: {why}") from why
    if not isinstance(found, dict):
        raise FormatError(url, "this is JSON, but no JSON Feed: there is no object in it")
    return cast(Object, found)


def _text(found: Object, name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _list(found: Object, name: str) -> list[object]:
    value = found.get(name)
    return value if isinstance(value, list) else []


def _id(value: object) -> str | None:
    """Return the id as text; the format asks readers to take numbers for what they look like."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def _authors(item: Object) -> str | None:
    people = [*_list(item, "authors"), item.get("author")]  # the second is 1.0
    names = [_text(person, "name") for person in people if isinstance(person, dict)]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _pictures(item: Object, base: str) -> Iterator[Picture]:
    places = [_text(item, "image"), _text(item, "banner_image")]
    for attached in _list(item, "attachments"):
        if isinstance(attached, dict) and _text(attached, "mime_type").startswith("image/"):
            places.append(_text(attached, "url"))
    for place in filter(None, places):
        address = web_url(place, base)
        if address is not None:
            yield Picture(address)
