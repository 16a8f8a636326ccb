"""The ways to past editions: newest first, by month, by topic, by words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from mailer.editions.model import Edition, Newsletter
from mailer.editions.terms import Mark, Question, marked, question
from mailer.errors import NotFound
from mailer.languages.dates import local_day, long_date, month_and_year
from mailer.rendering.stories import Story
from mailer.store.database import Transaction
from mailer.store.search import Hit
from mailer.web.conditional import conditional
from mailer.web.language import words
from mailer.web.linked_data import list_data
from mailer.web.signup_form import public_newsletter
from mailer.wiring import Mailer

A_PAGE = 20
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Month:
    """A month that had editions."""

    first: date
    name: str  # November 2026
    editions: int


@dataclass(frozen=True, slots=True)
class Row:
    """An edition as a list shows it, with those of its stories that belong there."""

    edition: Edition
    stories: tuple[Story, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A story that has the words somebody asked for, and the edition that told it."""

    edition: Edition
    story: Story
    title: Sequence[Mark]
    summary: Sequence[Mark]


class ArchiveLists:
    """`/read/<newsletter>/` and the narrower lists below it."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("archive_lists", __name__, url_prefix="/read")
        made.add_url_rule("/<slug>/", view_func=self.newest)
        month = "/<slug>/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>"
        made.add_url_rule(month, view_func=self.month)
        made.add_url_rule(f"{month}/<int(fixed_digits=2):day>", view_func=self.day)
        made.add_url_rule("/<slug>/topics/<path:topic>", view_func=self.topic)
        made.add_url_rule("/<slug>/search", view_func=self.search)
        return made

    def newest(self, slug: str) -> Response:
        """List what went out, newest first, by months, some on each page."""
        newsletter = public_newsletter(self._mailer, slug)
        page = _page()
        with self._mailer.store.read() as tx:
            out = tx.archive.editions(newsletter.id, A_PAGE + 1, (page - 1) * A_PAGE)
            months = _months(tx, newsletter)
            topics = tx.archive.told_of(newsletter.id, tx.sections.headings(newsletter.id))
        if not out and page > 1:
            raise NotFound("page", page)
        zone = newsletter.schedule.zone
        rows = [Row(edition) for edition in out[:A_PAGE]]
        by_month = groupby(rows, lambda row: local_day(row.edition.due_at, zone).replace(day=1))
        text = render_template(
            "editions.html",
            newsletter=newsletter,
            groups=[(month_and_year(words(), day), list(group)) for day, group in by_month],
            months=months,
            topics=topics,
            page=page,
            has_more=len(out) > A_PAGE,
            data=list_data(newsletter, out[:A_PAGE], self._mailer.links, words()),
        )
        return conditional(text)

    def month(self, slug: str, year: int, month: int) -> Response:
        """List the editions of one month."""
        newsletter = public_newsletter(self._mailer, slug)
        begins, ends = _bounds(year, month, newsletter.schedule.zone)
        with self._mailer.store.read() as tx:
            out = tx.archive.editions(newsletter.id, LAST_PAGE, begins=begins, ends=ends)
            months = _months(tx, newsletter)
        if not out:
            raise NotFound("month", f"{year}-{month:02}")
        here = next(n for n, one in enumerate(months) if one.first == date(year, month, 1))
        text = render_template(
            "edition_list.html",
            newsletter=newsletter,
            heading=months[here].name,
            editions=[Row(edition) for edition in out],
            earlier=months[here + 1] if here + 1 < len(months) else None,
            later=months[here - 1] if here else None,
        )
        return conditional(text)

    def day(self, slug: str, year: int, month: int, day: int) -> ResponseReturnValue:
        """Lead to the edition of a date, as it is asked for by heart; list them if it had more."""
        newsletter = public_newsletter(self._mailer, slug)
        zone = newsletter.schedule.zone
        begins, ends = _bounds_of_day(year, month, day, zone)
        with self._mailer.store.read() as tx:
            out = tx.archive.editions(newsletter.id, LAST_PAGE, begins=begins, ends=ends)
        if not out:
            raise NotFound("day", f"{year}-{month:02}-{day:02}")
        if len(out) == 1:
            return redirect(f"/read/{slug}/{out[0].number}")
        text = render_template(
            "edition_list.html",
            newsletter=newsletter,
            heading=long_date(words(), begins, zone),
            editions=[Row(edition) for edition in out],
        )
        return conditional(text)

    def topic(self, slug: str, topic: str) -> Response:
        """List the editions that had stories below a heading, and those stories."""
        newsletter = public_newsletter(self._mailer, slug)
        page = _page()
        with self._mailer.store.read() as tx:
            out = tx.archive.editions(newsletter.id, A_PAGE + 1, (page - 1) * A_PAGE, section=topic)
            rows = self._rows(tx, newsletter, out[:A_PAGE], topic)
        if not rows:
            raise NotFound("topic", topic)
        text = render_template(
            "edition_list.html",
            newsletter=newsletter,
            heading=topic,
            editions=rows,
            page=page,
            has_more=len(out) > A_PAGE,
        )
        return conditional(text)

    def search(self, slug: str) -> Response:
        """Find stories by words; whatever was typed is words."""
        newsletter = public_newsletter(self._mailer, slug)
        typed, page = request.args.get("q", ""), _page()
        asked = question(typed)
        with self._mailer.store.read() as tx:
            hits = tx.search.find(newsletter.id, asked, A_PAGE + 1, (page - 1) * A_PAGE)
            found = self._found(tx, newsletter, hits[:A_PAGE], asked)
        text = render_template(
            "edition_search.html",
            newsletter=newsletter,
            typed=typed,
            asked=bool(asked),
            found=found,
            page=page,
            has_more=len(hits) > A_PAGE,
        )
        answer = conditional(text)
        answer.headers["X-Robots-Tag"] = "noindex"  # as many pages as there are words
        return answer

    def _found(
        self, tx: Transaction, newsletter: Newsletter, hits: Sequence[Hit], asked: Question
    ) -> list[Found]:
        told = [(hit.edition, hit.article_id) for hit in hits]
        stories = self._mailer.pages.stories(tx, newsletter, told)
        return [
            Found(hit.edition, story, marked(story.title, asked), marked(story.summary, asked))
            for hit, story in zip(hits, stories, strict=True)
        ]

    def _rows(
        self, tx: Transaction, newsletter: Newsletter, out: Sequence[Edition], topic: str
    ) -> list[Row]:
        """Return editions with the stories that stand below a heading in each."""
        by_id = {edition.id: edition for edition in out}
        told = [(by_id[key], article) for key, article in tx.search.below(out, topic)]
        below: dict[int, list[Story]] = {}
        for (edition, _), story in zip(
            told, self._mailer.pages.stories(tx, newsletter, told), strict=True
        ):
            below.setdefault(edition.id, []).append(story)
        return [Row(edition, tuple(below.get(edition.id, ()))) for edition in out]


def _page() -> int:
    return max(1, min(request.args.get("page", 1, type=int), LAST_PAGE))


def _months(tx: Transaction, newsletter: Newsletter) -> list[Month]:
    """Return the months that had editions, by the newsletter's calendar, newest first."""
    zone = newsletter.schedule.zone
    days = Counter(local_day(at, zone).replace(day=1) for at in tx.archive.moments(newsletter.id))
    return [
        Month(first, month_and_year(words(), first), days[first])
        for first in sorted(days, reverse=True)
    ]


def _bounds(year: int, month: int, zone: str) -> tuple[datetime, datetime]:
    """Return when a month begins and ends somewhere; raise NotFound when there is none such."""
    if not (1 <= month <= 12 and 1970 <= year < 9999):
        raise NotFound("month", f"{year}-{month:02}")
    place = ZoneInfo(zone)
    following = (year + month // 12, month % 12 + 1)
    return datetime(year, month, 1, tzinfo=place), datetime(*following, 1, tzinfo=place)


def _bounds_of_day(year: int, month: int, day: int, zone: str) -> tuple[datetime, datetime]:
    """Return when a day begins and ends somewhere; raise NotFound when there is none such."""
    first, following = _bounds(year, month, zone)
    begins = first + timedelta(days=day - 1)  # on the calendar of the zone, whatever its clock does
    if not first <= begins < following:
        raise NotFound("day", f"{year}-{month:02}-{day:02}")
    return begins, begins + timedelta(days=1)
