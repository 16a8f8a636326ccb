"""What `mailer newsletters embed` prints, on somebody else's site, in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mailer.cli.embed import plain
from mailer.web.app import create_app
from tests.fakes.browser import chromium
from tests.web.test_browser import Two, page, two

__all__ = ["page", "two"]

pytestmark = pytest.mark.browser

FIELD = {
    "type": "email",
    "inputmode": "email",
    "autocomplete": "email",
    "autocapitalize": "none",
    "spellcheck": "false",
    "maxlength": "254",
    "required": "",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def snippet(site: Two) -> str:
    with site.ours.mailer.store.read() as tx:
        return plain(tx.newsletters.by_slug("brief"), site.ours.mailer.links)


def attributes(field: Locator) -> dict[str, str]:
    every = "field => Object.fromEntries([...field.attributes].map(one => [one.name, one.value]))"
    return {name: value for name, value in field.evaluate(every).items() if name in FIELD}


def test_plain_html_on_another_site_needs_no_script(browser: Browser, two: tuple[Two, str]) -> None:
    site, other = two
    site.write(f"<title>A site</title>{snippet(site)}")
    with browser.new_context(java_script_enabled=False) as context:
        opened = context.new_page()
        opened.goto(other)
        opened.get_by_label("E-mail address").fill("ada@example.org")
        opened.get_by_role("button", name="Sign up").click()
        expect(opened.get_by_role("status")).to_contain_text("One more press, please.")
        opened.get_by_role("button", name="Sign up").click()

        expect(opened.get_by_role("status")).to_contain_text("Check your inbox")
    assert site.ours.notices() == [("confirm", "confirm:2026-11-24")]


def test_every_form_asks_for_an_address_as_phones_like_it(page: Page, two: tuple[Two, str]) -> None:
    site, other = two
    site.write(f"<title>A site</title>{snippet(site)}")
    found = []
    for address in (other, f"{site.base}/subscribe/brief", f"{site.base}/embed/brief"):
        page.goto(address)
        found.append(attributes(page.get_by_label("E-mail address")))
    site.host()
    page.goto(other)
    found.append(attributes(page.get_by_label("E-mail address")))

    assert found == [FIELD] * 4


def test_what_was_drawn_leads_on_when_nothing_comes(page: Page, two: tuple[Two, str]) -> None:
    site, other = two
    page.goto(other)
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")

    again = page.get_by_role("status").get_by_role("link")
    expect(again).to_have_attribute("href", f"{site.base}/subscribe/brief")


def test_every_form_leads_to_the_owners_notice(page: Page, two: tuple[Two, str]) -> None:
    site, other = two
    site.ours.mailer.links.privacy = notice = "https://example.org/privacy"
    here = create_app(site.ours.mailer).test_client()
    page.goto(other)

    assert f'href="{notice}">Privacy</a>' in snippet(site)
    for path in ("/subscribe/brief", "/embed/brief", "/"):
        assert f'<a href="{notice}">Privacy</a></p>' in here.get(path).text
    expect(page.get_by_role("link", name="Privacy")).to_have_attribute("href", notice)
