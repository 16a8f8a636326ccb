"""An edition as pictures: one for each way in which its mail may be met."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from mailer.checks.browser import Picture, chromium
from mailer.checks.clients import VIEWS, Scheme, View, shown
from mailer.rendering.model import Page

SHEET = (
    "body{margin:24px;font:15px/1.5 'DejaVu Sans Mono',monospace;white-space:pre-wrap;"
    "overflow-wrap:anywhere}"
)


def shots(page: Page, folder: Path, picture: Picture) -> Iterator[Path]:
    """Write `light.png` and the others into a folder; yield each file when it is there.

    The page is one reader's, its slots filled. `picture` gives the files it shows. Raises
    BrowserError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for view in VIEWS:
            dark = view.scheme is Scheme.DARK
            path = folder / f"{view.name}.png"
            path.write_bytes(
                browser.draw(document(page, view), view.width, dark=dark, picture=picture)
            )
            yield path


def document(page: Page, view: View) -> str:
    """Return what a browser is given to show a page that way."""
    if view.text:
        return (
            f'<!doctype html><meta charset="utf-8"><style>{SHEET}</style>'
            f'<body dir="auto">{escape(page.text)}'
        )
    return shown(page.html, view.scheme, pictures=view.pictures, styles=view.styles)
