"""The inbox in a real browser: it fills by itself, and a letter shows in the colours asked for."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.inbox.conftest import Inbox, a_message

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, inbox: Inbox) -> Iterator[Page]:
    """The inbox's front page; the test fails if anything outside of it is asked for."""
    context = browser.new_context(viewport={"width": 1180, "height": 900})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    opened = context.new_page()
    opened.goto(inbox.url)
    yield opened
    context.close()
    assert [url for url in asked if not url.startswith(inbox.url)] == []


def background(page: Page) -> str:
    body = page.frame_locator("iframe").locator("body")
    return str(body.evaluate("body => getComputedStyle(body).backgroundColor"))


def test_a_letter_appears_without_a_press(page: Page, inbox: Inbox) -> None:
    inbox.send(a_message(Subject="Look here"))

    page.get_by_role("link", name="Look here").click()

    expect(page.get_by_role("heading", name="Look here")).to_be_visible()
    expect(page.frame_locator("iframe").get_by_role("heading")).to_have_text("The tide turns")


def test_a_letter_shows_light_dark_and_on_a_phone(page: Page, inbox: Inbox) -> None:
    inbox.send(a_message())
    page.goto(f"{inbox.url}/letters/1")

    page.get_by_role("link", name="Dark").click()
    dark = background(page)
    page.get_by_role("link", name="Light").click()
    light = background(page)
    page.get_by_role("link", name="Phone").click()
    wide = page.locator("iframe").evaluate("frame => frame.clientWidth")

    assert (dark, light) == ("rgb(1, 2, 3)", "rgb(255, 255, 255)")
    assert wide < 376


def test_a_letters_own_script_never_runs(page: Page, inbox: Inbox) -> None:
    inbox.send(a_message())
    page.goto(f"{inbox.url}/letters/1")

    title = page.frame_locator("iframe").locator("title")

    assert title.text_content() == "The tide"


def test_the_list_keeps_the_focus_when_a_letter_comes(page: Page, inbox: Inbox) -> None:
    inbox.send(a_message(Subject="First"))
    page.get_by_role("link", name="First").focus()

    inbox.send(a_message(Subject="Second"))

    expect(page.get_by_role("link", name="Second")).to_be_visible()
    expect(page.get_by_role("link", name="First")).to_be_focused()


def test_the_keys_go_through_the_letters(page: Page, inbox: Inbox) -> None:
    inbox.send(a_message(Subject="First"))
    inbox.send(a_message(Subject="Second"))
    page.reload()

    for key, subject in (("j", "Second"), ("j", "First"), ("k", "Second")):
        page.wait_for_load_state("load")  # the script listens only then
        page.keyboard.press(key)
        expect(page.get_by_role("heading", name=subject)).to_be_visible()


def test_unsubscribe_is_pressed_in_the_inbox_itself(page: Page, inbox: Inbox) -> None:
    inbox.send(
        a_message(
            List_Unsubscribe=f"<{inbox.url}/letters.json>",
            List_Unsubscribe_Post="List-Unsubscribe=One-Click",
        )
    )
    page.goto(f"{inbox.url}/letters/1")

    page.get_by_role("button", name="Unsubscribe").click()

    expect(page.get_by_role("status").filter(has_text="answered 405")).to_be_visible()


def test_the_box_is_cleared_by_its_button(page: Page, inbox: Inbox) -> None:
    inbox.send(a_message(Subject="Old news"))
    expect(page.get_by_role("link", name="Old news")).to_be_visible()

    page.get_by_role("button", name="Clear").click()

    expect(page.get_by_text("No letter yet.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 375, 768])
def test_nothing_runs_over_the_side_of_a_small_screen(width: int, page: Page, inbox: Inbox) -> None:
    inbox.send(a_message(Subject="A" * 120, X_Long="b" * 500))
    page.set_viewport_size({"width": width, "height": 700})

    for path in ("/", "/letters/1", "/letters/1?view=headers", "/letters/1?view=source"):
        page.goto(inbox.url + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_a_letter_shows_without_pictures_and_without_styles(page: Page, inbox: Inbox) -> None:
    inbox.send(a_message())
    page.goto(f"{inbox.url}/letters/1")

    page.get_by_role("link", name="Inverted", exact=True).click()
    inverted = background(page)
    page.get_by_role("link", name="Styles on").click()
    page.get_by_role("link", name="Light").click()
    bare = background(page)
    page.get_by_role("link", name="320").click()

    assert (inverted, bare) == ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert page.locator("iframe").evaluate("frame => frame.clientWidth") == 320
    expect(page.get_by_role("link", name="Styles off")).to_have_attribute("aria-current", "true")
