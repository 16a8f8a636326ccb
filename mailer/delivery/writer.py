"""Writes the message of a row: its page, compiled once, and what is its reader's own."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from mailer.delivery import person
from mailer.delivery.model import Envelope, Job
from mailer.editions.model import Edition, Newsletter
from mailer.errors import MailerError, RenderError
from mailer.links import Links
from mailer.message.mime import build
from mailer.message.sign import Signers
from mailer.message.splice import Form, compile_page, signed_at, splice
from mailer.rendering.model import Slot, Variant
from mailer.rendering.templates import Templates
from mailer.store.database import Store

KEPT = 64  # pages and newsletters kept at hand; one edition has few variants


class Digest(NamedTuple):
    """What all readers of one variant share."""

    newsletter: Newsletter
    edition: Edition
    form: Form
    hash: str | None  # of the page


class Writer:
    """Makes envelopes. Pages are read and compiled once, not once per reader."""

    def __init__(self, store: Store, templates: Templates, links: Links, signers: Signers) -> None:
        self._store = store
        self._templates = templates
        self._links = links
        self._signer_of = lru_cache(KEPT)(signers.of)
        self._digests: dict[tuple[int, Variant], Digest] = {}
        self._newsletter = lru_cache(KEPT)(self._read_newsletter)

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Compile what these need, so that nobody waits for the database while a line is idle.

        A page that was made anew meanwhile, without what was withdrawn, is compiled anew.
        """
        for job in {_page_of(job): job for job in jobs}.values():
            with suppress(MailerError):  # `write` says it for each of them
                self._newsletter(job.newsletter_id)
                if job.notice is None:
                    self._forget_old(job)
                    self._digest(job)

    def write(self, job: Job) -> Envelope:
        """Return the message with its addresses; raise RenderError or HeaderError."""
        recipient = job.recipient
        utf8 = not recipient.text.isascii() and recipient.needs_smtputf8
        if job.notice is None:
            newsletter, edition, form, _ = self._digest(job)
            own = person.digest(job, newsletter, edition, self._links, form.slots)
            signer = self._signer_of(newsletter.sender.domain)
            message = splice(form, own.head, own.values, utf8=utf8, signer=signer)
        else:
            newsletter = self._newsletter(job.newsletter_id)
            page = self._templates.notice(job.notice, newsletter, job.language)
            own = person.notice(job, newsletter, self._links)
            message = build(own.head, page, own.values, utf8=utf8)
            signer = self._signer_of(newsletter.sender.domain)
            if signer is not None:
                message = signer.sign(message, signed_at(own.head))
        return Envelope(
            job.id,
            person.reverse_path(job, newsletter),
            recipient,
            message,
            dotless=True,
            notify=job.notice is None,
        )

    def _forget_old(self, job: Job) -> None:
        key = _page_of(job)
        kept = self._digests.get(key)
        if kept is None:
            return
        with self._store.read() as tx:
            now = tx.pages.digest(*key)
        if now not in {None, kept.hash}:
            self._digests.pop(key, None)

    def _digest(self, job: Job) -> Digest:
        key = _page_of(job)
        found = self._digests.get(key)
        if found is None:
            if len(self._digests) >= KEPT:
                self._digests.clear()
            found = self._digests[key] = self._compiled(job)
        return found

    def _compiled(self, job: Job) -> Digest:
        edition_id, variant = _page_of(job)
        with self._store.read() as tx:
            page, digest = tx.pages.get(edition_id, variant), tx.pages.digest(edition_id, variant)
            edition = tx.editions.by_id(edition_id)
        if page is None:
            raise RenderError(f"edition {edition_id}", "its page has not been rendered")
        newsletter = self._newsletter(job.newsletter_id)
        sample = job._replace(recipient=newsletter.sender)
        own = person.digest(sample, newsletter, edition, self._links, tuple(Slot))
        form = compile_page(own.head, page, own.values)
        return Digest(newsletter, edition, form, digest)

    def _read_newsletter(self, key: int) -> Newsletter:
        with self._store.read() as tx:
            return tx.newsletters.by_id(key)


def _page_of(job: Job) -> tuple[int, Variant]:
    """Return which edition's page a row's reader gets, and which one of its pages."""
    return job.edition_id or 0, Variant(job.since, job.language, job.apart)
