"""What a signup turns into, in which words, and how little is kept of where it came from."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address, ip_network

from mailer.config.settings import ProofOfWork
from mailer.editions.calendar import next_mail
from mailer.editions.model import Newsletter, Rhythm
from mailer.languages.catalogue import N_, catalogue
from mailer.subscribers.model import Alarm, AlarmKind, State, Subscription
from mailer.tokens import LIFETIME, Purpose

OFTEN = {
    Rhythm.AT_ONCE: N_("A mail from %(name)s as soon as something is new."),
    Rhythm.DAILY: N_("One mail a day from %(name)s."),
    Rhythm.WEEKDAYS: N_("One mail each working day from %(name)s."),
    Rhythm.WEEKLY: N_("One mail a week from %(name)s."),
    Rhythm.MONTHLY: N_("One mail a month from %(name)s."),
    Rhythm.MINUTELY: N_("One mail a minute from %(name)s, while this demonstration runs."),
}
HOW = N_("We send a link to confirm first, and every mail has one to leave.")


class Request(StrEnum):
    """What somebody's asking for a newsletter comes to."""

    BEGIN = "begin"  # a new signup, or one that starts from the start
    REMIND = "remind"  # still waiting; the link they have still works
    ALREADY = "already"


def judge(found: Subscription | None, now: datetime) -> Request:
    """Return what asking for a newsletter comes to, given the tie there is."""
    match found:
        case None | Subscription(state=State.LEFT):
            return Request.BEGIN
        case Subscription(state=State.ACTIVE | State.PAUSED):
            return Request.ALREADY
    expired = now > found.requested_at + LIFETIME[Purpose.CONFIRM]
    return Request.BEGIN if expired else Request.REMIND


def next_mail_of(found: Subscription, now: datetime) -> datetime | None:
    """Return the instant of a reader's next mail, after a pause too.

    None: they get none, or as soon as something is new.
    """
    if found.state is State.PAUSED:
        return next_mail(found.schedule, now, paused_until=found.paused_until)
    return found.next_due_at if found.state is State.ACTIVE else None


def wants_proof(setting: ProofOfWork, alarms: Collection[Alarm]) -> bool:
    """Whether a form is to come with a proof of work now."""
    match setting:
        case ProofOfWork.OFF:
            return False
        case ProofOfWork.ON:
            return True
        case ProofOfWork.AUTO:
            return any(alarm.kind is AlarmKind.PROOF for alarm in alarms)


def consent_words(newsletter: Newsletter) -> str:
    """Return the words beside the button; what was agreed to is kept word for word."""
    words = catalogue(newsletter.language)
    often = words.gettext(OFTEN[newsletter.schedule.rhythm]) % {"name": newsletter.name}
    return f"{often} {words.gettext(HOW)}"


def network_of(client: str | None) -> str | None:
    """Return the caller's /24 or /48: enough to see a flood, too little to see a person."""
    if client is None:
        return None
    try:
        address = ip_address(client)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if address.version == 6 else None
    address = address if mapped is None else mapped
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
