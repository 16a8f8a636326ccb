"""A newsletter's own colour on its pages and forms, light and dark."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from mailer.editions.model import Newsletter
from mailer.rendering.accent import accent
from mailer.web.snippets import Look, framed, scripted
from tests.web.conftest import Site
from tests.web.looks import AXE
from tests.web.test_browser import Two, page, two
from tests.web.test_builder import BUILDER, browser

__all__ = ["browser", "page", "two"]

PINK, GREEN = accent("#FF1A75"), accent("#008700")


def css(colour: str) -> str:
    """Return #RRGGBB as a browser tells it."""
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def newsletter_of(site: Two) -> Newsletter:
    with site.ours.mailer.store.read() as tx:
        return tx.newsletters.by_slug("brief")


def paint(site: Site, colour: str) -> None:
    with site.mailer.store.write() as tx:
        tx.newsletters.change(replace(tx.newsletters.by_slug("brief"), accent=colour))


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/subscribe/brief", "/embed/brief", "/read/brief/", BUILDER])
def test_a_page_has_it_light_and_dark_and_can_be_read(
    page: Page, two: tuple[Two, str], path: str, scheme: str
) -> None:
    site, _ = two
    paint(site.ours, PINK.light)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(site.base + path)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({runOnly: ['color-contrast']}).then(it => it.violations)")

    assert found == []
    token = "getComputedStyle(document.documentElement).getPropertyValue('--btn')"
    assert page.evaluate(token) == (PINK.light if scheme == "light" else PINK.dark)


@pytest.mark.browser
def test_a_form_on_a_site_has_it_and_a_site_may_choose_its_own(
    page: Page, two: tuple[Two, str]
) -> None:
    site, other = two
    paint(site.ours, PINK.light)
    newsletter = newsletter_of(site)
    looks = [Look(scheme="light"), Look(scheme="light", accent="#00FF00")]
    links = site.ours.mailer.links
    boxes = [make(newsletter, links, look) for make in (scripted, framed) for look in looks]
    site.write(f"<title>A site</title>{''.join(boxes)}")
    page.goto(other)
    forms = [page.locator("[data-newsletter] button").nth(number) for number in range(2)]
    forms += [page.frame_locator("iframe").nth(number).locator("button") for number in range(2)]

    wanted = [PINK.light, GREEN.light] * 2
    for form, colour in zip(forms, wanted, strict=True):
        expect(form).to_have_css("background-color", css(colour))


@pytest.mark.browser
def test_the_builder_says_what_becomes_of_a_colour(page: Page, two: tuple[Two, str]) -> None:
    site, _ = two
    page.goto(f"{site.base}{BUILDER}?scheme=light")
    page.get_by_label("Colour of links and buttons").fill("#FF1A75")
    page.keyboard.press("Tab")

    expect(page.get_by_role("status")).to_have_text(PINK.told)
    expect(page.get_by_label("To be copied")).to_have_value(
        scripted(newsletter_of(site), site.ours.mailer.links, Look("inline", "light", PINK.light))
    )
    shown = page.frame_locator(".preview").get_by_role("button", name="Sign up")
    expect(shown).to_have_css("background-color", css(PINK.light))
    page.get_by_label("Colour of links and buttons").fill("red")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status")).to_contain_text("red is not a colour like #0B5A87")


def test_a_sheet_in_any_colour_can_be_read_and_one_in_none_is_not_there(site: Site) -> None:
    paint(site, PINK.light)
    found = site.client.get("/subscribe/brief").text
    address = found.partition('rel="stylesheet" href="')[2].partition('"')[0]

    assert address.endswith("-e2005a.css")
    assert "--link:#E2005A" in site.client.get(address).text
    assert "--link:#008700" in site.client.get(address.replace("e2005a", "00ff00")).text
    assert site.client.get(address.replace("e2005a", "red;}")).status_code == 404
