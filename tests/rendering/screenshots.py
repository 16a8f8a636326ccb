"""The README's pictures of a digest: `python -m tests.rendering.screenshots docs/images`."""

import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Route

from mailer.demo.pictures import picture
from mailer.pictures.darkroom import Darkroom
from mailer.pictures.model import Crop, Developed
from tests.fakes.browser import chromium
from tests.rendering.golden import golden

# name, edition, width and height in pixels, colours
SHOTS: tuple[tuple[str, str, int, int, Literal["light", "dark"]], ...] = (
    ("digest-light", "usual", 640, 960, "light"),
    ("digest-dark", "usual", 640, 960, "dark"),
    ("digest-phone", "usual", 375, 812, "light"),
    ("digest-hebrew", "hebrew", 375, 812, "light"),
)


SCENES = {1: "sea", 2: "town", 3: "hills", 5: "field", 8: "hills", 9: "sea"}  # by article


class Host:
    """What our web server does for a mail: it has the pictures that the golden editions name."""

    def __init__(self) -> None:
        self._files: dict[str, Developed] = {}
        with Darkroom() as darkroom:
            for article, scene in SCENES.items():
                painted = picture(scene, str(article))
                made = darkroom.develop(painted, list(Crop), max_pixels=10**6)
                for crop, one in made.items():
                    if isinstance(one, Developed):
                        self._files[f"{article}-{crop}.jpg"] = one

    def answer(self, route: Route) -> None:
        """Answer a browser."""
        found = self._files.get(route.request.url.rpartition("/")[2])
        if found is None:
            route.abort()
        else:
            route.fulfill(body=found.content, content_type=found.media_type)


def take(folder: Path) -> None:
    """Write the pictures into the folder."""
    host = Host()
    with chromium() as browser:
        for name, edition, width, height, colours in SHOTS:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=colours
            )
            page.route("**/pictures/*", host.answer)
            page.set_content(golden(edition).page.html)
            page.screenshot(path=folder / f"{name}.png")
            page.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
