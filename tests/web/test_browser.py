"""The form in a real browser: on our page, and on somebody else's."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from mailer.config.settings import Settings
from mailer.demo.serving import Served
from mailer.subscribers.model import Alarm, AlarmKind, State
from mailer.web.app import create_app
from mailer.web.snippets import Look, scripted
from mailer.wiring import build
from tests.conftest import add_newsletter
from tests.fakes.browser import chromium
from tests.fakes.clock import StandingClock
from tests.web.conftest import Site

pytestmark = pytest.mark.browser

SHIFTS = """window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => {
  if (!entry.hadRecentInput) window.shifts += entry.value;
})).observe({type: 'layout-shift', buffered: true})"""
HOSTILE_CSS = "*{all:unset!important;color:red!important;font-size:3px!important}"
HOST_PAGE = """<!doctype html><html lang=en data-theme={theme}><head><title>A site</title>
<style>{css}</style></head><body><h1>An article</h1>
<div data-newsletter=brief><p>Sign up at our newsletter's own page.</p></div>
<script async src={base}/embed.js></script></body></html>"""


@dataclass
class Two:
    """Our pages, and another site that has our form in it."""

    ours: Site
    base: str
    theirs: Flask

    def write(self, page: str) -> None:
        """Write the other site's only page, whole."""
        whole = f"<!doctype html><html lang=en>{page}"
        self.theirs.view_functions["page"] = lambda: (whole, {"Content-Type": "text/html"})

    def snippet(self, variant: str, scheme: str) -> str:
        """Return what `mailer newsletters embed` prints for the script."""
        with self.ours.mailer.store.read() as tx:
            newsletter = tx.newsletters.by_slug("brief")
        return scripted(newsletter, self.ours.mailer.links, Look(variant, scheme))

    def host(self, *, theme: str = "light", css: str = "", policy: str | None = None) -> None:
        """Write the other site's only page."""
        page = HOST_PAGE.format(theme=theme, css=css, base=self.base)
        headers = {"Content-Type": "text/html"}
        if policy is not None:
            headers["Content-Security-Policy"] = policy
        self.theirs.view_functions["page"] = lambda: (page, headers)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 800, "height": 700}) as context:
        opened = context.new_page()
        opened.set_default_timeout(10_000)
        yield opened


@pytest.fixture
def two(settings: Settings, clock: StandingClock) -> Iterator[tuple[Two, str]]:
    waiting, theirs = Flask("ours"), Flask("theirs")
    theirs.add_url_rule("/", "page")
    with Served(waiting) as door, Served(theirs) as other:
        quick = replace(
            settings,
            site=replace(settings.site, base_url=door.url),
            web=replace(settings.web, allowed_origins=("*", other.url)),
            # browsers fill in quicker than people
            signup=replace(settings.signup, least_seconds=0),
        )
        mailer = build(quick, clock)
        add_newsletter(mailer.store)
        app = create_app(mailer)
        waiting.wsgi_app = app.wsgi_app  # type: ignore[method-assign]  # the port was needed first
        made = Two(Site(mailer, app.test_client()), door.url, theirs)
        made.host()
        yield made, other.url
        mailer.store.close()


def test_signing_up_on_our_page_needs_no_script(browser: Browser, two: tuple[Two, str]) -> None:
    site, _ = two
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site.base}/subscribe/brief")
        page.get_by_label("E-mail address").fill("ada@example.org")
        page.get_by_role("button", name="Sign up").click()

        expect(page.get_by_role("status")).to_contain_text("Check your inbox")
    assert site.ours.state() is State.PENDING


def test_a_mistake_is_shown_beside_the_field_which_has_the_focus(
    page: Page, two: tuple[Two, str]
) -> None:
    site, _ = two
    page.goto(f"{site.base}/subscribe/brief")
    field = page.get_by_label("E-mail address")
    field.fill("ada@example")
    page.keyboard.press("Enter")

    expect(page).to_have_title("Error: Sign up - The Harbour Brief")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    expect(page.get_by_label("E-mail address")).to_have_value("ada@example")


def test_the_trap_for_robots_is_out_of_sight_and_out_of_reach(
    page: Page, two: tuple[Two, str]
) -> None:
    site, _ = two
    page.goto(f"{site.base}/subscribe/brief")
    page.get_by_label("E-mail address").focus()
    page.keyboard.press("Tab")

    expect(page.get_by_role("button", name="Sign up")).to_be_focused()
    expect(page.locator(".trap input")).not_to_be_in_viewport()


