"""Colours as numbers: their contrast, and what clients make of them that repaint a mail.

WCAG 2.2 contrast (1.4.3). Half of all opens are in clients that repaint a mail by themselves:
`PARTLY` turns light grounds and dark letters over, as Gmail on Android and Outlook.com do, and
`FULLY` turns every colour over, as Gmail on iOS and Outlook on Windows do.
"""

import re
from collections.abc import Callable
from colorsys import hls_to_rgb, rgb_to_hls

Colour = tuple[float, float, float]  # red, green, blue, 0 to 1
Repaint = tuple[Callable[[Colour], Colour], Callable[[Colour], Colour]]  # of grounds, of letters

HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\b", re.IGNORECASE)
NAMED = {"white": "#ffffff", "black": "#000000"}
NIGHT = 0.07  # lightness below which no client paints a ground


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


def written(one: Colour) -> str:
    """Return a colour as #RRGGBB."""
    return "#" + "".join(f"{round(255 * part):02X}" for part in one)


def as_light_as(one: Colour, lightness: float) -> Colour:
    """Return the colour with another lightness, 0 to 1, and its own hue and saturation."""
    hue, _, saturation = rgb_to_hls(*one)
    return hls_to_rgb(hue, lightness, saturation)


def lightness(one: Colour) -> float:
    """Return the lightness of a colour, 0 (black) to 1 (white)."""
    return rgb_to_hls(*one)[1]


def inverse(one: Colour, floor: float = 0.0) -> Colour:
    """Return the colour with its lightness turned over, no darker than `floor`."""
    return as_light_as(one, max(floor, 1 - lightness(one)))


def same(one: Colour) -> Colour:
    """Return the colour as it is, as clients do that repaint nothing."""
    return one


def _over(one: Colour) -> Colour:
    return inverse(one)


def _ground_over(one: Colour) -> Colour:
    return inverse(one, NIGHT)


def _light_over(one: Colour) -> Colour:
    return inverse(one, NIGHT) if lightness(one) > 0.5 else one


def _dark_over(one: Colour) -> Colour:
    return inverse(one) if lightness(one) < 0.5 else one


PARTLY: Repaint = (_light_over, _dark_over)
FULLY: Repaint = (_ground_over, _over)


def _luminance(one: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in one
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
