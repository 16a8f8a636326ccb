"""A newsletter with any number of readers who are all owed one digest of about 20 KB."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import Table, insert

from mailer.config.settings import (
    DatabaseSettings,
    DeliverySettings,
    DkimSettings,
    RelaySettings,
    Secret,
    Settings,
    SiteSettings,
    Tls,
    WhenInDoubt,
)
from mailer.rendering.model import Page, Slot, Variant
from mailer.store import tables
from mailer.store.database import Store
from mailer.store.migrate import upgrade

SECRET = "for measuring, long enough to be one"  # noqa: S105 - it signs nothing that counts
SLOT = "2026-11-24"
BATCH = 10_000

Row = dict[str, object]


def settings(
    url: str,
    folder: Path,
    port: int,
    *,
    connections: int,
    in_flight: int,
    signing_key: str | None = None,
    when_in_doubt: WhenInDoubt = WhenInDoubt.MISS,
) -> Settings:
    """Return settings that send to a relay on this machine."""
    relay = RelaySettings("bench", "127.0.0.1", port, tls=Tls.NONE, connections=connections)
    return Settings(
        site=SiteSettings((Secret(SECRET),), base_url="https://news.example.org", data_dir=folder),
        database=DatabaseSettings(Secret(url)),
        relay=(relay,),
        dkim=() if signing_key is None else (_signed_with(signing_key),),
        delivery=DeliverySettings(in_flight_limit=in_flight, when_in_doubt=when_in_doubt),
    )


def _signed_with(pem: str) -> DkimSettings:
    return DkimSettings("example.org", "bench", Secret(pem))


def furnish(store: Store, readers: int) -> None:
    """Put everything there that planning and sending need."""
    upgrade(store)
    now = datetime.now(UTC)
    _fill(store, tables.newsletter, iter([_newsletter(now)]))
    _fill(store, tables.feed, iter([_feed(now)]))
    _fill(store, tables.article, iter([_article(now)]))
    _fill(store, tables.edition, iter([_edition(now)]))
    _fill(store, tables.piece, iter([_piece()]))
    with store.write() as tx:
        tx.pages.keep(1, Variant(0, "en"), digest_page(), now)
    _fill(store, tables.appointment, iter([_appointment(now)]))
    _fill(store, tables.subscriber, (_subscriber(key, now) for key in range(1, readers + 1)))
    _fill(store, tables.subscription, (_subscription(key, now) for key in range(1, readers + 1)))


def digest_page() -> Page:
    """Return a page whose message is about 20 KB, with four slots."""
    story = (
        '<h2 style="margin:0 0 4px"><a href="https://post.example/{0}">What happened in story {0}'
        "</a></h2><p>It was told in two sentences, of which this is the first. And this is the"
        " second, which is a little longer than it would have to be for the measuring.</p>\n"
    )
    html = "".join(story.format(number) for number in range(52))
    text = "".join(
        f"What happened in story {number}\nIt was told here.\n\n" for number in range(60)
    )
    footer = f"{Slot.ADDRESS.marker}, since {Slot.SIGNED_UP_ON.marker}. "
    leave = Slot.LEAVE_URL.marker
    return Page(
        subject="Twenty stories of today",
        html=f'<html><body>{html}<p>{footer}<a href="{leave}">Unsubscribe</a></p></body></html>',
        text=f"{text}Unsubscribe: {leave}\n",
    )


def _fill(store: Store, table: Table, rows: Iterator[Row]) -> None:
    while batch := list(islice(rows, BATCH)):
        with store.write() as tx:
            tx.connection.execute(insert(table), batch)


def _newsletter(now: datetime) -> Row:
    return {
        "slug": "brief", "name": "The Harbour Brief", "description": "", "reply_to": None,
        "sender": "brief@example.org", "postal_address": "1 Quay", "language": "en",
        "rhythm": "daily", "minute_of_day": 360, "weekday": 0, "zone": "UTC",
        "approval": "automatic", "max_stories": 20, "min_stories": 1, "rules": "{}",
        "public": True, "created_at": now,
    }  # fmt: skip


def _feed(now: datetime) -> Row:
    return {"url": "https://post.example/feed", "title": "Post", "state": "active",
            "next_look_at": now}  # fmt: skip


def _article(now: datetime) -> Row:
    return {
        "arrival": 1, "feed_id": 1, "identity": "1", "url": "https://post.example/1", "title": "1",
        "summary": "", "html": "", "published_at": now, "seen_at": now, "words": 1, "topics": "[]",
        "state": "kept",
    }  # fmt: skip


def _edition(now: datetime) -> Row:
    return {
        "newsletter_id": 1, "rhythm": "daily", "slot": SLOT, "number": 1, "state": "approved",
        "key": "k1", "subject": "Twenty stories", "preheader": "", "opens": 0, "closes": 1,
        "due_at": now - timedelta(minutes=1), "at_once": False, "composed_at": now,
        "approved_at": now,
    }  # fmt: skip


def _piece() -> Row:
    return {"edition_id": 1, "article_id": 1, "story": 1,
            "section": "", "score": 1.0, "included": True,
            "reasons": "[]"}  # fmt: skip


def _subscriber(key: int, now: datetime) -> Row:
    address = f"reader{key}@example.org"
    return {
        "id": key, "address": address, "address_key": address, "created_at": now,
        "address_hash": sha256(address.encode()).hexdigest(),
    }  # fmt: skip


def _appointment(now: datetime) -> Row:
    return {
        "newsletter_id": 1, "rhythm": "daily", "minute_of_day": 360, "weekday": 0, "zone": "UTC",
        "also_on": "", "next_due_at": now - timedelta(minutes=1),
    }  # fmt: skip


def _subscription(key: int, now: datetime) -> Row:
    return {
        "id": key, "subscriber_id": key, "newsletter_id": 1, "state": "active", "rhythm": "daily",
        "minute_of_day": 360, "weekday": 0, "zone": "UTC", "requested_at": now,
        "confirmed_at": now, "watermark": 0, "next_due_at": now - timedelta(minutes=1),
        "next_slot": SLOT,
    }  # fmt: skip
