"""Pictures for invented stories, painted when they are asked for: indexed PNG, no file kept.

A picture has few colours and broad shapes, so a pixel is one byte that points into a palette, and
a row of sky is one byte many times.
"""

import struct
import zlib
from collections.abc import Callable
from functools import cache
from math import sin
from random import Random

WIDTH = 640
HEIGHT = 360
STEPS = 64  # shades from the top of the sky to its foot
SUN = STEPS
LAYERS = STEPS + 1  # the three silhouettes, the farthest first
LIGHT = STEPS + 4  # lit windows, glitter on water

Colour = tuple[int, int, int]
Skyline = Callable[[int], int]  # column to the row where the silhouette begins

# Sky above, sky below, sun, three silhouettes, small lights.
PALETTES: dict[str, tuple[str, ...]] = {
    "dawn": ("3b5b7e", "f2c9a1", "fff1d6", "8d8fa3", "5b6680", "2e3a52", "ffe2b0"),
    "noon": ("6fa3c7", "dcebf0", "ffffff", "9fb8b5", "6d9187", "37594f", "ffffff"),
    "dusk": ("1f2a4a", "c9717a", "ffd9a8", "6b4a6b", "43355a", "1d1b35", "ffd98a"),
    "night": ("0b1426", "2d4566", "e8edf2", "24344f", "172339", "0a111f", "ffd27a"),
}


@cache
def picture(scene: str, seed: str) -> bytes:
    """Return a PNG of 640 by 360; the same words always give the same picture."""
    chance = Random(f"{scene} {seed}")  # noqa: S311 - paints, guards nothing
    palette = PALETTES[chance.choice(sorted(PALETTES))]
    rows = _sky(chance)
    column = _sun(rows, chance)
    for layer, skyline in enumerate(_skylines(scene, chance)):
        _fill(rows, LAYERS + layer, skyline)
    if scene == "town":
        _windows(rows, chance)
    if scene == "sea":
        _glitter(rows, column, chance)
    return _png(rows, _colours(palette))


def _sky(chance: Random) -> list[bytearray]:
    """Paint shade over shade, their borders broken up so that no stripe is seen."""
    rows = []
    for y in range(HEIGHT):
        place = y / HEIGHT * (STEPS - 1)
        low, part = int(place), place % 1
        rows.append(bytearray(low + (chance.random() < part) for _ in range(WIDTH)))
    return rows


def _sun(rows: list[bytearray], chance: Random) -> int:
    """Paint it, and return the column under which it glitters."""
    x, y, radius = chance.randrange(90, 550), chance.randrange(60, 150), chance.randrange(22, 40)
    for row in range(y - radius, y + radius):
        half = int((radius**2 - (row - y) ** 2) ** 0.5)
        rows[row][x - half : x + half] = bytes([SUN]) * (2 * half)
    return x


def _skylines(scene: str, chance: Random) -> list[Skyline]:
    make = {"sea": _waves, "town": _roofs, "hills": _hills, "field": _hills}[scene]
    flat = 0.35 if scene == "field" else 1.0
    return [make(chance, 175 + 55 * layer, flat) for layer in range(3)]


def _hills(chance: Random, base: int, flat: float) -> Skyline:
    phase, wide, high = chance.uniform(0, 6), chance.uniform(70, 130), chance.uniform(22, 42) * flat
    return lambda x: int(base - high * sin(x / wide + phase) - high / 3 * sin(x / 23 + phase * 2))


def _waves(chance: Random, base: int, flat: float) -> Skyline:
    """The farthest is land, then two stretches of water."""
    if base < 200:
        return _hills(chance, base + 25, 0.5 * flat)
    phase = chance.uniform(0, 6)
    return lambda x: int(base - 12 - 2.5 * sin(x / 17 + phase) - 1.5 * sin(x / 7))


def _roofs(chance: Random, base: int, flat: float) -> Skyline:
    tops: list[int] = []
    while len(tops) < WIDTH:
        top = base - int(chance.uniform(-25, 60) * flat)
        tops += [top] * chance.randrange(26, 64)
    return tops.__getitem__


def _fill(rows: list[bytearray], colour: int, skyline: Skyline) -> None:
    for x in range(WIDTH):
        for y in range(max(0, skyline(x)), HEIGHT):
            rows[y][x] = colour


def _windows(rows: list[bytearray], chance: Random) -> None:
    for y in range(190, HEIGHT - 12, 14):
        for x in range(8, WIDTH - 8, 12):
            dark = rows[y - 6][x] >= LAYERS + 1 and rows[y + 8][x + 5] >= LAYERS + 1
            if dark and chance.random() < 0.22:
                for row in rows[y : y + 6]:
                    row[x : x + 4] = bytes([LIGHT]) * 4


def _glitter(rows: list[bytearray], middle: int, chance: Random) -> None:
    for y in range(232, HEIGHT, 4):
        spread = (y - 215) // 2
        for _ in range(3):
            x = max(0, middle + chance.randrange(-spread, spread))
            long = chance.randrange(4, 16)
            rows[y][x : x + long] = bytes([LIGHT]) * len(rows[y][x : x + long])


def _colours(palette: tuple[str, ...]) -> list[Colour]:
    top, foot, *others = (_colour(text) for text in palette)
    sky = [_between(top, foot, step / (STEPS - 1)) for step in range(STEPS)]
    return sky + others


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


def _between(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _png(rows: list[bytearray], colours: list[Colour]) -> bytes:
    """Return the file (PNG, third edition, colour type 3)."""
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    pixels = b"".join(b"\0" + row for row in rows)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in (
            (b"IHDR", head),
            (b"PLTE", bytes(part for colour in colours for part in colour)),
            (b"IDAT", zlib.compress(pixels, 6)),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
