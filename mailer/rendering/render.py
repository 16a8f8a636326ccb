"""Makes the pages of editions: one for each variant that somebody is owed."""

import logging

from mailer.clock import Clock
from mailer.editions.layout import lay_out
from mailer.editions.model import Edition, Newsletter
from mailer.links import Links
from mailer.rendering.model import Page, Variant
from mailer.rendering.stories import Addresses, DigestView, digest_view
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
        """Render every page that an open delivery waits for; return how many those were."""
        with self._store.read() as tx:
            missing = tx.pages.missing()
        return sum(self._render(edition_id, variant) for edition_id, variant in missing)

    def preview(self, edition_id: int) -> Page:
        """Return an edition's page as it is for a reader who has seen what came before it."""
        with self._store.read() as tx:
            edition = tx.editions.by_id(edition_id)
            newsletter = tx.newsletters.by_id(edition.newsletter_id)
            view = self._view(tx, edition, newsletter, edition.opens)
        return self._templates.digest(view)

    def _render(self, edition_id: int, variant: Variant) -> bool:
        with self._store.read() as tx:
            edition = tx.editions.by_id(edition_id)
            newsletter = tx.newsletters.by_id(edition.newsletter_id)
            view = self._view(tx, edition, newsletter, variant.since)
        page = self._templates.digest(view)
        with self._store.write() as tx:
            new = tx.pages.keep(edition_id, variant, page, self._clock.now())
        log.info("page.rendered", extra={"edition": edition_id, "bytes": len(page.html)})
        return new

    def _view(
        self, tx: Transaction, edition: Edition, newsletter: Newsletter, since: int
    ) -> DigestView:
        sections = [source.section for source in tx.newsletters.sources(newsletter.id)]
        pieces = tx.editions.pieces(edition.id)
        layout = lay_out(pieces, since, newsletter.max_stories, sections)
        articles = tx.articles.by_ids([piece.article_id for piece in layout.stories])
        addresses = Addresses(
            archive=self._links.archive(newsletter.slug),
            edition=self._links.edition(newsletter.slug, edition.number),
            subscribe=self._links.subscribe(newsletter.slug),
        )
        known = {article.id: article for article in articles}
        return digest_view(newsletter, edition, layout, known, addresses)
