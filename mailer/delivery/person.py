"""What is one reader's own in a message: their values, their head, their envelope."""

from collections.abc import Mapping

from mailer.delivery.model import Job, Notice
from mailer.editions.model import Edition, Newsletter
from mailer.links import Links
from mailer.message.model import Head, ListHead
from mailer.rendering.filters import short_date
from mailer.rendering.model import Slot


def values(job: Job, newsletter: Newsletter, links: Links) -> Mapping[Slot, str]:
    """Return what stands in each slot for this reader."""
    asked = job.notice is Notice.CONFIRM
    since = job.requested_at if asked else job.signed_up_at
    return {
        Slot.ADDRESS: job.recipient.text,
        Slot.SIGNED_UP_ON: short_date(since, newsletter.schedule.zone),
        # Made of the row's own times, so that a message sent again is the same message.
        Slot.LEAVE_URL: links.leave(job.subscription_id, job.planned_at),
        Slot.CONFIRM_URL: links.confirm(job.subscription_id, job.requested_at),
    }


def head(job: Job, newsletter: Newsletter, edition: Edition | None, links: Links) -> Head:
    """Return the head of this reader's message; with an edition it is list mail.

    Its date is when the mail was owed (RFC 5322 section 3.6.1: ready to be sent), so that a message
    that is sent again is the same one.
    """
    domain = newsletter.sender.domain
    return Head(
        message_id=f"{job.id}.{_key(job, edition)}@{domain}",
        date=job.planned_at,
        sender_name=newsletter.name,
        sender=newsletter.sender,
        reply_to=newsletter.reply_to,
        recipient=job.recipient,
        list=None if edition is None else _list_head(job, newsletter, edition, links),
    )


def reverse_path(job: Job, newsletter: Newsletter) -> str:
    """Return MAIL FROM: nobody answers a notice (RFC 3834 section 3.3)."""
    return "" if job.notice is not None else newsletter.sender.wire


def _key(job: Job, edition: Edition | None) -> str:
    """What makes the row's number unique for ever: another database may count from 1 again."""
    return edition.key if edition is not None else f"{int(job.planned_at.timestamp() * 1e6):x}"


def _list_head(job: Job, newsletter: Newsletter, edition: Edition, links: Links) -> ListHead:
    return ListHead(
        id=f"{newsletter.slug}.{newsletter.sender.domain}",
        unsubscribe_url=links.leave(job.subscription_id, job.planned_at),
        archived_at=links.edition(newsletter.slug, edition.number),
        feedback_id=f"{edition.id}:{newsletter.slug}:digest:mailer",
    )
