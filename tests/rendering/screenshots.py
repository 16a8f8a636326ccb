"""The README's pictures of a digest: `python -m tests.rendering.screenshots docs/images`."""

import sys
from pathlib import Path
from typing import Literal

from tests.fakes.browser import chromium
from tests.rendering.golden import golden

# name, edition, width and height in pixels, colours
SHOTS: tuple[tuple[str, str, int, int, Literal["light", "dark"]], ...] = (
    ("digest-light", "usual", 640, 960, "light"),
    ("digest-dark", "usual", 640, 960, "dark"),
    ("digest-phone", "usual", 375, 812, "light"),
    ("digest-hebrew", "hebrew", 375, 812, "light"),
)


def take(folder: Path) -> None:
    """Write the pictures into the folder."""
    with chromium() as browser:
        for name, edition, width, height, colours in SHOTS:
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=colours
            )
            page.set_content(golden(edition).page.html)
            page.screenshot(path=folder / f"{name}.png")
            page.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
