"""What a mail uses of HTML and CSS, in caniemail's words, and where it uses it.

Most "partial" marks of caniemail are about one exotic value; `Used.flags` says which of those a
mail has, so that the others count as full support.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailer.checks.css import AtRule, Rule
from mailer.checks.markup import Element

# Where a thing is used: what is lost when it is missing depends on that.
INLINE, SHEET, EXTRA, HTML, HIDDEN = "inline", "sheet", "extra", "html", "hidden"

PROPERTIES = {
    **{f"{box}-{side}": f"css-{box}" for box in ("margin", "padding", "border")
       for side in ("top", "right", "bottom", "left")},
    **{name: "css-border" for name in ("border-width", "border-style", "border-color")},
    **{name: "css-left-right-top-bottom" for name in ("top", "right", "bottom", "left")},
    **{f"grid-template-{part}": "css-grid-template" for part in ("columns", "rows", "areas")},
    "row-gap": "css-gap", "column-gap": "css-gap",
    "overflow-x": "css-overflow", "overflow-y": "css-overflow",
}  # fmt: skip
FUNCTIONS = {
    "calc": "css-unit-calc", "clamp": "css-function-clamp", "min": "css-function-min",
    "max": "css-function-max", "rgb": "css-rgb", "rgba": "css-rgba", "var": "css-variables",
    "linear-gradient": "css-linear-gradient", "radial-gradient": "css-radial-gradient",
}  # fmt: skip
UNITS = "px|em|rem|pt|vh|vw|vmin|vmax|ch|ex|cm|mm|in|pc"
ELEMENTS = {
    **{f"h{level}": "html-h1-h6" for level in range(1, 7)},
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(
        ("article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark",
         "nav", "section", "summary", "time"), "html-semantics"),
    "map": "html-image-maps",
}  # fmt: skip
ATTRIBUTES = {"loading": "html-loading-attribute", "sizes": "html-srcset"}
PICTURES = {"jpeg": "jpg", "tif": "tiff", "heic": "heif"}
QUERIES = ("prefers-color-scheme", "prefers-reduced-motion", "orientation", "device-pixel-ratio")
SELECTORS = (
    (re.compile(r"\.[\w-]"), "class"), (re.compile(r"#[\w-]"), "id"),
    (re.compile(r"\["), "attribute"), (re.compile(r">"), "child"),
    (re.compile(r"\+"), "adjacent-sibling"), (re.compile(r"~(?!=)"), "general-sibling"),
    (re.compile(r","), "grouping"), (re.compile(r"\.[\w-]+\.[\w-]"), "chaining"),
    (re.compile(r"(^|[\s>+~,])\*"), "universal"),
    (re.compile(r"(^|[\s>+~,])[a-z][a-z0-9]*"), "type"),
    (re.compile(r"[\w\])]\s+[\w.#\[*]"), "descendant"),
)  # fmt: skip
# Rules for one client, which others never miss.
FOR_ONE_CLIENT = re.compile(r"data-og[sa][cb]|x-apple-data-detectors|ExternalClass|#outlook|:hover")
NOTHING = re.compile(r"(0(px)?\s*)+")
RELATIVE = re.compile(r"%|\dem\b|smaller|larger|\d(vw|ch)")
CELLS = frozenset({"td", "th"})
LARGEST_BLOCK = 16_384  # bytes; Gmail drops a style block that is longer (email-bugs 90)


@dataclass(slots=True)
class Used:
    """The features of one mail."""

    places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    flags: set[str] = field(default_factory=set)

    def add(self, slug: str, place: str) -> None:
        self.places[slug].add(place)


def used(source: str, document: Element, rules: Sequence[Rule | AtRule]) -> Used:
    """Return what the mail uses; `rules` are those of all its style sheets."""
    found = Used()
    if source.lstrip()[:9].lower() == "<!doctype":
        found.add("html-doctype", HTML)
    if "PixelsPerInch" not in source:
        found.flags.add("no-ppi")
    for element in (document, *document.all()):
        _element(found, element)
    for rule in rules:
        _rule(found, rule)
    return found


def _element(found: Used, element: Element) -> None:
    tag, attributes = element.tag, element.attributes
    found.add(ELEMENTS.get(tag, f"html-{tag}"), HTML)
    for name in attributes:
        found.add(ATTRIBUTES.get(name, f"html-{name}"), HTML)
    if tag == "meta" and attributes.get("name") == "color-scheme":
        found.add("html-meta-color-scheme", HTML)
    href = attributes.get("href", "")
    if tag == "a" and href.startswith("mailto:"):
        found.add("html-mailto-links", HTML)
    if tag == "a" and href.startswith("#"):
        found.add("html-anchor-links", HTML)
    if tag == "img":
        _picture(found, attributes.get("src", ""))
    hidden = "none" in element.style.get("display", "") or "max-height" in element.style
    for name, value in element.style.items():
        _declaration(found, name, value, HIDDEN if hidden else INLINE)
        if not hidden:
            found.flags |= flags_of(name, value.lower(), tag, element.style)
    found.flags |= _attribute_flags(element)


def _picture(found: Used, source: str) -> None:
    if source.startswith("data:"):
        found.add("image-base64", HTML)
        return
    ending = re.sub(r"[?#].*", "", source).rpartition(".")[2].lower()
    found.add(f"image-{PICTURES.get(ending, ending)}", HTML)


def _attribute_flags(element: Element) -> set[str]:
    tag, has = element.tag, element.attributes
    side = has.get("align") in {"left", "right"}
    raised = {
        "role-off-table": "role" in has and tag != "table",
        "lang-on-cell": "lang" in has and tag == "td",
        "dir-on-a": "dir" in has and tag == "a",
        "dir-on-table": "dir" in has and tag in {"table", "td"},
        "img-percent": tag == "img" and "%" in has.get("width", "") + has.get("height", ""),
        "align-img": tag == "img" and "align" in has,
        "align-table-side": tag == "table" and side,
        "style-in-body": tag == "style" and any(o.tag == "body" for o in element.and_around()),
        "style-too-long": tag == "style" and len(element.words.encode()) > LARGEST_BLOCK,
    }
    return {flag for flag, up in raised.items() if up}


def _rule(found: Used, rule: Rule | AtRule) -> None:
    if isinstance(rule, AtRule):
        found.add(f"css-at-{rule.name}", EXTRA if rule.name in {"media", "supports"} else SHEET)
        for query in QUERIES:
            if query in rule.prelude:
                found.add(f"css-at-media-{query}", EXTRA)
        return
    extra = bool(rule.media) or FOR_ONE_CLIENT.search(rule.selector) is not None
    place = EXTRA if extra else SHEET
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", rule.selector)
    for pattern, name in SELECTORS:
        if pattern.search(bare):
            found.add(f"css-selector-{name}", place)
    for name in re.findall(r"(?<!:):([a-z-]+)", bare):
        found.add(f"css-pseudo-class-{name}", place)
    for name, value in rule.declarations.items():
        _declaration(found, name, value, place)
        if place == SHEET:
            found.flags |= flags_of(name, value.lower(), "", rule.declarations)


def _declaration(found: Used, name: str, value: str, place: str) -> None:
    if name.startswith("--"):
        found.add("css-variables", place)
        return
    if name.startswith(("-", "mso-")):
        return
    value = value.lower()
    found.add(PROPERTIES.get(name, f"css-{name}"), place)
    for word in ("flex", "grid", "none"):
        if name == "display" and word in value:
            found.add(f"css-display-{word}", place)
    if "!important" in value:
        found.add("css-important", place)
    for unit in re.findall(rf"\d({UNITS})\b", value):
        found.add(f"css-unit-{unit}", place)
    if re.search(r"\d%", value):
        found.add("css-unit-percent", place)
    for function in re.findall(r"([a-z-]+)\(", value):
        if function in FUNCTIONS:
            found.add(FUNCTIONS[function], place)


def flags_of(name: str, value: str, tag: str, beside: Mapping[str, str]) -> set[str]:
    """Return the exotic values of one declaration; `tag` is "" for one in a style sheet."""
    block = tag in {"div", "p", "span", "body", ""}
    exact = "mso-line-height-rule" in beside
    raised = {
        "margin-negative": name.startswith("margin") and re.search(r"(^|\s)-\d", value),
        "margin-auto": name.startswith("margin") and "auto" in value and tag != "table",
        "margin-on-span": name.startswith("margin")
        and tag in {"span", "body"}
        and not NOTHING.fullmatch(value),
        "padding-off-cell": name.startswith("padding")
        and tag not in CELLS
        and not NOTHING.fullmatch(value),
        "width-off-table": name == "width" and block and value != "auto",
        "height-off-table": name == "height" and block and value != "auto",
        "font-size-rem": name in {"font-size", "font"} and "rem" in value,
        "font-size-relative": name in {"font-size", "font"} and RELATIVE.search(value),
        "text-align-flow": name == "text-align" and value in {"start", "end", "match-parent"},
        "overflow-scroll": name == "overflow" and value in {"scroll", "auto"},
        "display-other": name == "display" and not _plain_display(value, tag),
        "display-new": name == "display" and re.search(r"flex|grid|flow-root|contents|\s", value),
        "text-decoration-multi": name == "text-decoration"
        and (" " in value or value == "overline"),
        "font-weight-odd": name == "font-weight" and value not in {"normal", "bold", "400", "700"},
        "line-height-normal": name == "line-height" and value == "normal",
        "line-height-no-mso": name == "line-height" and not exact,
        "border-thick": name.startswith("border")
        and "radius" not in name
        and any(float(width) > 8 for width in re.findall(r"([\d.]+)px", value)),
        "border-on-block": name.startswith("border")
        and tag in {"p", "div"}
        and value not in {"0", "none", "0px"},
        "max-width-off-table": name == "max-width" and tag != "table",
        "background-image": name == "background" and ("url(" in value or "gradient" in value),
    }
    return {flag for flag, up in raised.items() if up}


def _plain_display(value: str, tag: str) -> bool:
    if value in {"none", "inline", "inherit"} or value.startswith("table"):
        return True
    return value == "block" and tag in {"img", "div", "p", "table"}
