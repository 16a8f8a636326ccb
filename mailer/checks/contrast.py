"""Contrast of every text, in the colours a mail asks for and in those that clients make of it.

WCAG 2.2 contrast (1.4.3). Half of all opens are in clients that repaint a mail by themselves:
`partial` turns light grounds and dark letters over, as Gmail on Android and Outlook.com do, and
`full` turns every colour over, as Gmail on iOS and Outlook on Windows do.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

from mailer.checks.css import Rule
from mailer.checks.markup import Element

Colour = tuple[float, float, float]  # red, green, blue, 0 to 1
Repaint = tuple[Callable[[Colour], Colour], Callable[[Colour], Colour]]  # of grounds, of letters
Styles = Callable[[Element, str], str]  # an element's own value of a property, or ""

HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\b", re.IGNORECASE)
FONT_SIZE = re.compile(r"(\d+(?:\.\d+)?)px")
SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<classes>(?:\.[\w-]+)*)")
LETTER = re.compile(r"\w")
NAMED = {"white": "#ffffff", "black": "#000000"}
WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0)
NIGHT = 0.07  # lightness below which no client paints a ground
DARK_QUERY = "prefers-color-scheme"
VIEWS = ("light", "dark", "partly inverted", "inverted")


@dataclass(frozen=True, slots=True)
class Contrast:
    """One text on its ground."""

    view: str
    ratio: float  # 1 to 21
    wanted: float  # 3 for large letters, 4.5 for others
    words: str


def contrasts(document: Element, rules: Sequence[Rule]) -> Iterator[Contrast]:
    """Yield every visible text's contrast in every view."""
    dark = [rule for rule in rules if DARK_QUERY in rule.media and "dark" in rule.media]
    views: Mapping[str, tuple[Styles, Repaint]] = {
        "light": (_own, (_same, _same)),
        "dark": (_with(dark), (_same, _same)),
        "partly inverted": (_own, PARTLY),
        "inverted": (_own, FULLY),
    }
    for element in document.all():
        words = " ".join("".join(t for t in element.children if isinstance(t, str)).split())
        if not LETTER.search(words) or element.is_hidden or element.tag in NO_TEXT:
            continue
        for view, (styles, (ground_as, letters_as)) in views.items():
            ground = ground_as(_ground(element, styles))
            letters = letters_as(_letters(element, styles))
            yield Contrast(view, ratio(letters, ground), _wanted(element), words)


NO_TEXT = frozenset({"style", "title", "script", "head", "html"})


def ratio(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def colour(value: str) -> Colour | None:
    """Return a CSS colour written as #RGB, #RRGGBB or a basic name; None for none of these."""
    found = HEX.search(NAMED.get(value.partition("!")[0].strip().lower(), value))
    if found is None:
        return None
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def inverse(one: Colour, floor: float = 0.0) -> Colour:
    """Return the colour with its lightness turned over, no darker than `floor`."""
    hue, lightness, saturation = rgb_to_hls(*one)
    return hls_to_rgb(hue, max(floor, 1 - lightness), saturation)


def _same(one: Colour) -> Colour:
    return one


def _over(one: Colour) -> Colour:
    return inverse(one)


def _ground_over(one: Colour) -> Colour:
    return inverse(one, NIGHT)


def _light_over(one: Colour) -> Colour:
    return inverse(one, NIGHT) if rgb_to_hls(*one)[1] > 0.5 else one


def _dark_over(one: Colour) -> Colour:
    return inverse(one) if rgb_to_hls(*one)[1] < 0.5 else one


PARTLY: Repaint = (_light_over, _dark_over)
FULLY: Repaint = (_ground_over, _over)


def _own(element: Element, name: str) -> str:
    return element.style.get(name, "")


def _with(rules: Sequence[Rule]) -> Styles:
    """Return styles in which these rules win over an element's own, the most exact of them."""
    parsed = [
        (selector, rule.declarations)
        for rule in rules
        for selector in map(_parsed, rule.selector.split(","))
        if selector
    ]

    def value(element: Element, name: str) -> str:
        best, found = (-1, -1), element.style.get(name, "")
        for selector, told in parsed:
            rank = (sum(len(classes) for _, classes in selector), len(selector))
            if name in told and rank >= best and _matches(element, selector):
                best, found = rank, told[name]
        return found

    return value


Selector = tuple[tuple[str, frozenset[str]], ...]  # tag or "", and classes; the element's own last


def _parsed(text: str) -> Selector:
    parts = []
    for part in text.split():
        found = SIMPLE.fullmatch(part)
        if found is None:
            return ()  # an attribute, a pseudo-class: not for the clients looked at here
        classes = frozenset(filter(None, (found["classes"] or "").split(".")))
        parts.append((found["tag"] or "", classes))
    return tuple(parts)


def _matches(element: Element, selector: Selector) -> bool:
    around = element.and_around()
    if not _is(next(around), selector[-1]):
        return False
    return all(any(_is(one, part) for one in around) for part in reversed(selector[:-1]))


def _is(element: Element, part: tuple[str, frozenset[str]]) -> bool:
    tag, classes = part
    return (not tag or element.tag == tag) and classes <= element.classes


def _ground(element: Element, styles: Styles) -> Colour:
    for one in element.and_around():
        told = styles(one, "background-color") or styles(one, "background")
        found = colour(told) or colour(one.attributes.get("bgcolor", ""))
        if found is not None:
            return found
    return WHITE


def _letters(element: Element, styles: Styles) -> Colour:
    for one in element.and_around():
        found = colour(styles(one, "color"))
        if found is not None:
            return found
        if one.tag == "a":
            return 0.0, 0.0, 238 / 255  # what browsers give a link that has no colour of its own
    return BLACK


def _wanted(element: Element) -> float:
    for one in element.and_around():
        told = f"{one.style.get('font-size', '')} {one.style.get('font', '')}"
        size = FONT_SIZE.search(told)
        if size is not None:
            bold = "bold" in told or one.style.get("font-weight") in {"bold", "700"}
            pixels = float(size[1])
            return 3.0 if pixels >= 24 or (bold and pixels >= 18.66) else 4.5
    return 4.5


def _luminance(one: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in one
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
