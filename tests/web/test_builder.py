"""The page on which the owner of a site chooses how our form stands there, in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from mailer.web.snippets import SCHEMES, VARIANTS, WAYS, Look, framed, snippet
from tests.fakes.browser import chromium
from tests.web.conftest import Site
from tests.web.test_browser import Two, page, two
from tests.web.test_keyboard import reach

__all__ = ["page", "two"]

pytestmark = pytest.mark.browser

BUILDER = "/embed/brief/snippets"
GROUND = "element => getComputedStyle(element).backgroundColor"
CARD = {"light": "rgb(255, 255, 255)", "dark": "rgb(24, 26, 29)"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def printed(site: Two, way: str, look: Look) -> str:
    """Return what is to be copied for a choice."""
    with site.ours.mailer.store.read() as tx:
        return snippet(way, tx.newsletters.by_slug("brief"), site.ours.mailer.links, look)


def test_a_choice_is_shown_at_once_and_copied(page: Page, two: tuple[Two, str]) -> None:
    site, _ = two
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(site.base + BUILDER)
    page.get_by_label("A frame").check()
    page.get_by_label("At the foot of a page").check()
    page.get_by_label("Dark", exact=True).check()
    wanted = printed(site, "frame", Look("footer", "dark"))
    expect(page.get_by_label("To be copied")).to_have_value(wanted)
    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == wanted
    box = page.frame_locator(".preview").frame_locator("iframe").locator(".embedded.footer")
    assert box.evaluate(GROUND) == CARD["dark"]
    page.reload()
    expect(page.get_by_label("To be copied")).to_have_value(wanted)


def test_it_copies_where_a_browser_gives_no_clipboard(page: Page, two: tuple[Two, str]) -> None:
    site, _ = two
    page.add_init_script("delete Navigator.prototype.clipboard")
    page.goto(site.base + BUILDER)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    page.get_by_label("To be copied").evaluate("field => field.readOnly = false")
    page.get_by_label("To be copied").fill("")
    page.keyboard.press("Control+V")

    expect(page.get_by_label("To be copied")).to_have_value(printed(site, "script", Look()))


@pytest.mark.parametrize("way", WAYS)
def test_every_way_is_previewed_under_our_strict_policy(
    page: Page, two: tuple[Two, str], way: str
) -> None:
    site, _ = two
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site.base}{BUILDER}?way={way}&ground=dark&scheme=host")
    shown = page.frame_locator(".preview")
    inside = shown.frame_locator("iframe") if way == "frame" else shown
    form = inside.get_by_role("button", name="Sign up")
    link = inside.get_by_role("link", name="Sign up: The Harbour Brief")

    expect(link if way == "link" else form).to_be_visible()
    if way in {"script", "frame"}:
        expect(inside.locator("section")).to_be_visible()
        box = inside.locator("section" if way == "script" else ".embedded")
        assert box.evaluate(GROUND) == CARD["dark"]
    assert [one for one in said if "Content Security Policy" in one] == []


@pytest.mark.parametrize("way", ["script", "frame", "html"])
def test_nothing_is_sent_from_the_preview(page: Page, two: tuple[Two, str], way: str) -> None:
    site, _ = two
    page.goto(f"{site.base}{BUILDER}?way={way}")
    shown = page.frame_locator(".preview")
    inside = shown.frame_locator("iframe") if way == "frame" else shown
    before = site.ours.everything()
    inside.get_by_label("E-mail address").fill("ada@example.org")
    page.keyboard.press("Enter")
    page.goto(site.base)

    assert site.ours.everything() == before


def test_without_scripts_a_button_shows_the_choice(browser: Browser, two: tuple[Two, str]) -> None:
    site, _ = two
    with browser.new_context(java_script_enabled=False) as context:
        opened = context.new_page()
        opened.goto(site.base + BUILDER)
        opened.get_by_label("Plain HTML").check()
        opened.get_by_role("button", name="Show").click()

        expect(opened.get_by_label("To be copied")).to_have_value(printed(site, "html", Look()))
        expect(opened.get_by_role("button", name="Copy")).to_be_hidden()
        inside = opened.frame_locator(".preview")
        expect(inside.get_by_role("button", name="Sign up")).to_be_visible()


def test_the_builder_needs_no_pointer(page: Page, two: tuple[Two, str]) -> None:
    site, _ = two
    page.goto(site.base + BUILDER)
    reach(page, "A box that answers in place, drawn by a small script")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("To be copied")).to_have_value(printed(site, "frame", Look()))
    reach(page, "Copy")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text("Copied.")


def test_a_frame_follows_the_sites_own_switch_where_it_is_to(
    page: Page, two: tuple[Two, str]
) -> None:
    site, other = two
    with site.ours.mailer.store.read() as tx:
        newsletter = tx.newsletters.by_slug("brief")
    frames = [framed(newsletter, site.ours.mailer.links, Look(scheme=one)) for one in SCHEMES]
    site.write(f"<title>A site</title><div data-theme=light>{''.join(frames)}</div>")
    page.emulate_media(color_scheme="light")
    page.goto(other)
    for number in range(len(SCHEMES)):
        frame = page.frame_locator("iframe").nth(number)
        expect(frame.get_by_role("button", name="Sign up")).to_be_visible()
    boxes = [
        page.frame_locator("iframe").nth(number).locator(".embedded")
        for number in range(len(SCHEMES))
    ]
    page.evaluate("document.querySelector('div').dataset.theme = 'dark'")

    for scheme, box in zip(SCHEMES, boxes, strict=True):
        wanted = CARD["dark" if scheme in {"host", "dark"} else "light"]
        expect(box).to_have_css("background-color", wanted)


def test_the_builder_is_found_by_nobody_and_framed_by_itself(site: Site) -> None:
    builder, preview = (site.client.get(f"/embed/brief/{one}") for one in ("snippets", "preview"))

    assert {one.headers["X-Robots-Tag"] for one in (builder, preview)} == {"noindex"}
    assert "frame-ancestors 'none'" in builder.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert len(builder.data) < 8_000
    for page_of in ("snippets", "preview"):
        assert site.client.get(f"/embed/secret/{page_of}").status_code == 404


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_what_nobody_offered_is_the_first_that_is_and_markup_is_none(
    site: Site, way: str, variant: str
) -> None:
    bad = "%22%3E%3Cscript%3E"
    for asked in (f"way={way}&variant={bad}&scheme={bad}", f"way={bad}&variant={variant}"):
        for page_of in ("snippets", "preview"):
            answer = site.client.get(f"/embed/brief/{page_of}?{asked}&ground={bad}")
            assert answer.status_code == 200
            assert '"><script>' not in answer.text
