"""The painted pictures are real PNG files."""

import struct
import zlib

import pytest

from mailer.demo.pictures import HEIGHT, WIDTH, picture

SCENES = ("sea", "town", "hills", "field")


def chunks(png: bytes) -> dict[bytes, bytes]:
    """Take a PNG apart; fails where a checksum is wrong."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, place = {}, 8
    while place < len(png):
        (size,) = struct.unpack_from(">I", png, place)
        body = png[place + 4 : place + 8 + size]
        assert struct.unpack_from(">I", png, place + 8 + size) == (zlib.crc32(body),)
        found[body[:4]] = body[4:]
        place += 12 + size
    return found


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("seed", ["ferry", "moss", "tram"])
def test_a_picture_is_whole_and_points_only_into_its_palette(scene: str, seed: str) -> None:
    found = chunks(picture(scene, seed))

    assert struct.unpack(">IIBBBBB", found[b"IHDR"]) == (WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    pixels = zlib.decompress(found[b"IDAT"])
    assert len(pixels) == (WIDTH + 1) * HEIGHT
    assert max(pixels) < len(found[b"PLTE"]) / 3
    assert b"IEND" in found


def test_the_same_words_give_the_same_picture_and_others_another() -> None:
    assert picture("sea", "ferry") == picture.__wrapped__("sea", "ferry")
    assert picture("sea", "ferry") != picture("sea", "seals")


@pytest.mark.parametrize("scene", SCENES)
def test_a_picture_is_light_enough_for_a_mail(scene: str) -> None:
    assert len(picture(scene, "weight")) < 40_000
