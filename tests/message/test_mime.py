"""Whole messages, read by another program."""

import tracemalloc
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.address import parse_address
from mailer.errors import HeaderError, RenderError
from mailer.message.mime import build
from mailer.message.slots import fill
from mailer.rendering.model import Page, Slot
from tests.message.test_injection import HEAD, PAGE
from tests.rendering.samples import VALUES

WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Co"), exclude_characters="\r"), max_size=300
)


def read(message: bytes) -> EmailMessage:
    parsed = message_from_bytes(message, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    payload = found.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n")


def test_text_comes_first_and_html_last() -> None:
    message = read(build(HEAD, PAGE, VALUES))

    kinds = [inner.get_content_type() for inner in message.iter_parts()]
    assert (message.get_content_type(), kinds) == (
        "multipart/alternative",
        ["text/plain", "text/html"],
    )


@given(WORDS, WORDS.filter(bool))
def test_whatever_is_written_arrives(text: str, html: str) -> None:
    raw = build(HEAD, replace(PAGE, text=text, html=html), VALUES)

    message = read(raw)
    assert (part(message, "plain"), part(message, "html")) == (text, html)
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    assert raw.replace(b"\r\n", b"").find(b"\r") == raw.replace(b"\r\n", b"").find(b"\n") == -1


@given(WORDS)
def test_without_html_there_is_one_part_which_ends_in_one_line_end(text: str) -> None:
    raw = build(HEAD, replace(PAGE, text=text, html=""), VALUES)

    message = read(raw)
    assert (message.get_content_type(), message.is_multipart()) == ("text/plain", False)
    assert part(message, "plain") == text.rstrip("\n") + "\n"
    assert raw.endswith(b"\r\n")


@pytest.mark.parametrize("html", ["", "<p>x</p>"])
def test_a_script_without_spaces_says_how_its_lines_are_joined(html: str) -> None:
    page = Page("x", html, "島 \n島\n", delsp=True)

    message = read(build(HEAD, page, VALUES))

    (plain,) = (one for one in message.walk() if one.get_content_type() == "text/plain")
    assert plain["Content-Type"].params == {
        "charset": "utf-8", "format": "flowed", "delsp": "yes",
    }  # fmt: skip


def test_the_same_input_gives_the_same_bytes() -> None:
    assert build(HEAD, PAGE, VALUES) == build(HEAD, PAGE, VALUES)


def test_pages_of_one_long_line_are_not_remembered() -> None:
    tracemalloc.start()

    for number in range(50):
        build(HEAD, replace(PAGE, html=f"<p>{number} {'x' * 50_000}</p>"), VALUES)

    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1_500_000


def test_list_headers_are_never_encoded_and_never_folded_into_pieces() -> None:
    assert HEAD.list is not None
    url = f"https://news.example.org/leave/{'A' * 300}"
    head = HEAD._replace(list=HEAD.list._replace(unsubscribe_url=url))

    lines = build(head, PAGE, VALUES).split(b"\r\n")

    assert f"List-Unsubscribe: <{url}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_the_link_that_is_posted_to_stands_before_the_mailto() -> None:
    """RFC 8058 section 3.1: one https address; RFC 2369 section 2: the first is preferred."""
    assert HEAD.list is not None
    mailto = f"mailto:leave@example.org?subject=unsubscribe.{'A' * 46}"
    head = HEAD._replace(list=HEAD.list._replace(unsubscribe_mail=mailto))

    raw = build(head, PAGE, VALUES)

    assert f"List-Unsubscribe: <{HEAD.list.unsubscribe_url}>,\r\n <{mailto}>\r\n".encode() in raw


def test_a_notice_is_no_list_mail_and_says_that_nobody_is_to_answer() -> None:
    message = read(build(HEAD._replace(list=None), PAGE, VALUES))

    assert message["Auto-Submitted"] == "auto-generated"
    assert not [name for name in message if name.startswith("List-")]


def test_an_address_beyond_ascii_needs_a_server_that_takes_it() -> None:
    head = HEAD._replace(recipient=parse_address("zoë@example.org"))

    with pytest.raises(HeaderError, match="SMTPUTF8"):
        build(head, PAGE, VALUES)
    assert "<zoë@example.org>".encode() in build(head, PAGE, VALUES, utf8=True)


def test_a_domain_beyond_ascii_goes_out_in_ascii() -> None:
    head = HEAD._replace(recipient=parse_address("ada@bücher.example"))

    assert b"To: <ada@xn--bcher-kva.example>" in build(head, PAGE, VALUES)


def test_values_are_escaped_in_html_and_plain_in_text() -> None:
    marker = Slot.ADDRESS.marker
    page = Page("x", f"<p>{marker}</p>", f"{marker}\n")

    filled = fill(page, {Slot.ADDRESS: "<b>&\"'"})

    assert filled.html == "<p>&lt;b&gt;&amp;&quot;&#x27;</p>"
    assert filled.text == "<b>&\"'\n"


@pytest.mark.parametrize(
    "text", ["\ue000address", "address\ue001", "\ue000nothing\ue001", "\ue001"]
)
def test_a_slot_that_cannot_be_filled_is_an_error_and_never_a_mail(text: str) -> None:
    with pytest.raises(RenderError):
        fill(replace(PAGE, html=text), {Slot.ADDRESS: "ada@example.org"})


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(RenderError, match="leave_url"):
        fill(replace(PAGE, text=Slot.LEAVE_URL.marker), {})
