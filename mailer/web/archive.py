"""Past editions, for everybody: no reader's data, no reader's link."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from mailer.editions.layout import Layout, lay_out
from mailer.editions.model import Edition, EditionState, Newsletter, Piece
from mailer.errors import NotFound
from mailer.feeds.model import Article
from mailer.languages.dates import local_day, month_and_year
from mailer.store.database import Transaction
from mailer.web import syndicate
from mailer.web.language import words
from mailer.web.signup_form import public_newsletter
from mailer.wiring import Mailer

A_PAGE = 20
LAST_PAGE = 10_000
IN_A_FEED = 20  # editions
Write = Callable[[syndicate.Channel, Sequence[syndicate.Entry], str], bytes]
FEEDS: dict[str, tuple[Write, str]] = {
    "feed.xml": (syndicate.rss, "application/rss+xml"),
    "atom.xml": (syndicate.atom, "application/atom+xml"),
    "feed.json": (syndicate.json_feed, "application/feed+json"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A section as the page tells it."""

    name: str
    articles: tuple[Article, ...]


class Archive:
    """A list of editions, and each edition on a page of its own."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("archive", __name__, url_prefix="/read")
        made.add_url_rule("/<slug>/", view_func=self.editions)
        made.add_url_rule("/<slug>/<int:number>", view_func=self.edition)
        made.add_url_rule(
            "/<slug>/<any('feed.xml','atom.xml','feed.json'):form>", view_func=self.feed
        )
        return made

    def editions(self, slug: str) -> str:
        """List what went out, newest first, by months, some on each page."""
        newsletter = public_newsletter(self._mailer, slug)
        page = max(1, min(request.args.get("page", 1, type=int), LAST_PAGE))
        with self._mailer.store.read() as tx:
            out = tx.editions.out(newsletter.id, A_PAGE + 1, (page - 1) * A_PAGE)
        if not out and page > 1:
            raise NotFound("page", page)
        zone = newsletter.schedule.zone
        months = groupby(
            out[:A_PAGE], lambda edition: local_day(edition.due_at, zone).replace(day=1)
        )
        return render_template(
            "editions.html",
            newsletter=newsletter,
            months=[(month_and_year(words(), day), list(group)) for day, group in months],
            page=page,
            has_more=len(out) > A_PAGE,
        )

    def edition(self, slug: str, number: int) -> ResponseReturnValue:
        newsletter = public_newsletter(self._mailer, slug)
        with self._mailer.store.read() as tx:
            found = tx.editions.by_number(newsletter.id, number)
            if found is not None and found.is_withdrawn:
                page = render_template("withdrawn.html", newsletter=newsletter, edition=found)
                return page, 410
            if found is None or found.state is not EditionState.APPROVED:
                raise NotFound("edition", number)
            layout, articles = _contents(tx, newsletter, found)
            neighbours = tx.editions.neighbours(found)
        return render_template(
            "edition.html",
            newsletter=newsletter,
            address=self._mailer.links.edition(slug, number),
            edition=found,
            lead=None if layout.lead is None else articles[layout.lead.article_id],
            sections=[
                Told(section.name, _told(section.pieces, articles)) for section in layout.sections
            ],
            brief=_told(layout.brief, articles),
            earlier=neighbours[0],
            later=neighbours[1],
        )

    def feed(self, slug: str, form: str) -> Response:
        """Give the newest editions, whole; who has them already is told so (RFC 9110 13.1)."""
        newsletter = public_newsletter(self._mailer, slug)
        links = self._mailer.links
        with self._mailer.store.read() as tx:
            out = tx.editions.out(newsletter.id, IN_A_FEED)
            told = [(edition, *_contents(tx, newsletter, edition)) for edition in out]
        entries = [
            syndicate.Entry(
                url=links.edition(slug, edition.number),
                title=edition.subject,
                summary=edition.preheader,
                html=render_template("feed_entry.html", stories=_told(layout.stories, articles)),
                at=edition.approved_at or edition.due_at,
            )
            for edition, layout, articles in told
        ]
        page = links.archive(slug)
        channel = syndicate.Channel(
            newsletter.name, newsletter.description, newsletter.language, page
        )
        write, kind = FEEDS[form]
        response = Response(write(channel, entries, f"{page}{form}"), mimetype=kind)
        response.headers["Cache-Control"] = "public, max-age=600"
        response.last_modified = max((entry.at for entry in entries), default=newsletter.created_at)
        response.add_etag()
        response.make_conditional(request)
        return response


def local_time(moment: datetime, zone: str) -> str:
    """Return a time for people: `Wednesday 25 November, 07:00`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B, %H:%M}"


def local_date(moment: datetime, zone: str) -> str:
    """Return a date for people: `Wednesday 25 November 2026`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B %Y}"


def _contents(
    tx: Transaction, newsletter: Newsletter, edition: Edition
) -> tuple[Layout, dict[int, Article]]:
    pieces = tx.editions.pieces(edition.id)
    sections = tx.sections.headings(newsletter.id)
    layout = lay_out(pieces, edition.opens, newsletter.max_stories, sections)
    articles = tx.articles.by_ids([piece.article_id for piece in layout.stories])
    return layout, {article.id: article for article in articles}


def _told(pieces: tuple[Piece, ...], articles: dict[int, Article]) -> tuple[Article, ...]:
    return tuple(articles[piece.article_id] for piece in pieces)
