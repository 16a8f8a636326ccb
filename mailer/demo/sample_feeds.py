"""The sample site's three feeds: RSS 2.0, Atom and JSON Feed, of the same kind of stories."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from flask import render_template

from mailer.demo.articles import Outlet, Story

MOST_ITEMS = 15
EPOCH = "1970-01-01T00:00:00+00:00"

Address = Callable[[str], str]  # a path on the sample site to its whole address


@dataclass(frozen=True, slots=True)
class FeedKind:
    """One format: where it stands under its outlet, and what it is sent as."""

    file: str
    media_type: str


KINDS = {
    "rss": FeedKind("feed.xml", "application/rss+xml"),
    "atom": FeedKind("atom.xml", "application/atom+xml"),
    "json": FeedKind("feed.json", "application/feed+json"),
}


def feed_path(outlet: Outlet) -> str:
    """Return where an outlet's feed stands on the sample site."""
    return f"/{outlet.slug}/{KINDS[outlet.format].file}"


def feed_type(outlet: Outlet) -> str:
    """Return the media type of an outlet's feed."""
    return KINDS[outlet.format].media_type


def feed(outlet: Outlet, stories: list[Story], address: Address) -> str:
    """Return the document for the newest of `stories`. It changes only when they do."""
    newest = stories[:MOST_ITEMS]
    if outlet.format == "json":
        return _json_feed(outlet, newest, address)
    return render_template(
        f"{outlet.format}.xml",
        outlet=outlet,
        stories=newest,
        address=address,
        feed_url=address(feed_path(outlet)),
        updated=newest[0].published_at.isoformat() if newest else EPOCH,
        body=lambda story: feed_body(story, address),
        rfc822=_rfc822,
    )


def feed_body(story: Story, address: Address) -> str:
    """Return a story's HTML as feeds carry it: with everything that does not belong to it."""
    return render_template("feed_body.html", story=story, address=address)


def _json_feed(outlet: Outlet, stories: list[Story], address: Address) -> str:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.name,
        "home_page_url": address(f"/{outlet.slug}/"),
        "feed_url": address(feed_path(outlet)),
        "language": "en",
        "items": [_json_item(story, address) for story in stories],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _json_item(story: Story, address: Address) -> dict[str, object]:
    url = address(story.path)
    item: dict[str, object] = {
        "id": url,
        "url": url,
        "title": story.title,
        "content_html": feed_body(story, address),
        "date_published": story.published_at.isoformat(),
        "authors": [{"name": story.author}],
        "tags": list(story.topics),
        "language": story.language,
    }
    if story.photo is not None:
        item["image"] = address(f"/pictures{story.path}.png")
    return item


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment)
