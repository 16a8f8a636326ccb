"""`/feed/<token>`: one reader's own selection, as Atom."""

from flask import Blueprint, Response

from mailer.feeds.model import Article, Label
from mailer.languages.catalogue import catalogue
from mailer.rendering.stories import web_address
from mailer.subscribers.private_feed import Chosen, Selection
from mailer.web import syndicate
from mailer.web.conditional import NOT_BY_PROXIES, conditional
from mailer.wiring import Mailer

ATOM = "application/atom+xml"


class PrivateFeed:
    """Reads a feed to whoever knows its address; that is in no page and no log of ours."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("private_feed", __name__)
        made.add_url_rule("/feed/<token>", view_func=self.feed)
        return made

    def feed(self, token: str) -> Response:
        """Give the newest stories a reader chose; who has them already is told so."""
        found = self._mailer.private_feed.read(token)
        links, newsletter = self._mailer.links, found.newsletter
        channel = syndicate.Channel(
            newsletter.name,
            newsletter.description,
            newsletter.language,
            links.archive(newsletter.slug),
        )
        entries = [_entry(found, one, links.base_url) for one in found.stories]
        newest = max((entry.at for entry in entries), default=newsletter.created_at)
        written = syndicate.atom(channel, entries, f"{links.base_url}/feed/{token}")
        response = conditional(written, ATOM, changed=newest, cache=NOT_BY_PROXIES)
        response.headers["X-Robots-Tag"] = "noindex"
        return response


def _entry(found: Selection, one: Chosen, base_url: str) -> syndicate.Entry:
    article, slug = one.article, found.newsletter.slug
    host = base_url.partition("://")[2].partition("/")[0].partition(":")[0]
    # RFC 4151: the same for ever, whoever reads it and wherever the article moves to.
    name = f"tag:{host},{found.newsletter.created_at:%Y-%m-%d}:{slug}/{article.id}"
    return syndicate.Entry(
        url=web_address(article.url) or base_url,
        title=_title(article, found.newsletter.language),
        summary=article.summary,
        html=article.html or article.summary,
        at=article.changed_at or article.seen_at,
        name=name,
        topic=one.piece.section,
    )


def _title(article: Article, language: str) -> str:
    """Return a headline, behind what says that somebody pays for it."""
    if Label.SPONSORED not in article.labels:
        return article.title
    words = catalogue(language)
    paid = words.pgettext("label", "Sponsored")
    before = words.pgettext("before an address", "%(words)s:") % {"words": paid}
    return f"{before} {article.title}"
