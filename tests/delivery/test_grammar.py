"""Addresses on the wire: nothing that could be a second command."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.address import Address
from mailer.delivery.model import Reply
from mailer.delivery.smtp_grammar import Extensions, extensions, mail_from, rcpt_to, stuffed

NOTHING = Extensions({})
HOSTILE = [
    "a@b.example>\r\nRCPT TO:<eve@evil.example",
    "a@b.example\nDATA",
    "a b@c.example",
    "a@b.example> SIZE=1",
    "<a@b.example",
    "a@b.example\x00",
    "a@b..example",
    ".a@b.example",
    "@b.example",
    "a@-b.example",
    f"{'a' * 250}@b.example",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_address_becomes_a_second_command(text: str) -> None:
    local, _, domain = text.rpartition("@")
    address = Address(text, domain, text)

    assert rcpt_to(address, NOTHING, utf8=False) is None or not local
    assert not text or mail_from(text, 1, NOTHING, utf8=False, envid=1) is None


@given(st.text(max_size=60))
def test_whatever_is_said_is_one_line(text: str) -> None:
    local, _, domain = text.rpartition("@")
    for utf8, offered in product((False, True), (NOTHING, Extensions({"DSN": ""}))):
        line = rcpt_to(Address(text, domain, text), offered, utf8=utf8)
        assert line is None or (line.count(b"\n"), line.count(b"<"), line[-2:]) == (1, 1, b"\r\n")
        assert local is not None


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"", b".a"]), max_size=8))
def test_dot_stuffing_is_undone_by_its_reader(lines: list[bytes]) -> None:
    message = b"".join(line + b"\r\n" for line in lines) or b"\r\n"

    sent = stuffed(message)

    body, end = sent[:-3], sent[-3:]
    assert end == b".\r\n"
    assert b"\r\n.\r\n" not in b"\r\n" + body
    read = b"".join(line.removeprefix(b".") + b"\r\n" for line in body.split(b"\r\n")[:-1])
    assert read == message


def test_offers_are_read_whatever_their_case() -> None:
    offered = extensions(
        Reply(250, None, "host.example\nsize 1000\nAUTH=LOGIN\nauth plain login\nSMTPUTF8")
    )

    assert (offered.size, offered.mechanism(token=False), "SMTPUTF8" in offered) == (
        1000,
        "PLAIN",
        True,
    )
    assert extensions(Reply(250, None, "host.example\nSIZE lots")).size is None
