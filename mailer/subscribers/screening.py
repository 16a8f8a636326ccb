"""Which addresses the form takes, and which it takes for a slip of the finger."""

import unicodedata
from collections.abc import Iterator

from mailer.address import Address
from mailer.config.settings import SignupSettings, Taken
from mailer.languages.catalogue import N_

# Functions, not people: RFC 2142, and what is common besides.
ROLES = frozenset(
    {
        *("abuse", "admin", "administrator", "billing", "contact", "ftp", "help", "hostmaster"),
        *("info", "jobs", "mailer-daemon", "marketing", "no-reply", "noc", "noreply", "office"),
        *("postmaster", "press", "root", "sales", "security", "support", "team", "usenet"),
        *("uucp", "webmaster", "www"),
    }
)
# Hosts of mailboxes that are thrown away, the well-known ones; owners add theirs in the settings.
DISPOSABLE = frozenset(
    {
        *("10minutemail.com", "dispostable.com", "emailondeck.com", "fakeinbox.com"),
        *("getnada.com", "guerrillamail.com", "guerrillamail.net", "guerrillamail.org"),
        *("mailcatch.com", "maildrop.cc", "mailinator.com", "mailnesia.com", "mintemail.com"),
        *("mohmal.com", "mytemp.email", "sharklasers.com", "spamgourmet.com", "temp-mail.org"),
        *("tempail.com", "tempmail.com", "throwawaymail.com", "trashmail.com", "trashmail.de"),
        *("wegwerfmail.de", "yopmail.com", "yopmail.fr"),
    }
)
# Where most mailboxes are: a domain one slip away from these is probably meant to be one of them.
COMMON = (
    *("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "live.com", "yahoo.com"),
    *("icloud.com", "protonmail.com", "aol.com", "web.de", "t-online.de", "freenet.de"),
    *("hotmail.co.uk", "yahoo.co.uk", "hotmail.fr", "orange.fr", "libero.it", "walla.co.il"),
)
# Real domains that look like a slip, and are none.
REAL = frozenset(
    {"gmx.de", "gmx.net", "mail.com", "email.com", "ymail.com", "hotmail.co", "aol.de"}
)
# Scripts that are written together: UTS 39 section 5.2, highly restrictive.
TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
# Letters whose names begin otherwise than those of their script: ー and 々.
NAMED_OTHERWISE = {"KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK"}


def refusal(address: Address, settings: SignupSettings) -> str | None:
    """Return why the form does not take an address, as a sentence for its owner; None: it does."""
    domain = address.text.rpartition("@")[2]
    refused = {name.lower() for name in settings.refused_domains}
    if settings.disposable_addresses is Taken.REFUSE:
        refused |= DISPOSABLE
    if not refused.isdisjoint(_and_above(address.domain)):
        return N_("We cannot send to addresses of that kind. Please use another one.")
    if settings.role_addresses is Taken.REFUSE and address.local.casefold() in ROLES:
        return N_("This address belongs to a function, not to a person. Please use your own.")
    if settings.mixed_scripts is Taken.REFUSE and any(map(_is_mixed, domain.split("."))):
        return N_("This address mixes letters of several scripts. Please type it again.")
    return None


def probably_meant(address: Address) -> str | None:
    """Return the address that was probably meant by one with a slip in its domain, or None."""
    domain = address.domain
    if domain in COMMON or domain in REAL:
        return None
    meant = [known for known in COMMON if _is_one_slip(domain, known)]
    return f"{address.local}@{meant[0]}" if len(meant) == 1 else None


def _and_above(domain: str) -> Iterator[str]:
    """Yield a domain and each one above it: `a.b.example`, `b.example`, `example`."""
    labels = domain.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))


def _is_mixed(label: str) -> bool:
    named = {unicodedata.name(letter, "?").split()[0] for letter in label if letter.isalpha()}
    scripts = {NAMED_OTHERWISE.get(name, name) for name in named}
    return len(scripts) > 1 and not any(scripts <= some for some in TOGETHER)


def _is_one_slip(typed: str, known: str) -> bool:
    """Whether one letter is missing, too many, wrong, or two changed places (Damerau, 1964)."""
    if abs(len(typed) - len(known)) > 1:
        return False
    start = next(
        (at for at, pair in enumerate(zip(typed, known, strict=False)) if len({*pair}) > 1),
        min(len(typed), len(known)),
    )
    one, other = typed[start:], known[start:]
    if len(one) == len(other):
        swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
        return bool(one) and (one[1:] == other[1:] or swapped)
    return one[1:] == other or one == other[1:]
