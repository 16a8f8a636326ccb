"""How much of what a mail uses the clients of its readers support, by caniemail's data.

Each feature gets a value in each client: 1 for full support, 0.5 for a part, 0 for none. Features
weigh by what is lost without them, clients by their share of opens.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mailer.checks.features import HTML, INLINE, SHEET, Used

# Per cent of opens: rounded from public reports, Outlook raised since news is read at work.
SHARES: Mapping[str, float] = {
    "apple-mail/ios": 34, "apple-mail/macos": 9,
    "gmail/desktop-webmail": 11, "gmail/ios": 8, "gmail/android": 9, "gmail/mobile-webmail": 1,
    "outlook/windows": 5, "outlook/outlook-com": 5, "outlook/macos": 1.5, "outlook/ios": 1.5,
    "outlook/android": 1, "yahoo/desktop-webmail": 2, "yahoo/ios": 1, "yahoo/android": 1,
    "aol/desktop-webmail": 0.5, "samsung-email/android": 2, "thunderbird/macos": 1.5,
    "protonmail/desktop-webmail": 1, "fastmail/desktop-webmail": 0.5, "hey/desktop-webmail": 0.5,
    "gmx/desktop-webmail": 1, "web-de/desktop-webmail": 1, "orange/desktop-webmail": 1,
    "mail-ru/desktop-webmail": 0.5, "laposte/desktop-webmail": 0.5,
}  # fmt: skip
WORD = "outlook/windows"
BIG = 5.0  # per cent: what such a client lacks altogether is told
VALUES = {"y": 1.0, "a": 0.5, "n": 0.0}
CORE, DECORATION, HINT = 1.0, 0.25, 0.1
DECORATIONS = frozenset(
    {
        "css-border-radius",
        "css-box-shadow",
        "css-text-shadow",
        "css-letter-spacing",
        "css-opacity",
        "css-important",
        "css-background-image",
        "css-linear-gradient",
        "css-outline",
        "css-text-transform",
        "css-object-fit",
        "css-box-sizing",
        "css-word-break",
        "css-overflow-wrap",
        "css-word-wrap",
        "html-srcset",
        "html-doctype",
        "html-body",
        "html-lang",
        "html-dir",
        "html-role",
        "html-aria-label",
        "html-aria-hidden",
        "html-aria-labelledby",
        "html-aria-describedby",
        "html-style",
        "html-semantics",
        "html-abbr",
        "html-address",
        "html-bdi",
    }
)
HINTS = frozenset(
    {
        "html-meta-color-scheme",
        "css-color-scheme",
        "css-cursor",
        "css-transition",
        "css-hyphens",
        "css-text-wrap",
        "html-loading-attribute",
        "css-text-underline-offset",
    }
)
# A partial mark whose note says this counts as full, unless the mail has the flagged value.
CLEARED = (
    ("css-margin", "Negative values", "margin-negative"),
    ("css-margin", "`auto` value", "margin-auto"),
    ("css-margin", "<span>", "margin-on-span"),
    ("css-margin", "background-color", "margin-with-ground"),
    ("css-padding", "table cells", "padding-off-cell"),
    ("css-padding", "same for all cells", "padding-off-cell"),
    ("css-width", "`<body>`", "width-off-table"),
    ("css-height", "`<body>`", "height-off-table"),
    ("css-height", "`min-height`", "height-off-table"),
    ("css-font-size", "rem", "font-size-rem"),
    ("css-font-size", "relative", "font-size-relative"),
    ("css-text-align", "start", "text-align-flow"),
    ("css-text-align", "match-parent", "text-align-flow"),
    ("css-overflow", "overflow-block", "overflow-logical"),
    ("css-overflow", "scroll through", "overflow-scroll"),
    ("html-lists", "reversed", "ol-reversed"),
    ("html-lists", "`value` attribute", "li-value"),
    ("css-display", "`flex`", "display-new"),
    ("css-display", "`flow-root`", "display-new"),
    ("css-display", "two-value", "display-new"),
    ("css-display", "Two-value", "display-new"),
    ("css-display", "inner tables", "display-none-table"),
    ("css-display", "Only supports `display:none`", "display-other"),
    ("css-text-decoration", "multiple values", "text-decoration-multi"),
    ("css-text-decoration", "overline", "text-decoration-multi"),
    ("css-text-decoration", "line property", "text-decoration-multi"),
    ("css-font-weight", "number", "font-weight-odd"),
    ("css-line-height", "mso-line-height-rule", "line-height-no-mso"),
    ("css-line-height", "`normal`", "line-height-normal"),
    ("css-border", "8px", "border-thick"),
    ("css-border", "Unreliable", "border-on-block"),
    ("css-max-width", "`<table>`", "max-width-off-table"),
    ("html-width", "Percentage", "img-percent"),
    ("html-height", "Percentage", "img-percent"),
    ("html-width", "120 dpi", "no-ppi"),
    ("html-height", "120 dpi", "no-ppi"),
    ("css-at-media", "nested", "media-nested"),
    ("css-at-media", "Nested", "media-nested"),
    ("css-at-media", "height based", "media-height"),
    ("css-at-media", "landscape", "media-odd"),
    ("css-at-media", "Only supports `screen`", "media-odd"),
    ("html-style", "`<body>`", "style-in-body"),
    ("html-style", "16 KB", "style-too-long"),
    ("html-style", "declared before", "style-in-body"),
    ("css-background", "background-color", "background-image"),
    ("html-role", "<table>", "role-off-table"),
    ("html-lang", "<td>", "lang-on-cell"),
    ("html-dir", "anchor", "dir-on-a"),
    ("html-dir", "Removed from", "dir-on-table"),
    ("html-align", "<img>", "align-img"),
    ("html-align", "work on `<table>`", "align-table-side"),
    ("css-selector-class", "", "never"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the clients: script/caniemail.py makes it."""

    clients: tuple[str, ...]
    # A letter for each client (y, a, n, u: yes, almost, no, unknown), and what a part lacks there.
    features: Mapping[str, tuple[str, Mapping[str, list[str]]]]


