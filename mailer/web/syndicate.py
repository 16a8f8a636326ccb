"""Feeds of a newsletter's editions: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
# What no XML 1.0 document may hold (section 2.2), escaped or not.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ET.register_namespace("atom", ATOM)
ET.register_namespace("content", CONTENT)


@dataclass(frozen=True, slots=True)
class Channel:
    """A newsletter as readers of feeds see it."""

    title: str
    description: str
    language: str  # BCP 47
    page: str  # the archive's address


@dataclass(frozen=True, slots=True)
class Entry:
    """One edition. Its address is its name for ever."""

    url: str
    title: str
    summary: str
    html: str
    at: datetime
    name: str = ""  # for ever, where that is not its address
    topic: str = ""


def rss(channel: Channel, entries: Sequence[Entry], own_url: str) -> bytes:
    """Return an RSS 2.0 feed with the whole editions in it."""
    root = ET.Element("rss", version="2.0")
    top = ET.SubElement(root, "channel")
    _texts(top, title=channel.title, link=channel.page, description=channel.description)
    _texts(top, language=channel.language)
    ET.SubElement(top, f"{{{ATOM}}}link", rel="self", href=own_url, type="application/rss+xml")
    for entry in entries:
        item = ET.SubElement(top, "item")
        _texts(item, title=entry.title, link=entry.url, description=entry.summary)
        _texts(item, guid=entry.url, pubDate=format_datetime(entry.at))
        _texts(item, **{f"{{{CONTENT}}}encoded": entry.html})
    return _written(root)


def atom(channel: Channel, entries: Sequence[Entry], own_url: str) -> bytes:
    """Return an Atom feed with the whole editions in it."""
    root = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": channel.language})
    _atom_texts(root, id=own_url, title=channel.title, subtitle=channel.description)
    _atom_texts(root, updated=max((entry.at for entry in entries), default=EPOCH).isoformat())
    _atom_texts(ET.SubElement(root, f"{{{ATOM}}}author"), name=channel.title)
    ET.SubElement(root, f"{{{ATOM}}}link", rel="self", href=own_url)
    ET.SubElement(root, f"{{{ATOM}}}link", rel="alternate", href=channel.page)
    for entry in entries:
        one = ET.SubElement(root, f"{{{ATOM}}}entry")
        _atom_texts(one, id=entry.name or entry.url, title=entry.title, summary=entry.summary)
        _atom_texts(one, updated=entry.at.isoformat(), published=entry.at.isoformat())
        ET.SubElement(one, f"{{{ATOM}}}link", rel="alternate", href=entry.url)
        if entry.topic:
            ET.SubElement(one, f"{{{ATOM}}}category", term=_clean(entry.topic))
        ET.SubElement(one, f"{{{ATOM}}}content", type="html").text = _clean(entry.html)
    return _written(root)


def json_feed(channel: Channel, entries: Sequence[Entry], own_url: str) -> bytes:
    """Return a JSON Feed with the whole editions in it."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "description": channel.description,
        "language": channel.language,
        "home_page_url": channel.page,
        "feed_url": own_url,
        "items": [
            {
                "id": entry.url,
                "url": entry.url,
                "title": entry.title,
                "summary": entry.summary,
                "content_html": entry.html,
                "date_published": entry.at.isoformat(),
            }
            for entry in entries
        ],
    }
    return json.dumps(feed, ensure_ascii=False).encode("utf-8", "replace")


EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = _clean(text)


def _atom_texts(parent: ET.Element, **texts: str) -> None:
    _texts(parent, **{f"{{{ATOM}}}{name}": text for name, text in texts.items()})


def _clean(text: str) -> str:
    return FORBIDDEN.sub("", text)


def _written(root: ET.Element) -> bytes:
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
