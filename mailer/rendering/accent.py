"""An editor's own colour for what one can press, made dark enough to be read in every client.

A colour that has too little contrast on the sheet, or whose inverse has on a sheet that a client
painted over, is darkened step by step; in the dark scheme a lighter one of the same hue stands for
it. Whoever chose the colour is told.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from mailer.rendering.colour import (
    FULLY,
    PARTLY,
    Colour,
    Repaint,
    as_light_as,
    colour,
    lightness,
    ratio,
    same,
    written,
)
from mailer.rendering.theme import DARK, LIGHT, Palette

LEAST = 4.5  # WCAG 2.2, 1.4.3, for text of usual size
LEAST_IN_THE_DARK = 7.0  # 1.4.6: there the colour is ours to choose
STEP = 0.01  # of lightness
FORM = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
VIEWS: tuple[tuple[str, Repaint], ...] = (
    ("", (same, same)),
    (" where a client turns dark letters over", PARTLY),
    (" where a client turns every colour over", FULLY),
)
GROUNDS = (("on white", LIGHT.card), ("on the ground of a remark", LIGHT.note))
KEPT = 256  # accents whose palettes are at hand


@dataclass(frozen=True, slots=True)
class Accent:
    """A colour as it was given, and what is used for it."""

    given: str  # #RRGGBB
    light: str  # the same, or darker
    dark: str  # of the same hue, lighter
    because: str | None  # why `light` is not what was given

    @property
    def told(self) -> str:
        """What an editor is told, in a sentence."""
        if self.because is None:
            return f"{self.light} is used as it is; where it is dark, {self.dark}."
        return f"{self.given} is too light: {self.because}. {self.light} is used, darkened to that."


def accent(given: str) -> Accent:
    """Return what is used for a colour written as #RRGGBB or #RGB; raise ValueError for another."""
    found = FORM.fullmatch(given.strip())
    asked = None if found is None else colour(f"#{found[1]}")
    if asked is None:
        raise ValueError(f"{given!r} is not a colour like #0B5A87")
    used = asked
    while _too_light(used) is not None:
        used = _stepped(used, -STEP)
    return Accent(written(asked), written(used), _in_the_dark(used), _too_light(asked))


def _too_light(one: Colour) -> str | None:
    """Return where a colour cannot be read well; None: it can be everywhere."""
    for view, (grounds_as, letters_as) in VIEWS:
        found = {
            where: ratio(letters_as(one), grounds_as(_known(ground))) for where, ground in GROUNDS
        }
        found["as a button"] = ratio(letters_as(_known(LIGHT.btn_ink)), grounds_as(one))
        for where, contrast in found.items():
            if contrast < LEAST:
                return (
                    f"{where}{view} it has a contrast of {contrast:.2f}, and {LEAST} is the least"
                )
    return None


def _in_the_dark(one: Colour) -> str:
    """Return the colour for the dark scheme: no darker than it is, and light enough."""
    grounds = [_known(ground) for ground in (DARK.card, DARK.page, DARK.note)]
    while min(ratio(one, ground) for ground in grounds) < LEAST_IN_THE_DARK:
        one = _stepped(one, STEP)
    return written(one)


def _stepped(one: Colour, step: float) -> Colour:
    """Return the next colour, darker or lighter, as it is written."""
    return _known(written(as_light_as(one, min(1.0, max(0.0, lightness(one) + step)))))


def _known(value: str) -> Colour:
    found = colour(value)
    if found is None:
        raise ValueError(value)
    return found


@lru_cache(KEPT)
def palettes(chosen: str | None) -> tuple[Palette, Palette]:
    """Return the light and the dark palette with an accent in the place of our own blue."""
    if chosen is None:
        return LIGHT, DARK
    used = accent(chosen)
    return (
        replace(LIGHT, link=used.light, btn=used.light),
        replace(DARK, link=used.dark, btn=used.dark),
    )