@pytest.mark.parametrize("css", ["", HOSTILE_CSS], ids=["plain", "hostile"])
def test_the_script_draws_the_form_on_another_site_and_answers_in_place(
    page: Page, two: tuple[Two, str], css: str
) -> None:
    site, other = two
    site.host(css=css)
    page.goto(other)
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Check your inbox")
    expect(page.get_by_role("status")).to_be_focused()
    assert page.url == f"{other}/"
    assert site.ours.state() is State.PENDING


def test_the_drawn_form_tells_of_a_mistake_and_takes_the_correction(
    page: Page, two: tuple[Two, str]
) -> None:
    site, other = two
    page.goto(other)
    page.get_by_label("E-mail address").fill("ada")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not an e-mail address")

    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Check your inbox")
    assert site.ours.state() is State.PENDING


def test_the_drawn_form_follows_the_other_sites_own_switch(
    page: Page, two: tuple[Two, str]
) -> None:
    _, other = two
    page.goto(other)
    box = page.locator("[data-newsletter] section")
    expect(box).to_have_css("background-color", "rgb(255, 255, 255)")

    page.evaluate("document.documentElement.dataset.theme = 'dark'")

    expect(box).to_have_css("background-color", "rgb(24, 26, 29)")


def test_a_strict_policy_of_the_other_site_needs_to_name_us_and_no_more(
    page: Page, two: tuple[Two, str]
) -> None:
    site, other = two
    site.host(policy=f"default-src 'none'; script-src {site.base}; connect-src {site.base}")
    page.goto(other)
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Check your inbox")


def test_the_form_in_a_frame_gets_the_height_it_asks_for(page: Page, two: tuple[Two, str]) -> None:
    site, other = two
    site.write(
        f"<title>A site</title><iframe src={site.base}/embed/brief?variant=footer height=50"
        f" width=320></iframe><script async src={site.base}/embed.js></script>"
    )
    page.goto(other)
    frame = page.frame_locator("iframe")

    expect(frame.get_by_role("button", name="Sign up")).to_be_visible()
    page.wait_for_function("document.querySelector('iframe').height > 200")
    frame.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Check your inbox")


@pytest.mark.parametrize("variant", ["inline", "footer"])
@pytest.mark.parametrize("scheme", ["host", "auto", "dark"])
def test_the_printed_snippets_work_and_move_nothing_on_the_page(
    page: Page, two: tuple[Two, str], variant: str, scheme: str
) -> None:
    site, other = two
    site.write(f"<title>A site</title><h1>Article</h1>{site.snippet(variant, scheme)}<p>More")
    page.add_init_script(SHIFTS)
    page.goto(other)
    page.get_by_label("E-mail address").fill("ada@gmial.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean ada@gmail.com?")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Check your inbox")
    assert page.evaluate("window.shifts") == 0


def test_the_drawn_form_leaves_no_name_no_cookie_and_speaks_the_newsletters_language(
    page: Page, two: tuple[Two, str]
) -> None:
    site, other = two
    with site.ours.mailer.store.write() as tx:
        hebrew = replace(tx.newsletters.by_slug("brief"), language="he")
        tx.newsletters.change(hebrew)
    names = "Object.getOwnPropertyNames(window).sort().join()"
    site.write("<title>Nothing of ours</title>")
    page.goto(other)
    before = page.evaluate(names)
    site.host()
    page.goto(other)
    box = page.locator("[data-newsletter] section")

    expect(box).to_have_attribute("dir", "rtl")
    assert page.context.cookies() == []
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert page.evaluate(names) == before


@pytest.mark.parametrize("path", ["/", "/subscribe/brief", "/embed/brief", "choices", "leave"])
def test_a_page_costs_one_request_beside_itself_and_weighs_little(
    page: Page, two: tuple[Two, str], path: str
) -> None:
    site, _ = two
    found = site.ours.join()
    links, now = site.ours.mailer.links, site.ours.mailer.clock.now()
    private = {"choices": links.preferences, "leave": links.leave}
    asked: list[int] = []
    page.on("response", lambda answer: asked.append(len(answer.body())))
    address = private[path](found.id, now) if path in private else site.base + path
    page.goto(address, wait_until="networkidle")

    assert len(asked) == 2
    assert sum(asked) < 20_000


@pytest.fixture
def traveller(browser: Browser) -> Iterator[Page]:
    """Somebody whose device is in Tokyo."""
    with browser.new_context(timezone_id="Asia/Tokyo") as context:
        yield context.new_page()


