"""How much signing up is too much: what is counted of each request, against which limit.

Counted whatever the address's state, so a limit tells nothing about anybody. Only what is mailed to
one address is counted apart, and whoever has had their mail is answered like everybody else.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from mailer.address import Address
from mailer.config.settings import Limit, SignupSettings
from mailer.delivery.model import Notice


class Scope(StrEnum):
    """Whom a limit is about."""

    ADDRESS = "address"  # mails to one mailbox, counted by its keyed hash
    NETWORK = "network"  # requests from one /24 or /48
    DOMAIN = "domain"  # requests for addresses of one domain
    ALL = "all"
    ASKED = "asked"  # confirmations of one newsletter that were mailed
    ANSWERED = "answered"  # and those that were pressed


EVERYBODY = (Scope.ALL, "")
NO_NEWSLETTER = 0  # of an alarm that is about none in particular
DAY, MONTH = timedelta(days=1), timedelta(days=30)
WARY = timedelta(hours=1)  # forms want a proof of work for so long after the last sign of a flood
REST = timedelta(hours=6)  # a newsletter whose confirmations nobody answers takes no signups
PATIENCE = timedelta(hours=1)  # nobody is held to answer sooner
FEW = 4  # of so many who are asked one answers, at least, where people ask for themselves


class Use(NamedTuple):
    """One thing that is counted."""

    scope: Scope
    subject: str
    limits: Sequence[Limit]


# A mailbox is asked to confirm one newsletter once a day and three times a month, and all of them
# together five times a day and ten times a month: this is what keeps the form from being a weapon,
# and no setting. What was answered counts no more: whoever can confirm has asked for it, and may
# come back on the day on which they left. What goes to people who have confirmed is counted apart,
# since nobody can bring a victim that far (decision 50).
PER_NEWSLETTER = (Limit(1, DAY), Limit(3, MONTH))
PER_ADDRESS = (Limit(5, DAY), Limit(10, MONTH))
COUNTED = (Limit(1_000_000_000, DAY),)  # only counted: nobody is refused for it


def uses_of_request(
    address: Address, network: str | None, settings: SignupSettings
) -> tuple[Use, ...]:
    """Return what one request counts against; the order is that of locking, and so always this."""
    asked = Use(Scope.DOMAIN, address.domain, settings.per_domain)
    everybody = Use(Scope.ALL, "", settings.in_all)
    if network is None:
        return asked, everybody
    return Use(Scope.NETWORK, network, settings.per_network), asked, everybody


def uses_of_mail(notice: Notice, newsletter_id: int, address_hash: str) -> tuple[Use, ...]:
    """Return what one mail to an address counts against."""
    per_address = uses_of_mailbox(notice, newsletter_id, address_hash)
    if notice is not Notice.CONFIRM:
        return per_address
    return *per_address, Use(Scope.ASKED, str(newsletter_id), COUNTED)


def uses_of_mailbox(notice: Notice, newsletter_id: int, address_hash: str) -> tuple[Use, ...]:
    """Return what one mail counts against of what an address may be mailed."""
    return (
        Use(Scope.ADDRESS, f"{notice}:{newsletter_id}:{address_hash}", PER_NEWSLETTER),
        Use(Scope.ADDRESS, f"{notice}:{address_hash}", PER_ADDRESS),
    )


def use_of_answer(newsletter_id: int) -> Use:
    """Return what one confirmation that was pressed counts as."""
    return Use(Scope.ANSWERED, str(newsletter_id), COUNTED)


def is_rush(used: int, limit: Limit) -> bool:
    """Whether so many signups are no usual hour: half of what is taken at all."""
    return used * 2 >= limit.count


def unanswered(asked: int, answered: int) -> int:
    """Return how many confirmations stand open; 0 where enough are answered.

    A list that grows quickly has many open ones, and many that were answered beside them.
    """
    return 0 if answered * FEW >= asked else asked - answered
