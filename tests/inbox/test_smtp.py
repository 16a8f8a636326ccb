"""The SMTP door, spoken to by the standard library's client."""

import smtplib
import socket

import pytest

from mailer.errors import PortTaken
from mailer.inbox.letters import Letterbox
from mailer.inbox.smtp import BIGGEST_LETTER, start_smtp
from tests.inbox.conftest import Inbox, a_message


def test_a_letter_comes_in_with_its_envelope(inbox: Inbox) -> None:
    with smtplib.SMTP("127.0.0.1", inbox.smtp.port) as client:
        client.sendmail("bounce@example.org", ["ada@example.org", "ben@example.org"], b"A: b\r\n")

    (letter,) = inbox.box.all()
    assert letter.sender == "bounce@example.org"
    assert letter.recipients == ("ada@example.org", "ben@example.org")


def test_a_letter_comes_in_byte_for_byte(inbox: Inbox) -> None:
    source = b"Subject: dots\r\n\r\n.\r\n..two\r\n\xc3\xbc\r\n"

    with smtplib.SMTP("127.0.0.1", inbox.smtp.port) as client:
        client.sendmail("", ["ada@example.org"], source)

    assert inbox.box.all()[0].source == source
    assert inbox.box.all()[0].sender == ""


def test_the_answer_names_the_letter(inbox: Inbox) -> None:
    with smtplib.SMTP("127.0.0.1", inbox.smtp.port) as client:
        client.ehlo()
        client.mail("a@example.org")
        client.rcpt("b@example.org")

        assert client.data(b"Subject: x\r\n\r\n") == (250, b"2.0.0 kept as letter 1")


def test_an_address_beyond_ascii_is_taken(inbox: Inbox) -> None:
    with smtplib.SMTP("127.0.0.1", inbox.smtp.port) as client:
        client.ehlo()
        assert client.has_extn("smtputf8")
        client.send_message(a_message(), to_addrs=["jörg@bücher.example"])

    assert inbox.box.all()[0].recipients == ("jörg@bücher.example",)


def test_a_letter_beyond_the_limit_is_refused_and_not_kept(inbox: Inbox) -> None:
    with smtplib.SMTP("127.0.0.1", inbox.smtp.port) as client:
        client.ehlo()
        code, _ = client.mail("a@example.org", [f"size={BIGGEST_LETTER + 1}"])

    assert code == 552
    assert inbox.box.all() == []


def test_a_taken_port_is_named(box: Letterbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken"):
            start_smtp(box, port=port)


def test_stopping_hangs_up_and_gives_the_port_back(box: Letterbox) -> None:
    server = start_smtp(box)
    client = smtplib.SMTP("127.0.0.1", server.port)

    server.stop()
    server.stop()  # and once more, as leaving a `with` does

    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()
    client.close()
    with start_smtp(box, port=server.port) as again:
        assert again.port == server.port
