"""Newsletters with past editions, in English, Hebrew and Arabic, on a port of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from ipaddress import ip_network
from pathlib import Path

from flask import Flask

from mailer.config.settings import (
    DatabaseSettings,
    FeedSettings,
    PictureSettings,
    Secret,
    Settings,
    SiteSettings,
)
from mailer.demo.pictures import picture
from mailer.demo.serving import Served
from mailer.jobs.run import run_job
from mailer.web.app import create_app
from mailer.wiring import Mailer, build
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.rendering.samples import STORIES
from tests.rendering.scripts import ARABIC, HEBREW

OCTOBER = datetime(2026, 10, 30, 6, 0, tzinfo=UTC)
NOVEMBER = (
    datetime(2026, 11, 23, 6, 0, tzinfo=UTC),
    datetime(2026, 11, 24, 6, 0, tzinfo=UTC),
    datetime(2026, 11, 25, 6, 0, tzinfo=UTC),
)
SCENES = ("sea", "town", "hills", "field")


@dataclass(frozen=True, slots=True)
class Paper:
    """One newsletter: what it is called, where its stories stand, and what they tell."""

    slug: str
    language: str
    name: str
    description: str
    topic: str
    stories: tuple[tuple[str, str], ...]
    sought: str  # words that one of its stories has
    remark: str  # of a story that was corrected, and of an edition that was withdrawn


PAPERS = (
    Paper(
        "brief", "en", "The Harbour Brief", "The day's stories from the harbour, every morning.",
        "City & schools", tuple(story[:2] for story in STORIES[:6]), "ferry",
        "It was a Tuesday.",
    ),
    Paper(
        "namal", "he", "עיתון הנמל", "סיפורי היום מן הנמל, מדי בוקר.", "העיר", HEBREW, "המעבורות",
        "היה זה יום שלישי.",
    ),
    Paper(
        "mina", "ar", "موجز الميناء", "أخبار اليوم من الميناء كل صباح.", "المدينة", ARABIC,
        "العبّارات", "كان ذلك يوم الثلاثاء.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kiosk:
    """The running site and its program."""

    mailer: Mailer
    clock: StandingClock
    base: str


@contextmanager
def kiosk(database_url: str, folder: Path) -> Iterator[Kiosk]:
    """Run a site whose newsletters had an edition in October and three in November.

    The last of them is withdrawn, and a story of the first in November was corrected.
    """
    waiting = Flask("ours")
    with FeedServer() as feeds, Served(waiting) as door:
        clock = StandingClock(OCTOBER)
        mailer = build(_settings(database_url, folder, door.url), clock)
        for paper in PAPERS:
            _publish(mailer, clock, feeds, paper)
        for number, moment in enumerate((OCTOBER, *NOVEMBER)):
            clock.set(moment)
            _issue(mailer, clock, feeds, number)
        app = create_app(mailer)
        waiting.wsgi_app = app.wsgi_app  # type: ignore[method-assign]  # the port was needed first
        yield Kiosk(mailer, clock, door.url)
        mailer.store.close()


def _settings(database_url: str, folder: Path, base_url: str) -> Settings:
    return Settings(
        site=SiteSettings(
            (Secret("a secret for tests, long enough to be one"),),
            base_url=base_url,
            data_dir=folder,
        ),
        database=DatabaseSettings(Secret(database_url)),
        feeds=FeedSettings(allow_networks=(ip_network("127.0.0.0/8"),), look_again_seconds=0),
        pictures=PictureSettings(wait_seconds=100),
    )


def _publish(mailer: Mailer, clock: StandingClock, feeds: FeedServer, paper: Paper) -> None:
    """Make a newsletter, with a feed that is empty yet."""
    made = add_newsletter(
        mailer.store, paper.slug, name=paper.name, description=paper.description,
        language=paper.language, created_at=clock.now(),
    )  # fmt: skip
    with mailer.store.write() as tx:
        feed = tx.feeds.add(feeds.url(f"/{paper.slug}.xml"), clock.now())
        tx.newsletters.add_source(made.id, feed.id, paper.topic)


def _issue(mailer: Mailer, clock: StandingClock, feeds: FeedServer, number: int) -> None:
    """Let each newsletter bring out an edition: with three stories each, or one."""
    for paper in PAPERS:
        told = paper.stories[2 * number : 2 * number + 3] or paper.stories[:1]
        _tell(feeds, paper, told, number)
    run_job(mailer, "gather")
    for paper in PAPERS:
        edition = mailer.compose.by_hand(paper.slug)
        mailer.illustrate.due()
        mailer.approve.approve(edition.id, despite=True)
        if number == 1:
            with mailer.store.read() as tx:
                story = tx.editions.pieces(edition.id)[0]
            clock.set(NOVEMBER[0].replace(hour=7))
            mailer.retract.correct(story.article_id, paper.remark)
        if number == 3:
            mailer.approve.cancel(edition.id, paper.remark)


def _tell(
    feeds: FeedServer, paper: Paper, stories: tuple[tuple[str, str], ...], number: int
) -> None:
    items = ""
    for place, (title, summary) in enumerate(stories):
        scene = SCENES[place % len(SCENES)]
        shown = feeds.serve(
            f"/{paper.slug}-{number}-{place}.png", picture(scene, f"{paper.slug} {number}"),
            content_type="image/png",
        )  # fmt: skip
        key = f"{number}-{place}"
        items += (
            f"<item><title>{escape(title)}</title><guid>{key}</guid>"
            f"<link>https://post.example/{paper.slug}/{key}</link>"
            f'<enclosure url="{shown}" type="image/png" length="1"/>'
            f"<description>{escape(summary)}</description></item>"
        )
    feed = (
        f"<rss version='2.0'><channel><title>Harbour Post</title>"
        f"<language>{paper.language}</language>{items}</channel></rss>"
    )
    feeds.serve(f"/{paper.slug}.xml", feed, content_type="application/rss+xml")