@dataclass(frozen=True, slots=True)
class Support:
    """What the readers' clients make of a mail."""

    score: float  # of 100, clients weighted by their share
    clients: Mapping[str, float]  # of 100 each
    missing: tuple[str, ...]  # what a big client lacks altogether, and is no decoration


def support(found: Used, known: Known) -> Support:
    """Return how well the clients support what the mail uses."""
    names = known.clients
    got = dict.fromkeys(names, 0.0)
    most = dict.fromkeys(names, 0.0)
    missing = set()
    for slug, places in found.places.items():
        if slug not in known.features:
            continue
        weight = _weight(slug, places)
        states, notes = known.features[slug]
        for place, name in enumerate(names):
            state = states[place]
            if state not in VALUES:
                continue
            if state == "a" and _is_cleared(slug, notes.get(str(place), []), found.flags):
                state = "y"
            got[name] += weight * VALUES[state]
            most[name] += weight
            if state == "n" and weight == CORE and SHARES[name] >= BIG:
                missing.add(slug)
    clients = {name: 100 * got[name] / most[name] for name in names if most[name]}
    shares = sum(SHARES[name] for name in clients)
    score = sum(SHARES[name] * value for name, value in clients.items()) / (shares or 1)
    return Support(score, clients, tuple(sorted(missing)))


def _weight(slug: str, places: set[str]) -> float:
    if not places & {INLINE, SHEET, HTML} or slug in HINTS:
        return HINT
    selector = slug.startswith(("css-selector", "css-pseudo")) and INLINE not in places
    return DECORATION if selector or slug in DECORATIONS else CORE


def _is_cleared(slug: str, notes: list[str], flags: set[str]) -> bool:
    return bool(notes) and all(
        any(s == slug and words in note and flag not in flags for s, words, flag in CLEARED)
        for note in notes
    )
