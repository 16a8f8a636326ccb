"""Every page and form, looked at by axe-core in a browser: both schemes, three widths.

tests/data/axe holds axe-core 4.14.1 by Deque Systems (MPL 2.0), as its makers publish it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from mailer.address import parse_address
from mailer.cli.embed import framed as framed_snippet
from mailer.cli.embed import scripted
from mailer.config.settings import Settings
from mailer.demo.serving import Served
from mailer.errors import StoreError
from mailer.web.app import create_app
from mailer.wiring import Mailer, build
from tests.conftest import add_newsletter
from tests.fakes.browser import chromium
from tests.fakes.clock import StandingClock
from tests.web.conftest import Site

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[1] / "data" / "axe" / "axe.min.js"
WIDTHS = (320, 480, 1280)
# All rules, those of the highest level too: text has a contrast of 7, or of 4.5 where it is large.
OPTIONS = """{rules: {'color-contrast-enhanced': {enabled: true}, 'target-size': {enabled: true}},
  resultTypes: ['violations']}"""
LOOK = f"""async () => {{
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let smallest = 99;
  while (texts.nextNode()) {{
    const around = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() && around.checkVisibility()) {{
      smallest = Math.min(smallest, parseFloat(getComputedStyle(around).fontSize));
    }}
  }}
  const found = await axe.run(document, {OPTIONS});
  return {{
    faults: found.violations.flatMap(one => one.nodes.map(
      node => [one.id, node.html.slice(0, 120), node.failureSummary].join(' | '))),
    smallest,
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  }};
}}"""

HOST = (
    "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>"
    "<style>:root{{color-scheme:light dark}}</style>"
    "<title>A site</title><main><h1>An article</h1>{snippet}</main></html>"
)

Way = Callable[["Pages", Page], None]


class Pages:
    """A site, and how each of its pages is come to."""

    def __init__(self, site: Site, base: str) -> None:
        self.site = site
        self.base = base

    def link(self, kind: str) -> str:
        found = self.site.subscription()
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
        (pages.site.join if joined else pages.site.ask)()
        _open(page, pages.link(kind))
        if press is not None:
            with page.expect_navigation():
                page.get_by_role("button", name=press, exact=True).first.click()

    return go


def _open(page: Page, address: str) -> None:
    page.goto(address, wait_until="load")


def why(pages: Pages, page: Page) -> None:
    pages.site.join()
    _open(page, pages.why())


def mistaken(pages: Pages, page: Page) -> None:
    _open(page, f"{pages.base}/subscribe/brief")
    page.get_by_label("E-mail address").fill("ada@example")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def asked(pages: Pages, page: Page) -> None:
    _open(page, f"{pages.base}/subscribe/brief")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check-your-inbox")


def no_day(pages: Pages, page: Page) -> None:
    behind("preferences")(pages, page)
    page.get_by_label("How often it comes").select_option("weekly")
    page.get_by_label("Monday").uncheck()
    page.get_by_role("button", name="Keep this").click()
    page.get_by_role("alert").wait_for()


def expired(pages: Pages, page: Page) -> None:
    found = pages.site.join()
    _open(
        page, pages.site.mailer.links.preferences(found.id, found.requested_at.replace(year=2020))
    )


def left_and_back(pages: Pages, page: Page) -> None:
    behind("leave", "Unsubscribe")(pages, page)
    _open(page, pages.link("undo"))


def said_why(pages: Pages, page: Page) -> None:
    behind("leave", "Unsubscribe")(pages, page)
    with page.expect_navigation():
        page.get_by_role("button", name="Too many mails").click()


def moved(pages: Pages, page: Page) -> None:
    found = pages.site.join()
    pages.site.mailer.moving.ask(found.id, parse_address("ada@elsewhere.example"))
    asked = pages.site.subscription("ada@elsewhere.example")
    _open(page, pages.site.mailer.links.move(asked.id, pages.site.mailer.clock.now()))
    with page.expect_navigation():
        page.get_by_role("button").click()


def drawn(pages: Pages, page: Page) -> None:
    _open(page, f"{pages.base}/host/script/inline")
    page.get_by_label("E-mail address").wait_for()


def framed(variant: str) -> Way:
    def go(pages: Pages, page: Page) -> None:
        _open(page, f"{pages.base}/host/frame/{variant}")
        page.frame_locator("iframe").get_by_label("E-mail address").wait_for()

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
    "another address": moved,
    "come back": left_and_back,
    "a link was mailed": behind("leave", "Mail me a link to my choices"),
    "why": why,
    "data": behind("data"),
    "erased": behind("data", "Erase all of it"),
    "expired": expired,
    "past editions": at("/read/brief/"),
    "search": at("/read/brief/search?words=harbour"),
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def pages(settings: Settings, clock: StandingClock) -> Iterator[Pages]:
    waiting = Flask("ours")
    with Served(waiting) as door:
        quick = replace(
            settings,
            site=replace(settings.site, base_url=door.url),
            signup=replace(settings.signup, least_seconds=0),
        )
        mailer = build(quick, clock)
        add_newsletter(mailer.store)
        app = create_app(mailer)
        _troubles(app, mailer)
        waiting.wsgi_app = app.wsgi_app  # type: ignore[method-assign]  # the port was needed first
        yield Pages(Site(mailer, app.test_client()), door.url)
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
        page = HOST.format(snippet=make(newsletter, mailer.links, variant, "auto"))
        policy = f"default-src {mailer.links.base_url} 'unsafe-inline'"
        return page, {"Content-Security-Policy": policy}

    app.add_url_rule("/trouble/<int:code>", view_func=trouble)
    app.add_url_rule("/host/<way>/<variant>", view_func=host)


@pytest.mark.parametrize("name", WAYS)
def test_nobody_is_kept_from_reading_or_using_it(browser: Browser, pages: Pages, name: str) -> None:
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        WAYS[name](pages, page)
        for frame in page.frames:
            frame.add_script_tag(path=AXE)

        seen: dict[tuple[str, int], Any] = {}
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                seen[scheme, width] = page.evaluate(LOOK)

    assert sorted({fault for found in seen.values() for fault in found["faults"]}) == []
    assert min(found["smallest"] for found in seen.values()) >= 14
    assert {view: found["sideways"] for view, found in seen.items() if found["sideways"] > 0} == {}
