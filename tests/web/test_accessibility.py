"""Every page and form, looked at in a browser; those of the archive are in test_archive_looks."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import insert

from mailer.address import parse_address
from mailer.config.settings import Settings
from mailer.demo.serving import Served
from mailer.editions.drafting import Order, without_stories
from mailer.editions.model import EditionState, Rhythm
from mailer.errors import StoreError
from mailer.languages.catalogue import catalogue
from mailer.store.tables import delivery
from mailer.web.app import create_app
from mailer.web.snippets import Look, scripted
from mailer.web.snippets import framed as framed_snippet
from mailer.wiring import Mailer, build
from tests.conftest import add_newsletter
from tests.fakes.browser import chromium
from tests.fakes.clock import StandingClock
from tests.web.conftest import Site
from tests.web.looks import looks

pytestmark = pytest.mark.browser

HOST = (
    "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>"
    "<style>:root{{color-scheme:light dark}}</style>"
    "<title>A site</title><main><h1>An article</h1>{snippet}</main></html>"
)

Way = Callable[["Pages", Page], None]


class Pages:
    """A site, and how each of its pages is come to."""

    def __init__(self, site: Site, base: str, language: str) -> None:
        self.site = site
        self.base = base
        self.language = language
        self.say = catalogue(language).gettext
        self.address, self.other = "ada@example.org", "ada@elsewhere.example"

    def call(self, name: str) -> None:
        """Give the newsletter another name."""
        with self.site.mailer.store.write() as tx:
            tx.newsletters.change(replace(tx.newsletters.by_slug("brief"), name=name))

    def link(self, kind: str) -> str:
        found = self.site.subscription(self.address)
        moments = {"confirm": found.requested_at, "refuse": found.requested_at}
        if kind == "undo":
            moments["undo"] = found.left_at or found.requested_at
        now = moments.get(kind, self.site.mailer.clock.now())
        return str(getattr(self.site.mailer.links, kind)(found.id, now))

    def why(self) -> str:
        return self.site.mailer.links.why(self.link("leave"))


def at(path: str) -> Way:
    return lambda pages, page: _open(page, pages.base + path)


def behind(kind: str, press: str | None = None, *, joined: bool = True) -> Way:
    """Return how a page behind a link is come to, and what is pressed on it then."""

    def go(pages: Pages, page: Page) -> None:
        (pages.site.join if joined else pages.site.ask)(pages.address)
        _open(page, pages.link(kind))
        if press is not None:
            with page.expect_navigation():
                page.get_by_role("button", name=pages.say(press), exact=True).first.click()

    return go


def _open(page: Page, address: str) -> None:
    page.goto(address, wait_until="load")


def why(pages: Pages, page: Page) -> None:
    pages.site.join(pages.address)
    _open(page, pages.why())


def mistaken(pages: Pages, page: Page) -> None:
    _open(page, f"{pages.base}/subscribe/brief")
    page.get_by_label(pages.say("E-mail address")).fill("ada@example")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def asked(pages: Pages, page: Page) -> None:
    _open(page, f"{pages.base}/subscribe/brief")
    page.get_by_label(pages.say("E-mail address")).fill("ada@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check-your-inbox")


def no_day(pages: Pages, page: Page) -> None:
    behind("preferences")(pages, page)
    page.get_by_label(pages.say("How often it comes")).select_option("weekly")
    page.get_by_label("Monday").uncheck()
    page.get_by_role("button", name=pages.say("Keep this")).click()
    page.get_by_role("alert").wait_for()


def asked_how_it_was(*, press: bool = False) -> Way:
    """The page behind an edition's last question; the link is that of a row in the ledger."""

    def go(pages: Pages, page: Page) -> None:
        mailer, tie = pages.site.mailer, pages.site.join(pages.address)
        now = mailer.clock.now()
        with mailer.store.write() as tx:
            brief = tx.newsletters.by_slug("brief")
            order = Order(brief, Rhythm.DAILY, "2026-11-24", 0, now, at_once=False)
            made = without_stories(order, EditionState.DRAFT, 0, now)
            edition = tx.editions.add(replace(made, subject="Ferries sail again"), ())
            assert edition is not None
            row = {
                **{"lane": 3, "newsletter_id": brief.id, "slot": "2026-11-24"},
                **{"subscription_id": tie.id, "edition_id": edition.id, "state": "due"},
                **{"language": pages.language, "due_at": now, "planned_at": now},
            }
            (key,) = tx.connection.execute(insert(delivery).values(row)).inserted_primary_key or (
                0,
            )
        _open(page, f"{mailer.links.answer(key, now)}/good")
        if press:
            with page.expect_navigation():
                page.get_by_role("button", name=pages.say("It was good"), exact=True).click()

    return go


