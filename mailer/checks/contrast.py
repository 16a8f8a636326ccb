"""Contrast of every text, in the colours a mail asks for and in those that clients make of it.

WCAG 2.2 contrast (1.4.3), in the colours of `mailer.rendering.colour`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailer.checks.css import Rule
from mailer.checks.markup import Element
from mailer.rendering.colour import FULLY, PARTLY, Colour, Repaint, colour, ratio, same

Styles = Callable[[Element, str], str]  # an element's own value of a property, or ""

FONT_SIZE = re.compile(r"(\d+(?:\.\d+)?)px")
SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<classes>(?:\.[\w-]+)*)")
LETTER = re.compile(r"\w")
WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0)
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
        "light": (_own, (same, same)),
        "dark": (_with(dark), (same, same)),
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
