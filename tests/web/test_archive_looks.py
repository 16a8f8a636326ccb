"""Every page of the archive in a browser, from the left and from the right."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from tests.fakes.browser import chromium
from tests.web.looks import looks
from tests.web.papers import PAPERS, Kiosk, Paper, kiosk

pytestmark = pytest.mark.browser

PAGES = {
    "past editions": "",
    "an edition": "2",
    "a withdrawn edition": "4",
    "a month": "2026/11",
    "a topic": "topics/{topic}",
    "what was found": "search?q={sought}",
    "nothing found": "search?q=xyzzy",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Kiosk]:
    """One for all tests: they only read."""
    folder = tmp_path_factory.mktemp("papers")
    shutil.copy(migrated_file, folder / "mailer.db")
    with kiosk(f"sqlite:///{folder / 'mailer.db'}", folder) as found:
        yield found


@pytest.fixture(scope="module")
def browser(shop: Kiosk) -> Iterator[Browser]:
    """A browser, once the shop is open: Playwright holds the loop that gathering needs."""
    with chromium() as found:
        yield found


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("paper", PAPERS, ids=[paper.language for paper in PAPERS])
def test_nobody_is_kept_from_reading_what_was_told(
    shop: Kiosk, browser: Browser, paper: Paper, name: str
) -> None:
    path = PAGES[name].format(topic=quote(paper.topic), sought=quote(paper.sought))
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{shop.base}/read/{paper.slug}/{path}", wait_until="load")
        assert page.locator("h1").count() == 1

        found = looks(page)

    assert found.faults == []
    assert found.smallest >= 14
    assert found.sideways == {}


def test_a_printed_edition_is_its_stories_and_where_they_are(shop: Kiosk, browser: Browser) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(f"{shop.base}/read/brief/2")
    page.emulate_media(media="print")
    printed = "link => getComputedStyle(link, '::after').content"

    address = page.locator("article h3 a").first.evaluate(printed)
    ground = page.locator("main").evaluate("main => getComputedStyle(main).backgroundColor")
    left_out = [page.locator(part).first.is_visible() for part in ("header", ".signup", ".turn")]
    page.close()

    assert address == '" (https://post.example/brief/1-0)"'
    assert ground == "rgb(255, 255, 255)"
    assert left_out == [False, False, False]
