"""Makes the pages of editions: one for each variant that somebody is owed."""

import logging

from mailer.clock import Clock
from mailer.errors import RenderError
from mailer.rendering.model import Page, Variant
from mailer.rendering.pages import Pages
from mailer.store.database import Store

log = logging.getLogger(__name__)


class Render:
    """From editions to pages. Any number of these may run: the same input gives the same page."""

    def __init__(self, store: Store, clock: Clock, pages: Pages) -> None:
        self._store = store
        self._clock = clock
        self._pages = pages

    def due(self) -> int:
        """Render every page that an open delivery waits for; return how many those were.

        One that cannot be rendered is logged, and the others are rendered.
        """
        with self._store.read() as tx:
            missing = tx.pages.missing()
        return sum(self._keep(edition_id, variant) for edition_id, variant in missing)

    def preview(
        self, edition_id: int, since: int | None = None, own: str = "", language: str = ""
    ) -> Page:
        """Return an edition's page, with its slots, for readers who have seen all up to `since`.

        None: for those who have seen what came before the edition. `own` is the key of what they
        get otherwise than most, `language` theirs when it is not the newsletter's.
        """
        with self._store.read() as tx:
            edition = tx.editions.by_id(edition_id)
            newsletter = tx.newsletters.by_id(edition.newsletter_id)
        begins = edition.opens if since is None else since
        return self._render(edition_id, Variant(begins, language or newsletter.language, own))[0]

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
        """Return a page, and which articles it tells."""
        view, page = self._pages.make(edition_id, variant)
        return page, [story.article_id for story in view.stories]
