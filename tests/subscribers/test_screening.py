"""Which addresses the form takes for a slip."""

import pytest

from mailer.address import parse_address
from mailer.subscribers.screening import COMMON, REAL, probably_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmal.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("yaho.com", "yahoo.com"),
        ("outlok.com", "outlook.com"),
        ("wbe.de", "web.de"),
    ],
)
def test_one_slip_is_seen(typed: str, meant: str) -> None:
    assert probably_meant(parse_address(f"ada@{typed}")) == f"ada@{meant}"


@pytest.mark.parametrize(
    "domain", [*sorted(COMMON), *sorted(REAL), "example.org", "mail.example", "harbour.news"]
)
def test_a_real_domain_is_not(domain: str) -> None:
    assert probably_meant(parse_address(f"ada@{domain}")) is None
