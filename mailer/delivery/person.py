"""What is one reader's own in a message: their values, their head, their envelope."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from mailer.delivery.model import Job, Notice
from mailer.editions.calendar import next_due
from mailer.editions.model import Edition, Newsletter, Rhythm
from mailer.languages.catalogue import catalogue
from mailer.languages.dates import near_moment, short_date
from mailer.links import Links
from mailer.message.model import Head, ListHead, Own
from mailer.rendering.filters import breakable_address, in_lines
from mailer.rendering.model import Slot
from mailer.subscribers.model import State, Subscription
from mailer.subscribers.rules import next_mail_of


class Person(NamedTuple):
    """What is one reader's own in a message."""

    head: Head
    values: Mapping[Slot, str]


def own(job: Job, newsletter: Newsletter, edition: Edition, links: Links) -> Own:
    """Return what is a reader's own in the head of a digest.

    Made of the row's own times, so that a message that is sent again is the same message.
    """
    leave = links.leave(job.subscription_id, job.planned_at)
    return Own(
        f"{job.id}.{edition.key}@{newsletter.sender.domain}",
        job.planned_at,
        job.recipient,
        leave,
        links.leave_by_mail(leave),
    )


def values(
    job: Job, newsletter: Newsletter, leave: str, links: Links, wanted: Collection[Slot]
) -> Mapping[Slot, str]:
    """Return those values of a digest that its page has slots for."""
    found = {Slot.ADDRESS: job.recipient.text, Slot.LEAVE_URL: leave}
    if Slot.SHOWN_ADDRESS in wanted:
        found[Slot.SHOWN_ADDRESS] = breakable_address(job.recipient.text)
    if Slot.SIGNED_UP_ON in wanted:
        found[Slot.SIGNED_UP_ON] = day(job.signed_up_at, job, newsletter)
    if Slot.WHY_URL in wanted:
        found[Slot.WHY_URL] = links.why(leave)
    if Slot.ANSWER_URL in wanted:
        found[Slot.ANSWER_URL] = links.answer(job.id, job.planned_at)
    if Slot.CONFIRM_URL in wanted:
        found[Slot.CONFIRM_URL] = links.confirm(job.subscription_id, job.requested_at)
    return found


def digest(job: Job, newsletter: Newsletter, edition: Edition, links: Links) -> Person:
    """Return the head and all values of a digest."""
    mine = own(job, newsletter, edition, links)
    listed = ListHead(
        id=f"{newsletter.slug}.{newsletter.sender.domain}",
        unsubscribe_url=mine.unsubscribe_url,
        unsubscribe_mail=mine.unsubscribe_mail,
        archived_at=links.edition(newsletter.slug, edition.number),
        feedback_id=f"{edition.id}:{newsletter.slug}:digest:mailer",
    )
    head = _head(job, newsletter, edition.key, listed)
    return Person(head, values(job, newsletter, mine.unsubscribe_url, links, tuple(Slot)))


def notice(
    job: Job, newsletter: Newsletter, links: Links, tie: Subscription | None = None
) -> Person:
    """Return the head and the values of a notice, which is no mail to a list.

    `tie` is the reader's as it stands now, for one that `TELLS_NEXT`; else the newsletter's own
    rhythm is what it would say of the next mail.
    """
    asked = job.notice is Notice.CONFIRM
    since = job.requested_at if asked else job.signed_up_at
    # What makes the row's number unique for ever: another database may count from 1 again.
    key = f"{int(job.planned_at.timestamp() * 1e6):x}"
    leave = links.leave(job.subscription_id, job.planned_at)
    confirm = links.confirm(job.subscription_id, job.requested_at)
    found = {
        Slot.ADDRESS: job.recipient.text,
        Slot.SHOWN_ADDRESS: breakable_address(job.recipient.text),
        Slot.SIGNED_UP_ON: day(since, job, newsletter),
        Slot.LEAVE_URL: leave,
        Slot.WHY_URL: links.why(leave),
        Slot.CONFIRM_URL: confirm,
        Slot.SHOWN_CONFIRM_URL: in_lines(confirm),
        Slot.REFUSE_URL: links.refuse(job.subscription_id, job.requested_at),
        Slot.UNDO_URL: links.undo(job.subscription_id, job.planned_at),
        Slot.PREFERENCES_URL: links.preferences(job.subscription_id, job.planned_at),
        Slot.DATA_URL: links.data(job.subscription_id, job.planned_at),
        Slot.MOVE_URL: links.move(job.subscription_id, job.planned_at),
        Slot.RESTORE_URL: links.restore(job.subscription_id, job.planned_at),
        Slot.ARCHIVE_URL: links.archive(newsletter.slug),
        Slot.NEXT_MAIL: _next_mail(job, newsletter, tie),
    }
    return Person(_head(job, newsletter, key, None), found)


def reverse_path(job: Job, newsletter: Newsletter) -> str:
    """Return MAIL FROM: nobody answers a notice (RFC 3834 section 3.3)."""
    return "" if job.notice is not None else newsletter.sender.wire


def day(moment: datetime, job: Job, newsletter: Newsletter) -> str:
    """Return a day as the reader's language writes it."""
    return short_date(catalogue(job.language), moment, newsletter.schedule.zone)


def _next_mail(job: Job, newsletter: Newsletter, tie: Subscription | None) -> str:
    """Return when a reader's next mail comes, in their zone and words."""
    words, schedule = catalogue(job.language), newsletter.schedule if tie is None else tie.schedule
    if schedule.rhythm is Rhythm.AT_ONCE and (tie is None or tie.state is not State.PAUSED):
        return words.gettext("as soon as something is new")
    due = None if tie is None else next_mail_of(tie, job.planned_at)
    if due is None:  # left since: such a notice does not leave
        due = next_due(schedule, job.planned_at).at
    # A day of the week is one that comes after the mail was owed, and so after it is read, too.
    return near_moment(words, due, schedule.zone, job.planned_at)


def _head(job: Job, newsletter: Newsletter, key: str, listed: ListHead | None) -> Head:
    """Return the head; its date is when the mail was owed (RFC 5322 section 3.6.1)."""
    return Head(
        message_id=f"{job.id}.{key}@{newsletter.sender.domain}",
        date=job.planned_at,
        sender_name=newsletter.name,
        sender=newsletter.sender,
        reply_to=newsletter.reply_to,
        recipient=job.recipient,
        list=listed,
    )
