"""A running inbox: a box, its SMTP door, and its pages."""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from mailer.demo.serving import Served
from mailer.inbox.letters import Letterbox
from mailer.inbox.pages import create_inbox
from mailer.inbox.smtp import SmtpServer, start_smtp
from tests.fakes.browser import chromium

HTML = (
    "<!doctype html><html><head><title>The tide</title><style>"
    "body{background:rgb(255,255,255)}"
    "@media (prefers-color-scheme:dark){body{background:rgb(1,2,3)}}"
    "</style></head><body><h1>The tide turns</h1>"
    '<a href="https://news.example.org/tide">Read it</a>'
    "<script>document.title='run'</script></body></html>"
)


@dataclass(frozen=True)
class Inbox:
    """What a test has in its hands."""

    box: Letterbox
    smtp: SmtpServer
    url: str

    def send(self, message: EmailMessage) -> None:
        """Hand a message to the SMTP door, as any program does."""
        with smtplib.SMTP("127.0.0.1", self.smtp.port) as client:
            client.send_message(message)


def a_message(**headers: str) -> EmailMessage:
    """Return a letter with both parts; a header given here replaces the usual one."""
    message = EmailMessage()
    usual = {
        "From": "The Harbour Brief <brief@news.example.org>",
        "To": "ada@example.org",
        "Subject": "The tide turns",
    }
    for name, value in {**usual, **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content("The tide turns: https://news.example.org/tide.\n")
    message.add_alternative(HTML, subtype="html")
    return message


@pytest.fixture
def box() -> Letterbox:
    return Letterbox()


@pytest.fixture
def pages(box: Letterbox) -> FlaskClient:
    return create_inbox(box).test_client()


@pytest.fixture
def inbox(box: Letterbox) -> Iterator[Inbox]:
    with start_smtp(box) as smtp, Served(create_inbox(box)) as web:
        yield Inbox(box, smtp, web.url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found