def test_the_zone_of_the_device_is_proposed_and_kept_when_the_button_is_pressed(
    traveller: Page, two: tuple[Two, str]
) -> None:
    site, _ = two
    found = site.ours.join()
    traveller.goto(site.ours.mailer.links.preferences(found.id, site.ours.mailer.clock.now()))
    assert site.ours.subscription().schedule.zone == "Europe/Berlin"

    expect(traveller.get_by_label("Your time zone")).to_have_value("Asia/Tokyo")
    expect(traveller.get_by_text("This is the zone of your device")).to_be_visible()
    traveller.get_by_role("button", name="Keep this").click()

    expect(traveller.get_by_role("status")).to_be_focused()
    assert site.ours.subscription().schedule.zone == "Asia/Tokyo"


def under_attack(site: Site) -> None:
    """Let there be a flood of signups, as far as the program knows."""
    now = site.mailer.clock.now()
    alarm = Alarm(AlarmKind.PROOF, 0, now, now + timedelta(hours=1), "a test")
    with site.mailer.store.write() as tx:
        tx.signup_alarms.ring(alarm)


def test_under_attack_the_form_on_our_page_solves_a_riddle_before_it_is_sent(
    page: Page, two: tuple[Two, str]
) -> None:
    site, _ = two
    under_attack(site.ours)
    page.goto(f"{site.base}/subscribe/brief")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Check your inbox").first).to_be_visible()
    assert site.ours.state() is State.PENDING


def test_an_attack_that_begins_while_the_form_is_open_costs_a_second_press(
    page: Page, two: tuple[Two, str]
) -> None:
    site, _ = two
    page.goto(f"{site.base}/subscribe/brief")
    under_attack(site.ours)
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_text("One more press, please.")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Check your inbox").first).to_be_visible()


def test_under_attack_the_drawn_form_solves_its_riddle_under_a_strict_policy(
    page: Page, two: tuple[Two, str]
) -> None:
    site, other = two
    under_attack(site.ours)
    site.host(policy=f"default-src 'none'; script-src {site.base}; connect-src {site.base}")
    page.goto(other)
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Check your inbox")
    assert site.ours.state() is State.PENDING


def test_a_scanner_that_opens_our_links_and_runs_scripts_changes_nothing(
    page: Page, two: tuple[Two, str]
) -> None:
    site, _ = two
    site.ours.ask()
    before = site.ours.everything()

    choices = site.ours.mailer.links.preferences(
        site.ours.subscription().id, site.ours.mailer.clock.now()
    ).removeprefix(f"{site.base}/")
    for path in (
        f"confirm/{site.ours.confirm_token()}",
        f"leave/{site.ours.leave_token()}",
        choices,
    ):
        page.goto(f"{site.base}/{path}", wait_until="networkidle")

    assert site.ours.everything() == before


def test_fewer_mails_and_a_pause_are_as_large_as_leaving(page: Page, two: tuple[Two, str]) -> None:
    site, _ = two
    site.ours.join()
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        page.goto(f"{site.base}/leave/{site.ours.leave_token()}")
        buttons = page.locator("form.choices button:visible").all()
        boxes = [box for button in buttons if (box := button.bounding_box()) is not None]

        assert [button.inner_text() for button in buttons] == [
            *("Only once a week", "Pause for four weeks", "Unsubscribe")
        ]
        assert len({(box["width"], box["height"]) for box in boxes}) == 1
        assert boxes[0]["height"] >= 48


def test_the_drawn_form_weighs_what_a_site_can_bear(page: Page, two: tuple[Two, str]) -> None:
    site, other = two
    asked: dict[str, int] = {}
    page.on("response", lambda one: asked.update({one.url: len(one.body())}))
    page.goto(other, wait_until="networkidle")
    drawn = page.locator("[data-newsletter] section").evaluate("one => one.outerHTML")
    style = site.ours.client.get("/embed/brief.json").get_json()["css"]

    assert {url for url in asked if not url.startswith((site.base, other))} == set()
    assert sum(size for url, size in asked.items() if url.endswith("/embed.js")) < 4_096
    assert len(drawn.encode()) < 1_536
    assert len(style.encode()) < 2_048


def test_a_browser_has_nothing_to_complain_of(page: Page, two: tuple[Two, str]) -> None:
    site, _ = two
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda why: said.append(str(why)))
    for address in (
        "/subscribe/brief",
        "/",
        "/embed/brief",
        "/read/brief/",
    ):
        page.goto(site.base + address, wait_until="networkidle")

    assert said == []
    icon = site.ours.client.get("/favicon.ico")
    assert (icon.status_code, icon.mimetype) == (200, "image/svg+xml")
    assert icon.headers["Cache-Control"] == "public, max-age=604800"
