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


class Use(NamedTuple):
    """One thing that is counted."""

    scope: Scope
    subject: str
    limits: Sequence[Limit]


# A mailbox is asked to confirm one newsletter once a day and three times a month, and all of them
# together five times a day and ten times a month: this is what keeps the form from being a weapon,
# and no setting. What goes to people who have confirmed is counted apart, since nobody can bring a
# victim that far.
DAY, MONTH = timedelta(days=1), timedelta(days=30)
PER_NEWSLETTER = (Limit(1, DAY), Limit(3, MONTH))
PER_ADDRESS = (Limit(5, DAY), Limit(10, MONTH))


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
    return (
        Use(Scope.ADDRESS, f"{notice}:{newsletter_id}:{address_hash}", PER_NEWSLETTER),
        Use(Scope.ADDRESS, f"{notice}:{address_hash}", PER_ADDRESS),
    )
