"""Writes the message of a claimed row: its page, its reader's values, its head."""

from functools import lru_cache

from mailer.clock import Clock
from mailer.delivery import person
from mailer.delivery.model import Envelope, Job
from mailer.editions.model import Edition, Newsletter
from mailer.errors import RenderError
from mailer.links import Links
from mailer.message.mime import build
from mailer.rendering.model import Page, Variant
from mailer.rendering.templates import Templates
from mailer.store.database import Store

KEPT = 64  # pages and newsletters kept at hand; one edition has few variants


class Writer:
    """Makes envelopes. Pages are read once, not once per reader; one Writer serves one run."""

    def __init__(self, store: Store, clock: Clock, templates: Templates, links: Links) -> None:
        self._store = store
        self._clock = clock
        self._templates = templates
        self._links = links
        self._page = lru_cache(KEPT)(self._read_page)
        self._newsletter = lru_cache(KEPT)(self._read_newsletter)
        self._edition = lru_cache(KEPT)(self._read_edition)

    def write(self, job: Job) -> Envelope:
        """Return the message with its addresses; raise RenderError or HeaderError."""
        newsletter = self._newsletter(job.newsletter_id)
        edition = None if job.edition_id is None else self._edition(job.edition_id)
        if job.notice is not None:
            page = self._templates.notice(job.notice, newsletter, job.language)
        else:
            page = self._page(job.edition_id or 0, Variant(job.since, job.language))
        head = person.head(job, newsletter, edition, self._links, self._clock.now())
        values = person.values(job, newsletter, self._links)
        utf8 = job.recipient.needs_smtputf8
        return Envelope(
            delivery_id=job.id,
            sender=person.reverse_path(job, newsletter),
            recipient=job.recipient,
            message=build(head, page, values, utf8=utf8),
        )

    def _read_page(self, edition_id: int, variant: Variant) -> Page:
        with self._store.read() as tx:
            found = tx.pages.get(edition_id, variant)
        if found is None:
            raise RenderError(f"edition {edition_id}", "its page has not been rendered")
        return found

    def _read_newsletter(self, key: int) -> Newsletter:
        with self._store.read() as tx:
            return tx.newsletters.by_id(key)

    def _read_edition(self, key: int) -> Edition:
        with self._store.read() as tx:
            return tx.editions.by_id(key)
