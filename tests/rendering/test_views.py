"""Every golden edition in every view: no wider than its window, and nothing that axe finds."""

from base64 import b64decode
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route

from mailer.checks.clients import VIEWS, Scheme, shown
from tests.fakes.browser import chromium
from tests.rendering.golden import EDITIONS, golden
from tests.web.looks import AXE

PIXEL = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
# A mail is part of a page that has the landmarks.
FAULTS = """async () => (await axe.run(document, {resultTypes: ['violations'],
  runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
                                  'best-practice']},
  rules: {region: {enabled: false}, 'landmark-one-main': {enabled: false}},
})).violations.flatMap(one => one.nodes.map(node => one.id + ': ' + node.html.slice(0, 120)))"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
IN_COLOURS = {Scheme.LIGHT, Scheme.DARK}


def a_picture(route: Route) -> None:
    route.fulfill(body=PIXEL, content_type="image/png")


@pytest.fixture(scope="module")
def window() -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page()
        page.route("**/pictures/*", a_picture)
        yield page


@pytest.mark.browser
@pytest.mark.parametrize("name", EDITIONS)
def test_an_edition_is_well_in_every_view(window: Page, name: str) -> None:
    html = golden(name).page.html
    for view in (view for view in VIEWS if not view.text):
        window.set_viewport_size({"width": view.width, "height": 900})
        window.emulate_media(color_scheme="dark" if view.scheme is Scheme.DARK else "light")
        window.set_content(shown(html, view.scheme, pictures=view.pictures, styles=view.styles))
        window.add_script_tag(path=AXE)

        assert window.evaluate(SIDEWAYS) == 0, view
        if view.scheme in IN_COLOURS or view.name == "inverted":
            assert window.evaluate(FAULTS) == [], view
