"""RSS, RDF and Atom in all their kinds, by way of feedparser. What it gives is checked here."""

import calendar
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import feedparser

from mailer.errors import FormatError
from mailer.feeds.dates import read_date
from mailer.feeds.entry import Entry, Frame, language
from mailer.feeds.picture import LONGEST_ALT, Picture, is_image_file, picture_of
from mailer.feeds.text import MARKUP, html_of_text, line_of_html, one_line
from mailer.feeds.urls import web_url

# One of feedparser's dictionaries. They are read by `dict.get`, since their own `get` takes other
# names for the one asked for, and warns of it.
Object = dict[str, object]

HTML_PAGE = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
FEED_ROOT = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf)\b", re.IGNORECASE)
BEGINNING = 2_000  # characters that tell what a document is
MOST_PICTURES = 20  # of an entry
# feedparser takes the words to a picture for the words of the article.
MEDIA_DESCRIPTION = re.compile(r"(</?media:)description\b[^<>]*>")
# Programs that think in UTF-16 write an emoji as two references, neither of which is a character
# (XML 1.0 section 2.2): one of them makes parsers give up the whole document.
HALVES = re.compile(r"(?:&(?:amp;)?#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*5[5-7][0-9]{3});)+")
HALF = re.compile(r"#([xX]?)([0-9a-fA-F]+);")
EMAIL = re.compile(r"[^\s()<>,;]+@[^\s()<>,;]+")


def read_xml_feed(document: str, url: str, now: datetime) -> tuple[str, Frame, list[Object]]:
    """Return the dialect, what holds for the whole feed, and its entries.

    `document` has been through `bulk.without_bulk`. Raises FormatError saying what came instead of
    a feed.
    """
    begins = document[:BEGINNING]
    if HTML_PAGE.search(begins) and not FEED_ROOT.search(begins):
        raise FormatError(url, "this is a web page (HTML), not a feed; give the feed's own address")
    found = _parsed(document, url)
    dialect, entries = _text(found, "version"), _objects(found, "entries")
    if not dialect and not entries:
        raise FormatError(url, "this is neither RSS, Atom nor JSON Feed")
    if not entries and _is_broken(found):
        why = one_line(str(dict.get(found, "bozo_exception")))
        raise FormatError(url, f"this feed is broken, nothing in it can be read: {why}")
    return dialect, _frame(_object(found, "feed"), url, dialect, now), entries


def entry_of(found: Object, frame: Frame, dialect: str) -> Entry:
    """Return one of feedparser's entries as ours."""
    contents = [_html(part, dialect) for part in _objects(found, "content")]
    return Entry(
        guid=_text(found, "id") or None,
        link=_link(found),
        title=_title(found, "title", dialect),
        summary=_html(_object(found, "summary_detail"), dialect, _text(found, "summary"))
        or html_of_text(_text(found, "media_caption")),
        content=max(contents, key=len, default=""),
        author=_author(found, dialect),
        published_at=next((moment for moment in _dates(found, frame) if moment is not None), None),
        pictures=tuple(_pictures(found, frame.url)),
        publisher=_publisher(found, dialect),
        origin_url=_origin_url(found),
        language=_text(_object(found, "title_detail"), "language"),
        topics=tuple(
            line_of_html(_text(tag, "label") or _text(tag, "term"))
            for tag in _objects(found, "tags")
        ),
        rights=_text(found, "dcterms_accessrights") or _text(found, "accessrights"),
    )


def _parsed(document: str, url: str) -> Object:
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    whole = HALVES.sub(_joined, document)
    told = MEDIA_DESCRIPTION.sub(r"\1caption>", whole).encode("utf-8", "replace")
    # Always a stream: bytes or text that look like a path or an address would be opened.
    found: Object = feedparser.parse(
        io.BytesIO(told),
        response_headers=headers,
        sanitize_html=False,  # nh3 does it, and better
        resolve_relative_uris=True,
    )
    return found


def _joined(halves: "re.Match[str]") -> str:
    """Return the characters that halves make together; what is left alone goes."""
    told = HALF.findall(halves[0])
    units = "".join(chr(int(number, 16 if is_hex else 10)) for is_hex, number in told)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _is_broken(found: Object) -> bool:
    why = dict.get(found, "bozo_exception")
    harmless = feedparser.CharacterEncodingOverride | feedparser.NonXMLContentType
    return bool(dict.get(found, "bozo")) and not isinstance(why, harmless)


