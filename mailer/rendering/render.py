"""Makes the pages of editions: one for each variant that somebody is owed."""

import logging
from dataclasses import replace

from mailer.clock import Clock
from mailer.editions.apart import apart
from mailer.editions.layout import copies_of, lay_out
from mailer.editions.model import Edition
from mailer.errors import RenderError
from mailer.feeds.model import Article
from mailer.links import Links
from mailer.rendering.model import Page, Variant
from mailer.rendering.stories import DigestView, correction_lines, digest_view
from mailer.rendering.templates import Templates
from mailer.store.database import Store, Transaction

log = logging.getLogger(__name__)


class Render:
    """From editions to pages. Any number of these may run: the same input gives the same page."""

    def __init__(self, store: Store, clock: Clock, templates: Templates, links: Links) -> None:
        self._store = store
        self._clock = clock
        self._templates = templates
        self._links = links

    def due(self) -> int:
        """Render every page that an open delivery waits for; return how many those were.

        One that cannot be rendered is logged, and the others are rendered.
        """
        with self._store.read() as tx:
            missing = tx.pages.missing()
        return sum(self._keep(edition_id, variant) for edition_id, variant in missing)

    def preview(self, edition_id: int, since: int | None = None, own: str = "") -> Page:
        """Return an edition's page, with its slots, for readers who have seen all up to `since`.

        None: for those who have seen what came before the edition. `own` is the key of what they
        get otherwise than most.
        """
        with self._store.read() as tx:
            edition = tx.editions.by_id(edition_id)
            newsletter = tx.newsletters.by_id(edition.newsletter_id)
        begins = edition.opens if since is None else since
        return self._render(edition_id, Variant(begins, newsletter.language, own))[0]

    def _keep(self, edition_id: int, variant: Variant) -> bool:
        try:
            page, told = self._render(edition_id, variant)
        except RenderError:
            log.exception("page.failed", extra={"edition": edition_id, "since": variant.since})
            return False
        now = self._clock.now()
        with self._store.write() as tx:
            new = tx.pages.keep(edition_id, variant, page, now)
            if new:
                edition = tx.editions.by_id(edition_id)
                tx.corrections.note_told(edition, variant, told, now)
        log.info("page.rendered", extra={"edition": edition_id, "bytes": len(page.html.encode())})
        return new

    def _render(self, edition_id: int, variant: Variant) -> tuple[Page, list[int]]:
        """Read in one transaction, and render when it is over; return which articles it tells."""
        with self._store.read() as tx:
            view, told = self._view(tx, tx.editions.by_id(edition_id), variant)
        return self._templates.digest(view), told

    def _view(
        self, tx: Transaction, edition: Edition, variant: Variant
    ) -> tuple[DigestView, list[int]]:
        newsletter = tx.newsletters.by_id(edition.newsletter_id)
        own = apart(variant.apart)
        pieces = own.of(tx.editions.pieces(edition.id))
        since = max(variant.since, edition.opens)
        headings = tx.sections.headings(newsletter.id)
        layout = lay_out(pieces, since, newsletter.max_stories, headings)
        copies = copies_of(layout.stories, pieces)
        corrections = tx.corrections.by_ids(own.corrections)
        shown = [piece.article_id for piece in layout.stories]
        wrong = [correction.article_id for correction in corrections]
        keys = [*shown, *(piece.article_id for piece in copies), *wrong]
        articles = {article.id: article for article in tx.articles.by_ids(keys)}
        also: dict[int, list[Article]] = {}
        for piece in copies:
            also.setdefault(piece.story, []).append(articles[piece.article_id])
        feeds = tx.feeds.by_ids([article.feed_id for article in articles.values()])
        view = digest_view(
            edition,
            newsletter,
            variant,
            layout,
            articles,
            {feed.id: feed.title for feed in feeds},
            self._links,
            also,
            excerpts={
                feed.id: feed.excerpt_words for feed in feeds if feed.excerpt_words is not None
            },
        )
        return replace(view, corrections=correction_lines(corrections, articles)), shown
