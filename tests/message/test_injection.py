"""Nothing that anybody typed, published or was called makes a header of its own.

The vectors are those that Python's own email package was tricked by, and their kin.
"""

from dataclasses import replace
from email import message_from_bytes
from email.policy import SMTP, default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.address import Address
from mailer.errors import HeaderError, RenderError
from mailer.message.mime import build
from mailer.message.model import Head, ListHead
from mailer.rendering.model import Page, Slot
from tests.rendering.samples import TUESDAY, VALUES

EXPECTED = [
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe"),
    *("List-Unsubscribe-Post", "List-Post", "Archived-At", "Feedback-ID"),
    *("MIME-Version", "Content-Type"),
]
VECTORS = [
    "=?utf-8?q?a=0D=0ABcc=3A_x=40y.z?=",
    "=?utf-8?b?YQ0KQmNjOiB4QHkueg==?=",
    "=?utf-8?q?a=0ABcc=3A_x=40y.z?= =?utf-8?q?more?=",
    "a\r\nBcc: x@y.example",
    "a\nBcc: x@y.example",
    "a\rBcc: x@y.example",
    "a\r\n\r\n<html>",
    "a\n",
    "a\r",
    "a\x00b",
    "a\x0bBcc: x@y.example",
    "a\x0cBcc: x@y.example",
    "a\x1cBcc: x@y.example",
    "a\x85Bcc: x@y.example",
    "a\u2028Bcc: x@y.example",
    "a\u2029Bcc: x@y.example",
    "a\ud800b",
    "a\tBcc: x@y.example",
    "a\r\n Bcc: x@y.example",
    '"\r\nBcc: x@y.example\r\nX: "',
]
ADA = Address("ada@example.org", "example.org", "ada@example.org")
BRIEF = Address("brief@news.example.org", "news.example.org", "brief@news.example.org")
HEAD = Head(
    message_id="1.key@news.example.org",
    date=TUESDAY,
    sender_name="The Harbour Brief",
    sender=BRIEF,
    reply_to=BRIEF,
    recipient=ADA,
    list=ListHead(
        id="brief.news.example.org",
        unsubscribe_url="https://news.example.org/leave/token",
        archived_at="https://news.example.org/read/brief/1",
        feedback_id="1:brief:digest:mailer",
    ),
)
PAGE = Page("A subject", "<p>Hello</p>", "Hello\n")


def names(message: bytes) -> list[str]:
    """Return the header names as another program reads them."""
    return [name for name in message_from_bytes(message, policy=SMTP) if name != "Precedence"]


def is_harmless(head: Head, page: Page = PAGE) -> bool:
    """Whether the message is refused, or has the headers it should have and no other."""
    try:
        message = build(head, page, VALUES)
    except (HeaderError, RenderError):  # the other: half of a slot's marker in a subject
        return True
    head_bytes = message.partition(b"\r\n\r\n")[0].lower()
    return names(message) == EXPECTED and b"\nbcc" not in head_bytes


@pytest.mark.parametrize("vector", VECTORS)
def test_a_headline_makes_no_header(vector: str) -> None:
    assert is_harmless(HEAD, replace(PAGE, subject=vector))
    assert is_harmless(HEAD, replace(PAGE, subject=f"Ferry {vector} deal"))


@pytest.mark.parametrize("vector", VECTORS)
def test_a_name_makes_no_header(vector: str) -> None:
    assert is_harmless(HEAD._replace(sender_name=vector))


@pytest.mark.parametrize("vector", VECTORS)
def test_an_address_makes_no_header(vector: str) -> None:
    for text in (vector, f"{vector}@example.org", f"ada@{vector}", f"ada@example.org{vector}"):
        local, _, domain = text.rpartition("@")
        hostile = Address(text, domain, text)
        assert local is not None
        assert is_harmless(HEAD._replace(recipient=hostile))
        assert is_harmless(HEAD._replace(sender=hostile))
        assert is_harmless(HEAD._replace(reply_to=hostile))


@pytest.mark.parametrize("vector", VECTORS)
def test_a_link_or_an_identifier_makes_no_header(vector: str) -> None:
    assert HEAD.list is not None
    for changed in (
        HEAD.list._replace(unsubscribe_url=f"https://news.example.org/{vector}"),
        HEAD.list._replace(archived_at=f"https://news.example.org/{vector}"),
        HEAD.list._replace(id=f"{vector}.example.org"),
        HEAD.list._replace(feedback_id=f"1:{vector}:digest:mailer"),
    ):
        assert is_harmless(HEAD._replace(list=changed))
    assert is_harmless(HEAD._replace(message_id=f"1.{vector}@news.example.org"))


@pytest.mark.parametrize("vector", VECTORS)
def test_a_readers_value_makes_no_header(vector: str) -> None:
    values = {**VALUES, Slot.ADDRESS: vector}
    page = replace(PAGE, subject=f"For {Slot.ADDRESS.marker}")
    try:
        assert names(build(HEAD, page, values)) == EXPECTED
    except HeaderError:
        return


@given(st.text(max_size=200), st.text(max_size=100))
@example(Slot.ADDRESS.marker[0], "")
def test_no_text_at_all_makes_a_header(subject: str, name: str) -> None:
    assert is_harmless(HEAD._replace(sender_name=name), replace(PAGE, subject=subject))


SPOKEN = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Co"), exclude_characters="\ufeff"),
    min_size=1,
    max_size=120,
).map(lambda text: " ".join(text.split()) or "x")


@given(SPOKEN)
def test_every_headline_is_read_as_it_was_written(subject: str) -> None:
    message = message_from_bytes(
        build(HEAD, replace(PAGE, subject=subject), VALUES), policy=default
    )

    assert "".join(str(message["Subject"]).split()) == "".join(subject.split())


def test_an_encoded_word_in_a_headline_is_shown_and_not_decoded() -> None:
    headline = "How =?utf-8?q?mail?= is written"
    message = message_from_bytes(
        build(HEAD, replace(PAGE, subject=headline), VALUES), policy=default
    )

    assert str(message["Subject"]) == headline