def _frame(feed: Object, url: str, dialect: str, now: datetime) -> Frame:
    declared = _text(feed, "language") or _text(_object(feed, "title_detail"), "language")
    return Frame(
        url=url,
        title=_title(feed, "title", dialect),
        site_url=web_url(_text(feed, "link") or None, url),
        language=language(declared),
        now=now,
    )


def _title(found: Object, name: str, dialect: str) -> str:
    """Return a title as plain text.

    Atom says what is markup; in RSS both kinds are about, and `<b>` was never meant to be read.
    """
    value = _text(found, name)
    literal = _text(_object(found, f"{name}_detail"), "type") == "text/plain"
    return value if literal and dialect.startswith("atom") else line_of_html(value)


def _html(part: Object, dialect: str, value: str | None = None) -> str:
    text = _text(part, "value") if value is None else value
    literal = _text(part, "type") == "text/plain"
    if literal and (dialect.startswith("atom") or not MARKUP.search(text)):
        return html_of_text(text)
    return text


def _link(found: Object) -> str | None:
    """Return where the article is: its link, else an id that is an address, else its file."""
    enclosures = [_text(one, "href") for one in _objects(found, "links")]
    guid = _text(found, "id")
    candidates = (_text(found, "link"), guid, *enclosures)
    return next((one for one in candidates if one and web_url(one)), None)


def _author(found: Object, dialect: str) -> str | None:
    raw = _text(found, "author")
    if "@" in raw and not dialect.startswith("atom"):
        # RSS has `ines@harbour.example (Ines Calder)`. feedparser takes it apart, but ends the
        # address after four letters of its last label.
        return line_of_html(EMAIL.sub(" ", raw)).strip(" ()<>[],;:") or None
    names = [line_of_html(_text(person, "name")) for person in _objects(found, "authors")]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _dates(found: Object, frame: Frame) -> Iterator[datetime | None]:
    """Yield what the entry's dates say, as we read them and as feedparser does."""
    month_first = (frame.language or "").lower() == "en-us"
    for name in ("published", "created", "updated"):
        yield read_date(_text(found, name), month_first=month_first)
        value = dict.get(found, f"{name}_parsed")
        if isinstance(value, tuple):
            with suppress(ValueError, OverflowError, OSError):
                yield datetime.fromtimestamp(calendar.timegm(value), UTC)


def _publisher(found: Object, dialect: str) -> str | None:
    """Return whose feed the entry was taken from: Atom's and RSS's source, Dublin Core's."""
    named = _title(_object(found, "source"), "title", dialect)
    core = line_of_html(_text(found, "dc_source"))
    return named or (core if web_url(core) is None else "") or None


def _origin_url(found: Object) -> str | None:
    """Return where the piece was first: RFC 4287 section 4.2.7.2 (via), canonical, a source."""
    links = _objects(found, "links")
    for relation in ("canonical", "via"):
        for link in links:
            if _text(link, "rel") == relation and web_url(_text(link, "href")):
                return _text(link, "href")
    core = _text(found, "dc_source")
    return core if web_url(core) else None


def _pictures(found: Object, base: str) -> Iterator[Picture]:
    credit = next((_text(one, "content") for one in _objects(found, "media_credit")), "")
    caption = line_of_html(_text(found, "media_caption"))
    offers = [
        *(one for one in _objects(found, "media_content") if _is_image(one, _text(one, "url"))),
        *_objects(found, "media_thumbnail"),
    ]
    enclosed = (one for one in _objects(found, "links") if _text(one, "rel") == "enclosure")
    places = [
        *((_text(one, "url"), _text(one, "width")) for one in offers),
        *((_text(one, "href"), "") for one in enclosed if _is_image(one, _text(one, "href"))),
    ]
    for place, width in places[:MOST_PICTURES]:
        picture = picture_of(place, caption if len(caption) <= LONGEST_ALT else "", caption, base)
        if picture is not None:
            pixels = int(width) if width.isascii() and width.isdecimal() and len(width) < 6 else 0
            yield replace(picture, credit=one_line(credit) or picture.credit, width=pixels)


def _is_image(offer: Object, place: str) -> bool:
    kind, medium = _text(offer, "type"), _text(offer, "medium")
    if kind or medium:
        return kind.startswith("image/") or medium == "image"
    return is_image_file(place)


def _text(found: Object, name: str) -> str:
    value = dict.get(found, name)
    return value if isinstance(value, str) else ""


def _object(found: Object, name: str) -> Object:
    value = dict.get(found, name)
    return value if isinstance(value, dict) else {}


def _objects(found: Object, name: str) -> list[Object]:
    value = dict.get(found, name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
