"""Three invented newsrooms, and when each of their stories comes out.

The texts stand in templates/demo/stories/. Some are out when the demo begins, the others follow at
even distances, and when all are told there are bulletins for as long as anybody looks.
"""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

from mailer import resources

Table = dict[str, Any]  # what TOML gives; a test reads every file
RECENT_BULLETINS = 60  # older ones keep their page, and leave the lists


@dataclass(frozen=True, slots=True)
class Outlet:
    """One newsroom, with a feed of its own."""

    slug: str
    name: str
    host: str  # what its credit lines name
    section: str
    format: str  # rss, atom or json


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture, and the three things that are said of it."""

    scene: str
    alt: str
    caption: str
    credit: str


@dataclass(frozen=True, slots=True)
class Original:
    """Where a republished story came from."""

    host: str
    path: str | None  # on the sample site, when the original stands there too


@dataclass(frozen=True, slots=True)
class Story:
    """One article with all the furniture that its page puts around and into it."""

    outlet: Outlet
    slug: str
    title: str
    author: str
    published_at: datetime
    body: tuple[str, ...]  # paragraphs
    topics: tuple[str, ...] = ()
    language: str = "en"
    photo: Photo | None = None
    original: Original | None = None
    staff: str | None = None  # "… Staff contributed to this story."
    box: int | None = None  # the signup box stands behind so many paragraphs
    share: bool = False

    @property
    def path(self) -> str:
        """Its address on the sample site."""
        return f"/{self.outlet.slug}/{self.slug}"


class Newsroom:
    """Everything the three outlets have published by a given time."""

    def __init__(self, opened_at: datetime, every: timedelta, folder: Path | None = None) -> None:
        self._opened_at = opened_at
        self._every = every
        folder = folder or resources.folder("templates") / "demo" / "stories"
        documents = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
        self._bulletins: list[dict[str, str]] = documents.pop("bulletins")["bulletin"]
        self.outlets = {slug: _outlet(slug, table) for slug, table in documents.items()}
        self._stories = [
            self._story(self.outlets[slug], told)
            for slug, table in documents.items()
            for told in table["story"]
        ]
        self._planned = sum(story.published_at > opened_at for story in self._stories)

    def published(self, now: datetime) -> list[Story]:
        """Return what is out by `now`, newest first."""
        out = [story for story in self._stories if story.published_at <= now]
        last = self._bulletins_by(now)
        out += [self._bulletin(n) for n in range(max(1, last - RECENT_BULLETINS + 1), last + 1)]
        return sorted(out, key=attrgetter("published_at"), reverse=True)

    def find(self, path: str, now: datetime) -> Story | None:
        """Return the story at an address of the sample site, if it is out."""
        number = path.rpartition("-")[2]
        if number.isdecimal() and 1 <= int(number) <= self._bulletins_by(now):
            bulletin = self._bulletin(int(number))
            if bulletin.path == path:
                return bulletin
        return next((story for story in self.published(now) if story.path == path), None)

    def _story(self, outlet: Outlet, told: Table) -> Story:
        return Story(
            outlet=outlet,
            slug=told["slug"],
            title=told["title"],
            author=told["author"],
            published_at=self._published_at(told),
            body=tuple(told["body"].strip().split("\n\n")),
            topics=tuple(told["topics"]),
            language=told.get("language", "en"),
            photo=_photo(told),
            original=self._original(told.get("original")),
            staff=told.get("staff"),
            box=told.get("box"),
            share=told.get("share", False),
        )

    def _published_at(self, told: Table) -> datetime:
        if "next" in told:
            return self._opened_at + self._every * int(told["next"])
        return self._opened_at - timedelta(hours=told["hours"])

    def _original(self, where: str | None) -> Original | None:
        """`outlet/slug` names a story of this site, anything else is a host elsewhere."""
        if where is None:
            return None
        slug, _, story = where.partition("/")
        if story:
            return Original(self.outlets[slug].host, f"/{where}")
        return Original(slug, None)

    def _bulletins_by(self, now: datetime) -> int:
        return max(0, (now - self._opened_at) // self._every - self._planned)

    def _bulletin(self, number: int) -> Story:
        """Return the bulletin with that number, 1 first; the same one every time."""
        form = self._bulletins[(number - 1) % len(self._bulletins)]
        at = self._opened_at + self._every * (self._planned + number)
        figures = {
            "time": at.strftime("%H:%M"),
            "n": str(21 + number * 37 % 71),
            "m": str(3 + number * 11 % 17),
            "p": str(2 + number * 5 % 7),
        }
        outlet = self.outlets[form["outlet"]]
        return Story(
            outlet=outlet,
            slug=f"{form['slug']}-{number}",
            title=form["title"].format(**figures),
            author=f"{outlet.name} desk",
            published_at=at,
            body=(form["body"].format(**figures),),
        )


def _read(path: Path) -> Table:
    return tomllib.loads(path.read_text("utf-8"))


def _outlet(slug: str, table: Table) -> Outlet:
    return Outlet(slug, table["name"], table["host"], table["section"], table["format"])


def _photo(told: Table) -> Photo | None:
    if "scene" not in told:
        return None
    return Photo(told["scene"], told["alt"], told["caption"], told["credit"])
