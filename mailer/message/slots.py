"""Filling one reader's values into a page."""

import re
from collections.abc import Callable, Mapping
from html import escape

from mailer.errors import RenderError
from mailer.rendering.model import CLOSES, MARKER, OPENS, Page, Slot

LEFT_OVER = re.compile(f"[{OPENS}{CLOSES}]")


def fill(page: Page, values: Mapping[Slot, str]) -> Page:
    """Return the page for one reader; raise RenderError when a value is missing.

    Values are escaped in HTML and stand as they are in text and subject.
    """
    return Page(
        subject=_filled(page.subject, values, str),
        html=_filled(page.html, values, escape),
        text=_filled(page.text, values, str),
    )


def _filled(text: str, values: Mapping[Slot, str], as_printed: Callable[[str], str]) -> str:
    def value(found: re.Match[str]) -> str:
        try:
            return as_printed(values[Slot(found[1])])
        except (KeyError, ValueError) as why:
            raise RenderError("page", f"there is no value for the slot {found[1]!r}") from why

    filled = MARKER.sub(value, text)
    if LEFT_OVER.search(filled):
        raise RenderError("page", "half a slot is left over")
    return filled