def expired(pages: Pages, page: Page) -> None:
    found = pages.site.join(pages.address)
    _open(
        page, pages.site.mailer.links.preferences(found.id, found.requested_at.replace(year=2020))
    )


def left_and_back(pages: Pages, page: Page) -> None:
    behind("leave", "Unsubscribe")(pages, page)
    _open(page, pages.link("undo"))


def said_why(pages: Pages, page: Page) -> None:
    behind("leave", "Unsubscribe")(pages, page)
    with page.expect_navigation():
        page.get_by_role("button", name=pages.say("Too many mails")).click()


def moving(*, press: bool = False) -> Way:
    """The page in the new mailbox."""

    def go(pages: Pages, page: Page) -> None:
        found = pages.site.join(pages.address)
        pages.site.mailer.moving.ask(found.id, parse_address(pages.other))
        asked = pages.site.subscription(pages.other)
        _open(page, pages.site.mailer.links.move(asked.id, pages.site.mailer.clock.now()))
        if press:
            with page.expect_navigation():
                page.get_by_role("button").click()

    return go


def moving_back(*, press: bool = False) -> Way:
    """The page in the old mailbox."""

    def go(pages: Pages, page: Page) -> None:
        moving(press=True)(pages, page)
        _open(page, pages.link("restore"))
        if press:
            with page.expect_navigation():
                page.get_by_role("button").click()

    return go


def drawn(pages: Pages, page: Page) -> None:
    _open(page, f"{pages.base}/host/script/inline")
    page.get_by_label(pages.say("E-mail address")).wait_for()


def framed(variant: str) -> Way:
    def go(pages: Pages, page: Page) -> None:
        _open(page, f"{pages.base}/host/frame/{variant}")
        page.frame_locator("iframe").get_by_label(pages.say("E-mail address")).wait_for()

    return go


WAYS: dict[str, Way] = {
    "front": at("/"),
    "subscribe": at("/subscribe/brief"),
    "subscribe, a mistake": mistaken,
    "check your inbox": asked,
    "confirm": behind("confirm", joined=False),
    "confirmed": behind("confirm", "Yes, send it to me", joined=False),
    "refuse": behind("refuse", joined=False),
    "refused": behind("refuse", "Never write again", joined=False),
    "choices": behind("preferences"),
    "choices, kept": behind("preferences", "Keep this"),
    "choices, a mistake": no_day,
    "choices, paused": behind("preferences", "Pause until then"),
    "choices, a feed": behind("preferences", "Give me a feed"),
    "leave": behind("leave"),
    "fewer mails": behind("leave", "Only once a week"),
    "paused": behind("leave", "Pause for four weeks"),
    "left": behind("leave", "Unsubscribe"),
    "left, and said why": said_why,
    "another address": moving(),
    "another address, kept": moving(press=True),
    "the address before": moving_back(),
    "the address before, kept": moving_back(press=True),
    "come back": left_and_back,
    "a link was mailed": behind("leave", "Mail me a link to my choices"),
    "how it was": asked_how_it_was(),
    "how it was, said": asked_how_it_was(press=True),
    "why": why,
    "data": behind("data"),
    "erased": behind("data", "Erase all of it"),
    "expired": expired,
    "the form on your site": at("/embed/brief/snippets"),
    "a preview of it": at("/embed/brief/preview?way=html&ground=dark"),
    "no past editions yet": at("/read/brief/"),
    "no page": at("/nothing/here"),
    "wrong method": at("/trouble/405"),
    "too much": at("/trouble/413"),
    "too many": at("/trouble/429"),
    "busy": at("/trouble/503"),
    "broken": at("/trouble/500"),
    "framed by another page": framed("inline"),
    "framed below another page": framed("footer"),
    "drawn on another page": drawn,
}
FROM_THE_RIGHT = (
    *("subscribe, a mistake", "check your inbox", "confirm", "confirmed", "choices", "leave"),
    *("fewer mails", "left", "another address", "the address before", "why", "data", "expired"),
    *("framed below another page", "drawn on another page", "how it was"),
)
WITH_THE_ADDRESS = (
    *("confirm", "confirmed", "refuse", "choices", "leave", "paused", "fewer mails", "left"),
    *("another address", "the address before", "come back", "why", "data", "expired"),
)
SOMEBODY_ELSES = {"framed below another page", "drawn on another page"}  # in English


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def language() -> str:
    """What the newsletter is written in, and so its readers' pages."""
    return "en"


