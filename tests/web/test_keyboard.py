"""The keyboard is enough, from the form on another site to leaving."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from mailer.editions.model import Rhythm
from mailer.subscribers.model import State
from tests.fakes.browser import chromium
from tests.web.test_browser import Two, page, two

__all__ = ["page", "two"]

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  let found = document.activeElement;
  while (found && found.shadowRoot) found = found.shadowRoot.activeElement;
  return found ? (found.labels && found.labels[0] || found).innerText.trim() : '';
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def reach(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == name:
            return
    raise AssertionError(f"Tab never comes to “{name}”")


def press(page: Page, name: str) -> None:
    reach(page, name)
    page.keyboard.press("Enter")


def test_the_form_on_another_site_needs_no_pointer(page: Page, two: tuple[Two, str]) -> None:
    site, other = two
    page.goto(other)
    page.get_by_label("E-mail address").wait_for()

    reach(page, "E-mail address")
    page.keyboard.type("ada@example.org")
    press(page, "Sign up")

    expect(page.get_by_role("status")).to_be_focused()
    assert site.ours.state() is State.PENDING


def test_confirming_choosing_and_leaving_need_no_pointer(page: Page, two: tuple[Two, str]) -> None:
    site, _ = two
    site.ours.ask()
    page.goto(f"{site.base}/confirm/{site.ours.confirm_token()}")

    press(page, "Yes, send it to me")
    expect(page.get_by_role("status")).to_be_focused()
    press(page, "Choose when and how often it comes")
    page.wait_for_url("**/preferences/*")
    reach(page, "How often it comes")
    page.keyboard.press("End")
    press(page, "Keep this")
    expect(page.get_by_text("It is kept.")).to_be_focused()
    assert site.ours.subscription().schedule.rhythm is Rhythm.MONTHLY
    press(page, "Unsubscribe")
    page.wait_for_url("**/leave/*")
    press(page, "Unsubscribe")

    expect(page.get_by_role("status")).to_be_focused()
    assert site.ours.state() is State.LEFT
