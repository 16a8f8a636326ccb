"""A scanner opens every link of every mail, with each method and in a browser: nothing changes."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape

import pytest
from flask import Flask
from playwright.sync_api import Page

from mailer.address import parse_address
from mailer.config.settings import RelaySettings, Settings, Tls
from mailer.delivery.model import MEMOS, SENT_TO, Notice, OwedNotice
from mailer.demo.serving import Served
from mailer.subscribers.model import State
from mailer.web.app import create_app
from mailer.wiring import build
from tests.conftest import add_newsletter
from tests.fakes.browser import chromium
from tests.fakes.clock import StandingClock
from tests.fakes.feed_server import FeedServer
from tests.fakes.smtp_server import Message, SmtpServer
from tests.web.conftest import FORM, Site

FEED = """<rss version="2.0"><channel><title>Post</title><item><title>A story</title>
<guid>1</guid><link>https://post.example/1</link><description>It is told here.</description>
</item></channel></rss>"""
TEN_SECONDS = 10_000  # milliseconds of the page's own clock


def owe(site: Site, notice: Notice) -> None:
    """Owe a small mail to a reader of its own, who stands where such readers stand."""
    address = f"{notice.replace('_', '-')}@example.org"
    found = site.ask(address)
    if SENT_TO.get(notice) is not State.PENDING:
        found = site.join(address)
    if SENT_TO.get(notice) is State.LEFT:
        site.mailer.signup.leave(site.leave_token(address), FORM)
    if SENT_TO.get(notice) is State.PAUSED:
        day = (site.mailer.clock.now() + timedelta(days=20)).date()
        site.mailer.preferences.pause(found.id, day)
    with site.mailer.store.write() as tx:
        owed = OwedNotice(found.id, found.newsletter_id, notice, "en")
        tx.deliveries.add_notice(owed, site.mailer.clock.now())


def send_a_digest(site: Site, feed: FeedServer, clock: StandingClock) -> None:
    feed.serve("/feed.xml", FEED, content_type="application/rss+xml")
    with site.mailer.store.write() as tx:
        found = tx.feeds.add(feed.url("/feed.xml"), clock.now())
        tx.newsletters.add_source(tx.newsletters.by_slug("brief").id, found.id, "World")
    site.mailer.gather.due()
    clock.advance(timedelta(hours=2))
    for draft in site.mailer.compose.due():
        site.mailer.approve.approve(draft.id, despite=True)  # its links are on loopback
    site.mailer.plan.due()
    site.mailer.render.due()
    site.mailer.send.until_done()


def links(message: Message) -> set[str]:
    """Return every address in a mail: in its head, its text and its HTML."""
    mail = message_from_bytes(message.content, policy=policy.default)
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    heads = [str(mail[name]) for name in ("List-Unsubscribe", "Archived-At") if mail[name]]
    found = re.findall(r"https?://[^\s\"'<>)\]]+", unescape(" ".join([*parts, *heads])))
    return {link.rstrip(".,") for link in found}


def scan(page: Page, link: str) -> None:
    """Open a link as scanners do: with each method, and in a browser that runs its scripts."""
    for method in ("GET", "HEAD", "OPTIONS"):
        assert page.request.fetch(link, method=method).status < 500
    page.goto(link, wait_until="load")
    page.clock.run_for(TEN_SECONDS)
    page.wait_for_load_state("networkidle")


@pytest.mark.browser
def test_what_a_scanner_opens_in_any_mail_changes_no_row(
    settings: Settings, clock: StandingClock
) -> None:
    waiting = Flask("ours")
    with Served(waiting) as door, SmtpServer() as relay, FeedServer() as feed:
        ours = replace(
            settings,
            site=replace(settings.site, base_url=door.url),
            relay=(RelaySettings("fake", "127.0.0.1", relay.port, tls=Tls.NONE),),
            feeds=replace(settings.feeds, ports=(*settings.feeds.ports, feed.port)),
        )
        mailer = build(ours, clock)
        app = create_app(mailer)
        waiting.wsgi_app = app.wsgi_app  # type: ignore[method-assign]  # the port was needed first
        add_newsletter(mailer.store, feedback=True)
        site = Site(mailer, app.test_client())
        for notice in sorted(set(Notice) - MEMOS):  # those say what the store does
            owe(site, notice)
        mailer.moving.ask(site.join("mover@example.org").id, parse_address("new@example.org"))
        send_a_digest(site, feed, clock)
        opened = {link for one in relay.messages for link in links(one) if door.url in link}
        before = site.everything()

        with chromium() as browser:  # it holds the loop that gathering and sending need
            page = browser.new_page()
            page.clock.install(time=clock.now())
            for link in sorted(opened):
                scan(page, link)

        assert {link.removeprefix(door.url).split("/")[1] for link in opened} >= {
            *("confirm", "refuse", "leave", "undo", "preferences", "data", "move", "read", "why"),
            "answer",
        }
        assert site.everything() == before
        mailer.store.close()
