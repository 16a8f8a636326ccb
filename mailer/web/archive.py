"""Each past edition on a page of its own, and in feeds: no reader's data, no reader's link."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from mailer.editions.model import Correction, CorrectionKind, Edition, Newsletter
from mailer.errors import NotFound
from mailer.pictures.model import Crop, Picture
from mailer.rendering.model import Variant
from mailer.rendering.stories import DigestView
from mailer.store.database import Transaction
from mailer.web import syndicate
from mailer.web.conditional import conditional
from mailer.web.linked_data import edition_data
from mailer.web.signup_form import fresh_entry, public_newsletter
from mailer.wiring import Mailer

IN_A_FEED = 20  # editions
KEPT_A_WHILE = "public, max-age=600"
Write = Callable[[syndicate.Channel, Sequence[syndicate.Entry], str], bytes]
FEEDS: dict[str, tuple[Write, str]] = {
    "feed.xml": (syndicate.rss, "application/rss+xml"),
    "atom.xml": (syndicate.atom, "application/atom+xml"),
    "feed.json": (syndicate.json_feed, "application/feed+json"),
}


class Archive:
    """`/read/<newsletter>/<number>`, and the feeds of editions."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("archive", __name__, url_prefix="/read")
        made.add_url_rule("/<slug>/<int:number>", view_func=self.edition)
        for form in FEEDS:
            made.add_url_rule(
                f"/<slug>/{form}", form.replace(".", "_"), self.feed, defaults={"form": form}
            )
        return made

    def edition(self, slug: str, number: int) -> ResponseReturnValue:
        """Show what was told, what was corrected since, the way on, and the form."""
        newsletter = public_newsletter(self._mailer, slug)
        with self._mailer.store.read() as tx:
            found = tx.archive.by_number(newsletter.id, number)
            if found is None:
                raise NotFound("edition", number)
            if found.is_withdrawn:
                page = render_template("withdrawn.html", newsletter=newsletter, edition=found)
                return page, 410
            view = self._view(tx, found, newsletter)
            card = _card(tx, view)
            told = [story.article_id for story in view.stories]
            corrections = tx.corrections.since(found)
            articles = tx.articles.by_ids(told)
            earlier, later = tx.editions.neighbours(found)
            ends = tx.archive.ends(newsletter.id)
        changes = [
            found.approved_at,
            *(one.at for one in corrections),
            *(article.changed_at for article in articles),
            *(other.approved_at for other in (later, earlier) if other),
        ]
        changed = max((at for at in changes if at), default=found.composed_at)
        entry = fresh_entry(self._mailer, newsletter)
        page = render_template(
            "edition.html",
            newsletter=newsletter,
            edition=found,
            view=view,
            card=card,
            card_url="" if card is None else self._mailer.links.picture(card.file_name),
            corrections=[one for one in corrections if _is_worth_a_line(one, told)],
            earlier=earlier,
            later=later,
            ends=ends,
            entry=entry,
            data=edition_data(view, found, changed, corrections),
        )
        answer = conditional(page, changed=changed, once=entry.token)
        if found.hidden:
            answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    def feed(self, slug: str, form: str) -> Response:
        """Give the newest editions, whole; who has them already is told so."""
        newsletter = public_newsletter(self._mailer, slug)
        with self._mailer.store.read() as tx:
            out = tx.archive.editions(newsletter.id, IN_A_FEED)
            views = [self._view(tx, edition, newsletter) for edition in out]
        entries = [_entry(edition, view) for edition, view in zip(out, views, strict=True)]
        page = self._mailer.links.archive(slug)
        channel = syndicate.Channel(
            newsletter.name, newsletter.description, newsletter.language, page
        )
        write, kind = FEEDS[form]
        newest = max((entry.at for entry in entries), default=newsletter.created_at)
        written = write(channel, entries, f"{page}{form}")
        return conditional(written, kind, changed=newest, cache=KEPT_A_WHILE)

    def _view(self, tx: Transaction, edition: Edition, newsletter: Newsletter) -> DigestView:
        return self._mailer.pages.view(tx, edition, Variant(edition.opens, newsletter.language))


def _entry(edition: Edition, view: DigestView) -> syndicate.Entry:
    return syndicate.Entry(
        url=view.edition_url,
        title=edition.subject,
        summary=edition.preheader,
        html=render_template("feed_entry.html", stories=view.stories),
        at=edition.approved_at or edition.due_at,
    )


def _card(tx: Transaction, view: DigestView) -> Picture | None:
    """Return what others show of a page that somebody links to (OpenGraph)."""
    if view.lead is None or view.lead.figure is None:
        return None
    made = tx.pictures.of([view.lead.article_id])
    return next((one.picture for one in made if one.crop is Crop.CARD), None)


def _is_worth_a_line(one: Correction, told: Sequence[int]) -> bool:
    """Whether a page says it: a story that is back is told as it is now, and was not withdrawn."""
    return one.kind is CorrectionKind.CORRECTED or one.article_id not in told
