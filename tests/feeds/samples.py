"""Drafts and feed documents that tests build theirs from."""

from datetime import UTC, datetime

from mailer.feeds.model import Draft


def a_draft(identity: str = "https://harbour.example/1", **changes: object) -> Draft:
    """Return an article as a feed of the Harbour Post would tell it."""
    fields: dict[str, object] = {
        "identity": identity,
        "url": identity,
        "title": "Ferries sail again",
        "summary": "Sailings resume on Wednesday.",
        "html": "<p>Sailings resume on Wednesday.</p>",
        "author": "Ines Calder",
        "published_at": datetime(2026, 11, 23, 18, 0, tzinfo=UTC),
        "image_url": None,
        "image_alt": None,
        "image_credit": None,
        "original_url": None,
        "original_publisher": None,
        "language": "en",
        "words": 0,
        "topics": ("Islands",),
        **changes,
    }
    return Draft(**fields)  # type: ignore[arg-type]  # the test names the fields


def an_item(number: int = 1, **parts: str) -> str:
    """Return one RSS item; a part given as "" is left out."""
    fields = {
        "title": f"Story {number}",
        "link": f"https://harbour.example/{number}",
        "guid": f"tag:harbour.example,2026:{number}",
        "pubDate": "Mon, 23 Nov 2026 18:00:00 GMT",
        "description": f"What happened in story {number} is told here.",
        **parts,
    }
    told = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text)
    return f"<item>{told}</item>"


def an_rss(*items: str, title: str = "Harbour Post") -> bytes:
    """Return an RSS 2.0 document with these items, or with one."""
    inside = "".join(items or (an_item(),))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{title}</title><link>https://harbour.example/</link><language>en</language>"
        f"{inside}</channel></rss>"
    ).encode()
