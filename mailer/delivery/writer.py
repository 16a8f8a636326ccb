"""Writes the message of a row: its page, compiled once, and what is its reader's own."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from mailer.delivery import person
from mailer.delivery.model import MEMOS, TELLS_NEXT, Envelope, Job, Memo
from mailer.delivery.ordinary import Ordinary, path_of
from mailer.editions.apart import apart
from mailer.editions.model import Edition, Newsletter
from mailer.errors import MailerError, RenderError, StoreError
from mailer.links import Links
from mailer.message.mime import build
from mailer.message.sign import Signer, Signers
from mailer.message.splice import Form, compile_page, signed_at, spliced
from mailer.rendering.model import Variant
from mailer.rendering.templates import Templates
from mailer.store.database import Store
from mailer.subscribers.model import Subscription

KEPT = 64  # pages and newsletters kept at hand; one edition has few variants


class Digest(NamedTuple):
    """What all readers of one page share."""

    newsletter: Newsletter
    edition: Edition
    form: Form
    signer: Signer | None
    ordinary: Ordinary | None  # None: each reader's mail is made the long way


class Writer:
    """Makes envelopes. Pages are read and compiled once, not once per reader."""

    def __init__(self, store: Store, templates: Templates, links: Links, signers: Signers) -> None:
        self._store = store
        self._templates = templates
        self._links = links
        self._signer_of = lru_cache(KEPT)(signers.of)
        self._digests: dict[object, Digest] = {}  # a page that is made anew has a new key
        self._newsletter = lru_cache(KEPT)(self._read_newsletter)
        self._memo = lru_cache(KEPT)(self._read_memo)
        self._ties: dict[int, Subscription | None] = {}  # read right before; each is used once

    def lacks(self, jobs: Sequence[Job]) -> bool:
        """Whether something has to be read before all these can be written."""
        return any(job.page not in self._digests for job in jobs)

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Read and compile what these need, so that no line waits for it. Raises StoreError."""
        for job in jobs:
            if job.notice in MEMOS:
                self._memo(job.id)
        self._read_ties([job for job in jobs if job.notice in TELLS_NEXT])
        for job in {job.page or job.newsletter_id: job for job in jobs}.values():
            try:
                self._newsletter(job.newsletter_id)
                if job.notice is None:
                    self._digest(job)
            except StoreError:
                raise
            except MailerError:
                continue  # `write` says it for each of them

    def write(self, job: Job) -> Envelope:
        """Return the message with its addresses.

        Raises RenderError or HeaderError, and StoreError where `prepare` was not called.
        """
        if job.notice is not None:
            return self._write_notice(job)
        digest = self._digest(job)
        sender = digest.newsletter.sender.wire
        path = path_of(job) if digest.ordinary is not None else None
        if digest.ordinary is not None and path is not None:
            pieces, octets = digest.ordinary.write(job, path)
            return Envelope(job.id, sender, job.recipient, pieces, octets, True, True, path)
        newsletter, edition, form, signer, _ = digest
        own = person.own(job, newsletter, edition, self._links)
        slots = [slot for slot, _ in form.slots]
        values = person.values(job, newsletter, own.unsubscribe_url, self._links, slots)
        utf8 = job.recipient.needs_smtputf8
        pieces, octets = spliced(form, own, values, utf8=utf8, signer=signer)
        return Envelope(job.id, sender, job.recipient, pieces, octets, dotless=True)

    def _write_notice(self, job: Job) -> Envelope:
        assert job.notice is not None  # noqa: S101 - narrows the type
        newsletter = self._newsletter(job.newsletter_id)
        memo = self._memo(job.id) if job.notice in MEMOS else None
        if memo is None and job.notice in MEMOS:
            raise RenderError(f"{job.notice}/", "what it is to say is not in the database")
        page = self._templates.notice(job.notice, newsletter, job.language, memo)
        page = replace(page, html="") if apart(job.apart).text else page
        if job.notice in TELLS_NEXT and job.id not in self._ties:
            self._read_ties([job])
        whom = person.notice(job, newsletter, self._links, self._ties.pop(job.id, None))
        message = build(whom.head, page, whom.values, utf8=job.recipient.needs_smtputf8)
        signer = self._signer_of(newsletter.sender.domain)
        if signer is not None:
            message = signer.sign(message, signed_at(whom.head.date))
        return Envelope(
            job.id,
            person.reverse_path(job, newsletter),
            job.recipient,
            (message,),
            len(message),
            dotless=True,
            notify=False,
        )

    def _digest(self, job: Job) -> Digest:
        found = self._digests.get(job.page)
        if found is None:
            if len(self._digests) >= KEPT:
                self._digests.clear()
            found = self._digests[job.page] = self._compiled(job)
        return found

    def _compiled(self, job: Job) -> Digest:
        edition_id = job.edition_id or 0
        with self._store.read() as tx:
            page = tx.pages.get(edition_id, Variant(job.since, job.language, job.apart))
            edition = tx.editions.by_id(edition_id)
        if page is None:
            raise RenderError(f"edition {edition_id}", "its page has not been rendered")
        newsletter = self._newsletter(job.newsletter_id)
        sample = job._replace(recipient=newsletter.sender)
        anybody = person.digest(sample, newsletter, edition, self._links)
        form = compile_page(anybody.head, page, anybody.values)
        signer = self._signer_of(newsletter.sender.domain)
        ordinary = Ordinary(form, newsletter, edition, self._links, signer)
        return Digest(
            newsletter, edition, form, signer, ordinary if ordinary.agrees(sample) else None
        )

    def _read_newsletter(self, key: int) -> Newsletter:
        with self._store.read() as tx:
            return tx.newsletters.by_id(key)

    def _read_ties(self, jobs: Sequence[Job]) -> None:
        """Look up how readers stand now: a row may have waited, and they have chosen meanwhile."""
        if len(self._ties) + len(jobs) > KEPT * KEPT:  # nobody asked for their mails
            self._ties.clear()
        if not jobs:
            return
        with self._store.read() as tx:
            self._ties |= {job.id: tx.subscriptions.get(job.subscription_id) for job in jobs}

    def _read_memo(self, delivery_id: int) -> Memo | None:
        with self._store.read() as tx:
            return tx.memos.of_delivery(delivery_id)
