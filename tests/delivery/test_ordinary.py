"""The mail of an ordinary reader is, byte for byte, what the long way makes of it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.address import Address, parse_address
from mailer.delivery import person
from mailer.delivery.model import Job, Lane
from mailer.delivery.ordinary import Ordinary, path_of
from mailer.delivery.smtp_grammar import path_is_safe
from mailer.links import Links
from mailer.message.mime import build
from mailer.message.splice import compile_page
from mailer.rendering.model import Page, Slot
from mailer.tokens import Keyring
from tests.conftest import a_newsletter
from tests.rendering.samples import an_edition

NEWSLETTER, EDITION = a_newsletter(), an_edition()
ADDRESS, LEAVE = Slot.ADDRESS.marker, Slot.LEAVE_URL.marker
SHOWN = Slot.SHOWN_ADDRESS.marker
SIGNED_UP, WHY = Slot.SIGNED_UP_ON.marker, Slot.WHY_URL.marker
PAGE = Page(
    "News", f"<p>{ADDRESS}, {SIGNED_UP}: {LEAVE} {SHOWN}</p>", f"To {ADDRESS}.\n{LEAVE} {WHY}\n"
)
ANSWER = Slot.ANSWER_URL.marker
ASKING = Page(
    "News",
    f'<p>{SHOWN} <a href="{ANSWER}/good">Good</a> <a href="{ANSWER}/poor">Poor</a> {LEAVE}</p>',
    f"{ADDRESS}\n{ANSWER}/good\n{ANSWER}/poor\n{LEAVE}\n{WHY}\n",
)
MOMENTS = st.integers(1_600_000_000, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
ATEXT = "ABCxyz019!#$%&'*+/=?^_`{|}~-"
PARTS = st.lists(st.text(ATEXT, min_size=1, max_size=30), min_size=1, max_size=3).map(".".join)
DOMAINS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{2,10}){1,2}", fullmatch=True)
ADDRESSES = st.tuples(PARTS, DOMAINS).map(lambda both: f"{both[0]}@{both[1]}")


def job(address: str, number: int, moment: datetime, signed_up: datetime) -> Job:
    reader = Address(address, address.rpartition("@")[2], address.lower())
    page = (1, moment)
    row = (number, Lane.DIGEST, 1, 1, number, None, 0, "en", "", page, True, reader, 0)
    return Job(*row, moment, moment, signed_up)


def links(base_url: str, leave_address: str | None = None) -> Links:
    leave = None if leave_address is None else parse_address(leave_address)
    return Links(base_url, Keyring(["long enough to be a secret"]), leave)


SAMPLE = job("brief@example.org", 1, EDITION.due_at, EDITION.due_at)


def ordinary(page: Page, of: Links) -> Ordinary:
    anybody = person.digest(SAMPLE, NEWSLETTER, EDITION, of)
    form = compile_page(anybody.head, page, anybody.values)
    return Ordinary(form, NEWSLETTER, EDITION, of, None)


@pytest.mark.parametrize("page", [PAGE, ASKING], ids=["plain", "with a question at its end"])
@pytest.mark.parametrize("length", [0, 1, 5, 9, 40, 120])
@given(ADDRESSES, st.integers(1, 2**40), MOMENTS, MOMENTS)
def test_an_ordinary_mail_is_the_one_that_is_built(
    page: Page, length: int, address: str, number: int, moment: datetime, signed_up: datetime
) -> None:
    left_by_mail = "leave@news.example.org" if number % 2 else None
    its = links(f"https://news.example.org/{'a' * length}", left_by_mail)
    row = job(address, number, moment, signed_up)
    path = path_of(row)
    whom = person.digest(row, NEWSLETTER, EDITION, its)

    if path is not None:
        assert ordinary(page, its).agrees(SAMPLE)
        assert path_is_safe(path.decode(), utf8=False)
        pieces, octets = ordinary(page, its).write(row, path)
        assert b"".join(pieces) == build(whom.head, page, whom.values)
        assert octets == sum(map(len, pieces))


@pytest.mark.parametrize(
    "address",
    ["o'hara@example.org", "a&b@example.org", "é@example.org", "x" * 64 + "@example.org"],
)
def test_whose_address_needs_care_is_not_ordinary(address: str) -> None:
    assert path_of(job(address, 1, EDITION.due_at, EDITION.due_at)) is None


@pytest.mark.parametrize(
    "page",
    [Page(f"For {ADDRESS}", "", "x"), Page("News", "", Slot.CONFIRM_URL.marker)],
    ids=["a subject of one's own", "a link that digests do not have"],
)
def test_a_page_that_wants_more_is_left_to_the_long_way(page: Page) -> None:
    assert not ordinary(page, links("https://news.example.org")).agrees(SAMPLE)
