"""What mail programs make of a mail before anybody sees it, as HTML that any browser shows.

Approximations of what is publicly described, for eyes and tests; no client was run to make them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mailer.rendering.colour import FULLY, PARTLY, Colour, Repaint, colour

QUESTION = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
TAG = re.compile(r"<[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^\"'>])*>")
HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
# In a mail without one: behind what must stay first, or the browser falls back to old habits.
BEGINNING = re.compile(r"\s*(?:<!doctype[^>]*>)?\s*(?:<html[^>]*>)?", re.IGNORECASE)
SHEET = re.compile(r"(<style\b[^>]*>)(.*?)(</style\s*>)", re.IGNORECASE | re.DOTALL)
VALUE = r"""\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)"""
SOURCE = re.compile(rf"\s(?:src|srcset|background){VALUE}", re.IGNORECASE)
NAMES = re.compile(rf"\s(?:class|id){VALUE}", re.IGNORECASE)
STYLE = re.compile(r"""(\sstyle\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
PAINTED = re.compile(r"""(\s(bgcolor|color)\s*=\s*["']?)(#?\w+)""", re.IGNORECASE)
DECLARATION = re.compile(r"([\w-]+)(\s*:)([^;{}]*)")
COLOUR = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b|\b(?:white|black)\b", re.IGNORECASE)
YES, NO = "(min-width:0)", "(max-width:0)"
NO_PICTURE = ' src="data:,"'  # an image that cannot be had: its place stays, and its words
NIGHT = "<style>html{background:#121212;color:#fff}</style>"


class Scheme(StrEnum):
    """The colours a mail is shown in."""

    AUTO = "auto"  # as the browser says
    LIGHT = "light"
    DARK = "dark"  # the mail's own
    PARTLY = "partly"  # light grounds and dark letters turned over: Gmail on Android, Outlook.com
    INVERTED = "inverted"  # every colour turned over: Gmail on iOS, Outlook on Windows


@dataclass(frozen=True, slots=True)
class View:
    """One way in which a mail may be met."""

    name: str
    width: int  # CSS pixels of the window
    scheme: Scheme = Scheme.LIGHT
    pictures: bool = True
    styles: bool = True
    text: bool = False  # the text part


VIEWS = (
    View("light", 680),
    View("dark", 680, Scheme.DARK),
    View("partly-inverted", 680, Scheme.PARTLY),
    View("inverted", 680, Scheme.INVERTED),
    View("phone", 375),
    View("phone-dark", 375, Scheme.DARK),
    View("pictures-off", 680, pictures=False),
    View("styles-off", 375, styles=False),
    View("narrow", 320),
    View("text", 780, text=True),
)


def shown(html: str, scheme: Scheme, *, pictures: bool = True, styles: bool = True) -> str:
    """Return a mail's HTML as a client shows it.

    Without `styles` the sheets, classes and ids are gone and what is inline stays, as in Gmail with
    an account elsewhere; without `pictures` their places and alternative texts are left.
    """
    if not styles:
        html = TAG.sub(lambda tag: NAMES.sub("", tag[0]), SHEET.sub("", html))
    if not pictures:
        html = TAG.sub(_without_picture, html)
    match scheme:
        case Scheme.AUTO:
            return html
        case Scheme.LIGHT | Scheme.DARK:
            # Answered in the mail's own rules: that works in every browser and needs no script.
            rule = f"<style>:root{{color-scheme:{scheme}!important}}</style>"
            return in_head(_answered(html, scheme), rule)
        case Scheme.PARTLY:
            return _repainted(_answered(html, Scheme.LIGHT), PARTLY)
        case Scheme.INVERTED:
            return _repainted(_answered(html, Scheme.LIGHT), FULLY)


def in_head(html: str, more: str) -> str:
    """Return the document with this at the beginning of its head."""
    place = HEAD.search(html) or BEGINNING.match(html)
    end = 0 if place is None else place.end()
    return html[:end] + more + html[end:]


def _answered(html: str, scheme: Scheme) -> str:
    return QUESTION.sub(lambda asked: YES if asked[1].lower() == scheme else NO, html)


def _without_picture(tag: "re.Match[str]") -> str:
    bare = SOURCE.sub("", tag[0])
    is_image = tag[0][1:4].lower() == "img"
    return f"{bare[:4]}{NO_PICTURE}{bare[4:]}" if is_image else bare


def _repainted(html: str, repaint: Repaint) -> str:
    ground, letters = repaint

    def declared(found: "re.Match[str]") -> str:
        change = ground if found[1].lower().startswith("background") else letters
        return f"{found[1]}{found[2]}{_changed(found[3], change)}"

    def attribute(found: "re.Match[str]") -> str:
        change = ground if found[2].lower() == "bgcolor" else letters
        return found[1] + _changed(found[3], change)

    def tag(found: "re.Match[str]") -> str:
        inline = STYLE.sub(lambda m: m[1] + DECLARATION.sub(declared, m[2]), found[0])
        return PAINTED.sub(attribute, inline)

    html = SHEET.sub(lambda sheet: sheet[1] + DECLARATION.sub(declared, sheet[2]) + sheet[3], html)
    return in_head(TAG.sub(tag, html), NIGHT)


def _changed(value: str, change: Callable[[Colour], Colour]) -> str:
    def one(found: "re.Match[str]") -> str:
        read = colour(found[0])
        if read is None:
            return found[0]
        return "#" + "".join(f"{round(255 * part):02x}" for part in change(read))

    return COLOUR.sub(one, value)
