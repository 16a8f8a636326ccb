"""One reader's mail before it is sent: the bytes that would go to them."""

from datetime import datetime

from mailer.address import Address
from mailer.clock import Clock
from mailer.delivery.model import Job, Lane
from mailer.delivery.person import Person, digest
from mailer.editions.model import Edition, Newsletter
from mailer.links import Links
from mailer.message.mime import build
from mailer.message.sign import Signers
from mailer.message.slots import fill
from mailer.message.splice import signed_at
from mailer.rendering.model import Page
from mailer.store.database import Store, Transaction


class Preview:
    """Looks at the ledger and the list, and changes neither."""

    def __init__(self, store: Store, clock: Clock, links: Links, signers: Signers) -> None:
        self._store = store
        self._clock = clock
        self._links = links
        self._signers = signers

    def job(self, edition_id: int, reader: Address | None = None) -> Job:
        """Return what this reader, or anybody, is or would be owed of an edition.

        When nobody is planned yet a row is made up that no ledger has: with the reader's own
        subscription, or for the newsletter's own address. Raises NotFound for an unknown reader.
        """
        with self._store.read() as tx:
            planned = tx.deliveries.job_of(edition_id, None if reader is None else reader.key)
            if planned is not None:
                return planned
            edition = tx.editions.by_id(edition_id)
            newsletter = tx.newsletters.by_id(edition.newsletter_id)
            job = _nobodys(edition, newsletter, self._clock.now())
            return job if reader is None else _theirs(tx, job, edition, reader)

    def page(self, job: Job, page: Page) -> Page:
        """Return the page as this reader sees it."""
        return fill(page, self._person(job).values)

    def message(self, job: Job, page: Page) -> bytes:
        """Return the message as it would be sent; once it is planned, with its own Message-ID."""
        person = self._person(job)
        utf8 = job.recipient.needs_smtputf8
        message = build(person.head, page, person.values, utf8=utf8)
        signer = self._signers.of(person.head.sender.domain)
        return message if signer is None else signer.sign(message, signed_at(person.head.date))

    def picture(self, url: str) -> tuple[str, bytes] | None:
        """Return the media type and content of a picture of ours, by its address; None: no such."""
        host, _, name = url.rpartition("/")
        if not host.startswith(self._links.base_url):
            return None
        with self._store.read() as tx:
            found = tx.pictures.content(name.partition(".")[0])
        return None if found is None else (found[0].media_type, found[1])

    def _person(self, job: Job) -> Person:
        with self._store.read() as tx:
            newsletter = tx.newsletters.by_id(job.newsletter_id)
            edition = tx.editions.by_id(job.edition_id or 0)
        return digest(job, newsletter, edition, self._links)


def _nobodys(edition: Edition, newsletter: Newsletter, now: datetime) -> Job:
    return Job(
        id=0,
        lane=Lane.DIGEST,
        newsletter_id=newsletter.id,
        edition_id=edition.id,
        subscription_id=0,
        notice=None,
        since=edition.opens,
        language=newsletter.language,
        apart="",
        page=None,
        wanted=True,
        recipient=newsletter.sender,
        attempts=0,
        planned_at=now,
        requested_at=now,
        signed_up_at=now,
    )


def _theirs(tx: Transaction, job: Job, edition: Edition, reader: Address) -> Job:
    subscriber = tx.subscribers.by_address(reader)
    found = tx.subscriptions.find(subscriber.id, job.newsletter_id)
    if found is None:
        return job._replace(recipient=subscriber.address)
    since = max(edition.opens, found.watermark)
    return job._replace(
        recipient=subscriber.address,
        subscription_id=found.id,
        since=since,
        apart=tx.apartness.of_one(edition, found.id, since)._replace(text=found.text_only).key,
        language=found.language or job.language,
        signed_up_at=found.confirmed_at or found.requested_at,
        requested_at=found.requested_at,
    )
