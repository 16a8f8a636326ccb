"""The picture that goes with an article, with its words and its credit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.feeds.furniture import CREDIT
from mailer.feeds.text import one_line, shortened
from mailer.feeds.urls import web_url

# What is an image and no picture: counters, smileys, faces of authors, buttons.
NO_PICTURE = re.compile(
    r"(?:^|[/._?&=\s-])(?:pixel|spacer|blank|counter|beacon|tracker|1x1|smil(?:ey|ies)|wp-smiley"
    r"|emoji|avatar|gravatar|icon|favicon|logo|badge|button|feedburner|stats)(?:$|[/._?&=\s-])",
    re.IGNORECASE,
)
IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)
CREDIT_LABEL = re.compile(
    r"(?:^|[.!?]\s+|\s[|/]\s*)(?:(?:photo|image|picture|illustration)s?"
    r"(?:\s+(?:credits?|by|courtesy of)\s*:?|\s*:)|credits?\s*:|courtesy of)"
    r"\s+(?P<who>\S.{0,99})$",
    re.IGNORECASE,
)
SMALLEST = 50  # pixels: less is a counter or an icon
LONGEST_ALT = 300
LONGEST_CREDIT = 120


@dataclass(frozen=True, slots=True)
class Picture:
    """An image on the web."""

    url: str
    alt: str | None = None
    credit: str | None = None


def lead_picture(offered: Sequence[Picture], markup: str, base: str = "") -> Picture | None:
    """Return the picture the feed names, else the first one in the text; None without one.

    What the feed's own picture lacks is taken from the first figure in the text.
    """
    inside = _first_inside(markup, base) if "<img" in markup.lower() else None
    named = next((picture for picture in offered if is_picture(picture.url)), None)
    if named is None or inside is None:
        return named or inside
    return replace(named, alt=named.alt or inside.alt, credit=named.credit or inside.credit)


def is_picture(address: str) -> bool:
    """Tell whether the address may show something worth looking at."""
    return not NO_PICTURE.search(address)


def is_image_file(address: str) -> bool:
    """Tell by its name whether an address leads to an image."""
    return IMAGE_FILE.search(address.partition("?")[0]) is not None


def credit_in(caption: str) -> str | None:
    """Return who made the picture, as its caption says: "(credit: …)" or "Photo: …"."""
    found = CREDIT.search(caption) or CREDIT_LABEL.search(caption)
    who = "" if found is None else found["who"].strip(" .:")
    return shortened(who, LONGEST_CREDIT) if who else None


def _first_inside(markup: str, base: str) -> Picture | None:
    tree = LexborHTMLParser(markup)
    for image in tree.css("img"):
        address = web_url(image.attributes.get("src"), base)
        if address is None or _is_tiny(image) or not is_picture(address):
            continue
        if NO_PICTURE.search(image.attributes.get("class") or ""):
            continue
        alt = shortened(one_line(image.attributes.get("alt") or ""), LONGEST_ALT)
        return Picture(address, alt or None, credit_in(_caption_of(image)))
    return None


def _is_tiny(image: LexborNode) -> bool:
    sizes = (image.attributes.get(name) or "" for name in ("width", "height"))
    return any(size.isdecimal() and int(size[:6]) < SMALLEST for size in sizes)


def _caption_of(image: LexborNode) -> str:
    """Return the text of the figure around the image, or of the caption box of old WordPress."""
    node = image.parent
    for _ in range(4):
        if node is None:
            return ""
        if node.tag == "figure" or "caption" in (node.attributes.get("class") or ""):
            return one_line(node.text())
        node = node.parent
    return ""