@pytest.fixture
def pages(settings: Settings, clock: StandingClock, language: str) -> Iterator[Pages]:
    waiting = Flask("ours")
    with Served(waiting) as door:
        quick = replace(
            settings,
            site=replace(settings.site, base_url=door.url),
            signup=replace(settings.signup, least_seconds=0),
        )
        mailer = build(quick, clock)
        add_newsletter(mailer.store, language=language)
        app = create_app(mailer)
        _troubles(app, mailer)
        waiting.wsgi_app = app.wsgi_app  # type: ignore[method-assign]  # the port was needed first
        yield Pages(Site(mailer, app.test_client()), door.url, language)
        mailer.store.close()


def _troubles(app: Flask, mailer: Mailer) -> None:
    """Give the site addresses at which something is wrong, and a page of somebody else's."""

    def trouble(code: int) -> str:
        if code == 503:
            raise StoreError("the disk is full")
        if code == 500:
            raise RuntimeError("for the test")
        app.aborter(code)

    def host(way: str, variant: str) -> tuple[str, dict[str, str]]:
        with mailer.store.read() as tx:
            newsletter = tx.newsletters.by_slug("brief")
        make = {"script": scripted, "frame": framed_snippet}[way]
        page = HOST.format(snippet=make(newsletter, mailer.links, Look(variant)))
        policy = f"default-src {mailer.links.base_url} 'unsafe-inline'"
        return page, {"Content-Security-Policy": policy}

    app.add_url_rule("/trouble/<int:code>", view_func=trouble)
    app.add_url_rule("/host/<way>/<variant>", view_func=host)


@pytest.mark.parametrize("name", WAYS)
def test_nobody_is_kept_from_reading_or_using_it(browser: Browser, pages: Pages, name: str) -> None:
    assert seen(browser, pages, name) == "ltr"


@pytest.mark.parametrize("language", ["he", "ar"])
@pytest.mark.parametrize("name", FROM_THE_RIGHT)
def test_nor_is_who_reads_from_right_to_left(browser: Browser, pages: Pages, name: str) -> None:
    assert seen(browser, pages, name) == ("ltr" if name in SOMEBODY_ELSES else "rtl")


@pytest.mark.parametrize("name", WITH_THE_ADDRESS)
def test_the_longest_of_hosts_and_a_long_name_are_no_wider_than_a_phone(
    browser: Browser, pages: Pages, name: str
) -> None:
    pages.call("Universitätsnachrichtenblatt")
    pages.address, pages.other = f"ada@{'m' * 63}.example", f"ada@{'w' * 63}.example"
    with browser.new_context(viewport={"width": 320, "height": 700}) as context:
        page = context.new_page()
        WAYS[name](pages, page)

        shown = page.locator(".address").first
        assert shown.inner_text() in {f"a…@{sign * 63}.example" for sign in "mw"}
        assert page.evaluate("document.documentElement.scrollWidth") == 320


def seen(browser: Browser, pages: Pages, name: str) -> str:
    """Look at a page, find nothing wrong with it, and return which way it is read."""
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        WAYS[name](pages, page)

        found = looks(page)

        assert found.faults == []
        assert found.smallest >= 14
        assert found.sideways == {}
        if name not in SOMEBODY_ELSES | {"a preview of it", "framed by another page"}:
            assert page.locator("h1").count() == page.locator("main#content").count() == 1
            assert page.locator("a.skip").get_attribute("href") == "#content"
            site_name = pages.site.mailer.settings.site.name
            assert page.title().endswith(("The Harbour Brief", site_name)), page.title()
        return str(page.locator("html").get_attribute("dir") or "ltr")
