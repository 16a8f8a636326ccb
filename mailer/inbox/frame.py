"""A letter's HTML, made ready for a frame that can harm nobody and knows its colour scheme."""

import re
from enum import StrEnum

# Scripts, forms, plug-ins and top navigation are off by sandbox; what may be loaded, by source.
# Pictures come from this machine alone, so opening a letter tells nobody outside of it.
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data: http://127.0.0.1:* http://localhost:*; "
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)

QUESTION = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
# In a letter without one: behind what must stay first, or the browser falls back to old habits.
BEGINNING = re.compile(r"\s*(?:<!doctype[^>]*>)?\s*(?:<html[^>]*>)?", re.IGNORECASE)
YES = "(min-width:0)"
NO = "(max-width:0)"


class Scheme(StrEnum):
    """The colours a letter is shown in."""

    AUTO = "auto"  # as the browser says
    LIGHT = "light"
    DARK = "dark"


def frame(html: str, scheme: Scheme) -> str:
    """Return the document for the frame: links open in a new tab, colours as asked for."""
    head = '<base target="_blank">'
    if scheme is not Scheme.AUTO:
        # Answering the question in the letter's own style rules works in every browser, and with
        # it the letter needs no script that could answer it.
        html = QUESTION.sub(lambda found: YES if found[1].lower() == scheme else NO, html)
        head += f"<style>:root{{color-scheme:{scheme}!important}}</style>"
    place = HEAD.search(html) or BEGINNING.match(html)
    end = 0 if place is None else place.end()
    return html[:end] + head + html[end:]
