"""Who takes the mail of a domain, and how much of ours they want at once.

Large receivers count by operator, not by domain: whoever reads the mail of ten thousand companies
sees one sender. They say that they have enough in enhanced codes (RFC 3463, and what each added).
"""

import re
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from mailer.delivery.model import Receiver, Reply

STRIKES = 3  # vague words in a row before they are believed to be about us
STEP = 25  # mails taken in a row before one more may be under way
FREE = 16  # at once: who takes so many has nothing against us any more
BUSY = timedelta(minutes=10)  # Google's advice for 4.7.28: stop, then one conversation
BLOCKED = timedelta(hours=1)  # nothing changes by itself; an operator has to look

# What the codes mean, by their last two parts: 4.7.x says the same as 5.7.x, with patience.
CAUSES = {
    "7.23": "the sending server's address has no matching name in the DNS (PTR)",
    "7.24": "SPF does not allow the sending server",
    "7.25": "the sending server's address has no name in the DNS (PTR)",
    "7.26": "mails are not authenticated: neither SPF nor DKIM passes",
    "7.27": "SPF does not pass",
    "7.28": "too much mail at once, or too many complaints",
    "7.29": "mail must come over TLS",
    "7.30": "DKIM does not pass",
    "7.31": "the sender's domain has no DMARC record that passes",
    "7.32": "the domain of From is not the one that SPF or DKIM vouches for",
    "7.40": "the sender's domain has no DMARC record",
    "7.509": "DMARC does not pass",
    "7.511": "the sending server is on a block list of the receiver",
    "7.515": "authentication is not what bulk senders need (SPF, DKIM and DMARC)",
    "7.606": "the sending server's address is banned",
    "7.650": "the sending server's address sends more than its reputation allows",
}
GREYLISTED = re.compile(r"gr[ea]y.?list|try again in|first time", re.IGNORECASE)
TOO_MUCH = re.compile(
    r"rate.?limit|too (?:many|much|fast)|throttl|unusual(?:ly)? (?:rate|high)|slow down|exceeded",
    re.IGNORECASE,
)
# Registries that give names a level lower: mail.example.co.uk is example.co.uk's.
SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "go", "ne", "net", "or", "org"})


class Sure(Enum):
    """How much a reply says about the sender, and not about one reader or mail."""

    NO = auto()
    PERHAPS = auto()  # only when it is said again and again
    YES = auto()


class Silence(NamedTuple):
    """A receiver wants nothing of us for a while."""

    sure: Sure
    lasts: timedelta
    cause: str


NOTHING = Silence(Sure.NO, timedelta(), "")


def operator_of(exchange: str) -> str:
    """Return who runs a mail exchanger: `aspmx.l.google.com` is google.com's."""
    labels = exchange.rstrip(".").lower().split(".")
    country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
    return ".".join(labels[-3 if country else -2 :])


def judge(reply: Reply) -> Silence:
    """Return what a refusal or a deferral says about us as a sender."""
    _, _, code = (reply.status or "").partition(".")
    if not code.startswith("7."):
        busy = not reply.permanent and TOO_MUCH.search(reply.text) is not None
        return Silence(Sure.PERHAPS, BUSY, CAUSES["7.28"]) if busy else NOTHING
    lasts = BLOCKED if reply.permanent else BUSY
    if code in CAUSES:
        return Silence(Sure.YES, lasts, CAUSES[code])
    if not reply.permanent and GREYLISTED.search(reply.text):
        return NOTHING  # one reader's first mail: the second try is taken
    return Silence(Sure.PERHAPS, lasts, f"policy: {reply.text.splitlines()[0][:200]}")


def silenced(
    name: str, silence: Silence, reply: Reply, now: datetime, before: Receiver | None
) -> Receiver:
    """Return a receiver that rests, and is then sent to one mail at a time."""
    since = now if before is None else before.since
    said = " ".join(filter(None, (str(reply.code), reply.status)))
    return Receiver(name, now + silence.lasts, 1, 0, f"{said}: {silence.cause}", since)


def took_one(receiver: Receiver) -> Receiver | None:
    """Return a receiver that took a mail: each 25 in a row allow one more; None: it is free."""
    if receiver.taken + 1 < STEP:
        return receiver._replace(taken=receiver.taken + 1)
    if receiver.at_once >= FREE:
        return None
    return receiver._replace(at_once=receiver.at_once + 1, taken=0)
