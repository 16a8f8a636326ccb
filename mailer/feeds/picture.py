"""The picture that goes with an article, with its words and its credit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.feeds.captions import caption_in, credit_in
from mailer.feeds.text import one_line, shortened
from mailer.feeds.urls import web_url

# What is an image and no picture: counters, smileys, faces of authors, buttons.
NO_PICTURE = re.compile(
    r"(?:^|[/._?&=\s-])(?:pixel|spacer|blank|counter|beacon|tracker|1x1|smil(?:ey|ies)|wp-smiley"
    r"|emoji|avatar|gravatar|icon|favicon|logo|badge|button|feedburner|stats)(?:$|[/._?&=\s-])",
    re.IGNORECASE,
)
IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)
SMALLEST = 50  # pixels: less is a counter or an icon
STAMP = 150  # pixels: less is a stamp of a picture
LONGEST_ALT = 300


@dataclass(frozen=True, slots=True)
class Picture:
    """An image on the web."""

    url: str
    alt: str | None = None
    credit: str | None = None
    caption: str | None = None
    width: int = 0  # pixels, as the feed says; 0: it does not


def lead_picture(offered: Sequence[Picture], markup: str, base: str = "") -> Picture | None:
    """Return the picture the feed names, else the first one in the text; None without one.

    What the feed's own picture lacks is taken from the first figure in the text; a stamp of it
    (Blogger's are 72 pixels wide) gives way to that.
    """
    inside = _first_inside(markup, base) if "<img" in markup.lower() else None
    shown = [picture for picture in offered if is_picture(picture.url)]
    whole = [picture for picture in shown if not 0 < picture.width < STAMP]
    named = next(iter(whole or ([] if inside else shown)), None)
    if named is None or inside is None:
        return named or inside
    return replace(
        named,
        alt=named.alt or inside.alt,
        credit=named.credit or inside.credit,
        caption=named.caption or inside.caption,
    )


def is_picture(address: str) -> bool:
    """Tell whether the address may show something worth looking at."""
    return not NO_PICTURE.search(address)


def is_image_file(address: str) -> bool:
    """Tell by its name whether an address leads to an image."""
    return IMAGE_FILE.search(address.partition("?")[0]) is not None


def picture_of(address: str | None, alt: str, caption: str, base: str = "") -> Picture | None:
    """Return the image with what is said of it, None when it is not on the web."""
    there = web_url(address, base)
    if there is None:
        return None
    told = shortened(caption_in(caption) or "", LONGEST_ALT)
    return Picture(
        there, shortened(one_line(alt), LONGEST_ALT) or None, credit_in(caption), told or None
    )


def _first_inside(markup: str, base: str) -> Picture | None:
    tree = LexborHTMLParser(markup)
    for image in tree.css("img"):
        address = web_url(_place_of(image), base)
        if address is None or _is_tiny(image) or not is_picture(address):
            continue
        if NO_PICTURE.search(image.attributes.get("class") or ""):
            continue
        return picture_of(address, image.attributes.get("alt") or "", _caption_of(image))
    return None


def _place_of(image: LexborNode) -> str | None:
    """Return where an image is; one that a script would load says so beside a blank one."""
    names = image.attributes
    lazy = names.get("data-src") or names.get("data-lazy-src") or names.get("data-original")
    src = names.get("src")
    return lazy if lazy and (not src or src.startswith("data:")) else src


def _is_tiny(image: LexborNode) -> bool:
    sizes = (image.attributes.get(name) or "" for name in ("width", "height"))
    return any(size.isdecimal() and int(size[:6]) < SMALLEST for size in sizes)


def _caption_of(image: LexborNode) -> str:
    """Return the text of the figure around the image, or of the caption box of old WordPress.

    Without either, of the paragraph that follows, when that credits somebody.
    """
    node, outermost = image.parent, image
    while node is not None and node.tag not in {"body", "html"}:
        if node.tag == "figure" or "caption" in (node.attributes.get("class") or ""):
            return one_line(node.text())
        if node.tag in {"p", "a", "div"} and not one_line(node.text()):
            outermost = node
        node = node.parent
    return _line_behind(outermost)


def _line_behind(node: LexborNode) -> str:
    follower = node.next
    while follower is not None and follower.is_empty_text_node:
        follower = follower.next
    line = "" if follower is None or follower.is_text_node else one_line(follower.text())
    return line if len(line) <= LONGEST_ALT and credit_in(line) else ""
