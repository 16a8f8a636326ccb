"""Looks at an edition as one reader would get it, before anybody does."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from mailer.checks.letter import Letter, Told, examine
from mailer.checks.model import Report
from mailer.checks.support import Known
from mailer.editions.model import Edition, EditionState
from mailer.feeds.model import Label
from mailer.languages.catalogue import catalogue
from mailer.languages.dates import short_date
from mailer.links import Links
from mailer.message.slots import fill
from mailer.pictures.model import Crop, Illustration
from mailer.rendering.model import Slot, Variant
from mailer.rendering.pages import Pages
from mailer.rendering.stories import DigestView, Story
from mailer.store.database import Store, Transaction

NOBODY = 0  # no subscription has this number


class Inspect:
    """Renders an edition and asks the rules."""

    def __init__(self, store: Store, pages: Pages, links: Links) -> None:
        self._store = store
        self._pages = pages
        self._links = links

    def edition(self, edition_id: int) -> Report:
        """Return what is to be said of the page that most readers get.

        Raise NotFound, or RenderError naming file and line.
        """
        with self._store.read() as tx:
            edition = tx.editions.by_id(edition_id)
            newsletter = tx.newsletters.by_id(edition.newsletter_id)
            last = _subject_before(tx, edition)
        view, page = self._pages.make(edition_id, Variant(edition.opens, newsletter.language))
        with self._store.read() as tx:
            made = tx.pictures.of([story.article_id for story in view.stories])
        leave = self._links.leave(NOBODY, edition.due_at)
        values = {
            Slot.ADDRESS: newsletter.sender.text,
            Slot.SHOWN_ADDRESS: newsletter.sender.text,
            Slot.SIGNED_UP_ON: _day(view, newsletter.created_at),
            Slot.LEAVE_URL: leave,
            Slot.WHY_URL: self._links.why(leave),
            Slot.ANSWER_URL: self._links.answer(NOBODY, edition.due_at),
            Slot.CONFIRM_URL: self._links.confirm(NOBODY, edition.due_at),
        }
        letter = Letter(
            page=fill(page, values),
            stories=[told_of(story, view.language) for story in view.stories],
            leave_url=leave,
            postal_address=newsletter.postal_address,
            own_host=urlsplit(self._links.base_url).hostname or "",
            language=view.language,
            last_subject=last,
            picture_bytes=_weight_of_pictures(view, made),
            picture_troubles=_troubles(view, made) if newsletter.pictures else (),
        )
        return examine(letter, known_clients())


@cache
def known_clients() -> Known:
    """Return what is known of mail clients: data of caniemail.com (MIT), kept beside this file."""
    data = json.loads((Path(__file__).parent / "caniemail.json").read_text("utf-8"))
    return Known(tuple(data["clients"]), data["features"])


def told_of(story: Story, language: str = "en") -> Told:
    """Return what the rules ask of a story."""
    names = [other.name for other in story.also]
    texts = (story.title, story.summary, story.byline, story.publisher, *names)
    shown = story.figure
    if shown is None:
        return Told(story.title, story.source_url, texts, label=_label(story, language))
    texts = (*texts, shown.caption, shown.alt, shown.credit)
    credit = " ".join(shown.credit.split())
    label = _label(story, language)
    return Told(story.title, story.source_url, texts, shown.url, credit, label)


def _label(story: Story, language: str) -> str:
    paid = Label.SPONSORED in story.labels
    return catalogue(language).pgettext("label", "Sponsored") if paid else ""


def _weight_of_pictures(view: DigestView, made: Sequence[Illustration]) -> int:
    sizes = {one.picture.file_name: one.picture.size for one in made if one.picture is not None}
    shown = {story.figure.url for story in view.stories if story.figure is not None}
    return sum(sizes.get(url.rpartition("/")[2], 0) for url in shown)


def _troubles(view: DigestView, made: Sequence[Illustration]) -> list[str]:
    """Return, for people, which stories have no picture although their feeds name one."""
    bare = {story.article_id: story.title for story in view.stories if story.figure is None}
    lead = view.lead.article_id if view.lead is not None else None
    wanted = {key: Crop.LEAD if key == lead else Crop.THUMB for key in bare}
    return [
        f"“{bare[one.article_id]}” has none: {one.trouble}"
        for one in made
        if one.trouble is not None and wanted.get(one.article_id) is one.crop
    ]


def _day(view: DigestView, moment: datetime) -> str:
    return short_date(catalogue(view.language), moment, view.newsletter.schedule.zone)


def _subject_before(tx: Transaction, edition: Edition) -> str:
    earlier, _ = tx.editions.neighbours(edition)
    return earlier.subject if earlier and earlier.state is EditionState.APPROVED else ""
