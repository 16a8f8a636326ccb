"""What `mailer newsletters embed` prints, on somebody else's site, in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mailer.web.app import create_app
from mailer.web.snippets import plain
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


def test_a_policy_with_a_nonce_lets_the_form_be_drawn(page: Page, two: tuple[Two, str]) -> None:
    site, other = two
    script = f"<script async nonce=n0nce src={site.base}/embed.js></script>"
    host = f"<!doctype html><title>A site</title><div data-newsletter=brief></div>{script}"
    policy = f"default-src 'none'; script-src 'nonce-n0nce'; connect-src {site.base}"
    headers = {"Content-Type": "text/html", "Content-Security-Policy": policy}
    site.theirs.view_functions["page"] = lambda: (host, headers)
    page.goto(other)
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Check your inbox")


LOOK = """field => {
  const {fontSize, outlineWidth, height} = getComputedStyle(field);
  return [fontSize, outlineWidth, field.getBoundingClientRect().height];
}"""


@pytest.mark.parametrize("way", ["subscribe", "embed", "drawn"])
def test_fields_and_buttons_are_large_and_show_that_they_have_the_focus(
    page: Page, two: tuple[Two, str], way: str
) -> None:
    site, other = two
    page.goto(other if way == "drawn" else f"{site.base}/{way}/brief")
    field = page.get_by_label("E-mail address")
    field.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    looks = [field.evaluate(LOOK)]
    page.keyboard.press("Tab")
    looks.append(page.get_by_role("button", name="Sign up").evaluate(LOOK))

    assert {(font, outline) for font, outline, _ in looks} == {("17px", "3px")}
    assert min(height for *_, height in looks) >= 48


@pytest.mark.parametrize("way", ["subscribe", "embed", "drawn"])
def test_a_button_has_an_edge_where_the_reader_chose_the_colours(
    page: Page, two: tuple[Two, str], way: str
) -> None:
    site, other = two
    page.emulate_media(forced_colors="active")
    page.goto(other if way == "drawn" else f"{site.base}/{way}/brief")
    edge = "button => [getComputedStyle(button).borderColor, getComputedStyle(button).borderWidth]"

    colour, width = page.get_by_role("button", name="Sign up").evaluate(edge)

    assert width == "1px"
    assert "rgba(0, 0, 0, 0)" not in colour


@pytest.mark.parametrize("way", ["embed", "drawn"])
def test_field_and_button_stand_side_by_side_where_there_is_room(
    page: Page, two: tuple[Two, str], way: str
) -> None:
    site, other = two
    site.write(f"<title>A site</title>{site.snippet('footer', 'auto')}")
    page.goto(other if way == "drawn" else f"{site.base}/embed/brief?variant=footer")

    def tops() -> set[float]:
        field = page.get_by_label("E-mail address").bounding_box()
        button = page.get_by_role("button", name="Sign up").bounding_box()
        assert field is not None
        assert button is not None
        return {field["y"], button["y"]}

    assert len(tops()) == 1
    page.set_viewport_size({"width": 400, "height": 700})
    assert len(tops()) == 2


def test_our_page_works_when_nothing_else_is_let_through(
    browser: Browser, two: tuple[Two, str]
) -> None:
    """No scripts, no cookies, no styles, no pictures."""
    site, _ = two
    with browser.new_context(java_script_enabled=False) as context:
        opened = context.new_page()
        opened.route(
            "**/*",
            lambda route: (
                route.continue_() if route.request.is_navigation_request() else route.abort()
            ),
        )
        opened.goto(f"{site.base}/subscribe/brief")
        opened.get_by_label("E-mail address").fill("ada@example.org")
        opened.get_by_role("button", name="Sign up").click()

        expect(opened.get_by_role("status")).to_contain_text("Check your inbox")
        assert context.cookies() == []
