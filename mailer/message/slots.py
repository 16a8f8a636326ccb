"""Filling one reader's values into a page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape

from mailer.errors import RenderError
from mailer.rendering.model import BREAK, CLOSES, LINE, MARKER, OPENS, Page, Slot

LEFT_OVER = re.compile(f"[{OPENS}{CLOSES}]")


def fill(page: Page, values: Mapping[Slot, str]) -> Page:
    """Return the page for one reader; raise RenderError when a value is missing.

    Values are escaped in HTML.
    """
    return replace(
        page,
        subject=_filled(page.subject, values, in_text),
        html=_filled(page.html, values, in_html),
        text=_filled(page.text, values, in_text),
    )


def in_html(value: str) -> str:
    """Return a value as it stands in HTML: escaped, and breakable where it may be broken."""
    return escape(value).replace(BREAK, "<wbr>").replace(LINE, "<br>")


def in_text(value: str) -> str:
    """Return a value as it stands in text and in a subject."""
    return value.replace(BREAK, "").replace(LINE, "")


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
