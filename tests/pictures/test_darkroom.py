"""Outlets' pictures become files of ours, and hostile ones harm nobody."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest
from PIL import Image, ImageCms

from mailer.errors import PictureError
from mailer.pictures.darkroom import Darkroom
from mailer.pictures.model import Crop, Developed
from tests.pictures.samples import a_photo, opened, written

PIXELS = 40_000_000


@pytest.fixture(scope="module")
def darkroom() -> Iterator[Darkroom]:
    with Darkroom() as made:
        yield made


def developed(darkroom: Darkroom, source: bytes, crop: Crop = Crop.LEAD) -> Developed:
    made = darkroom.develop(source, [crop], max_pixels=PIXELS)[crop]
    assert isinstance(made, Developed), made
    return made


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_whatever_comes_goes_out_as_what_every_mail_program_shows(
    darkroom: Darkroom, kind: str
) -> None:
    source = a_photo(kind=kind, **({"speed": 10} if kind == "AVIF" else {}))

    made = darkroom.develop(source, list(Crop), max_pixels=PIXELS)

    for crop, one in made.items():
        assert isinstance(one, Developed)
        assert (one.width, one.height) == crop.stored == opened(one.content).size
        assert one.media_type == Image.MIME[str(opened_kind(one))] in {"image/jpeg", "image/png"}
        assert len(one.content) <= crop.largest


def opened_kind(one: Developed) -> str:
    return "PNG" if one.content.startswith(b"\x89PNG") else "JPEG"


def test_nothing_goes_out_but_pixels(darkroom: Darkroom) -> None:
    exif = Image.Exif()
    exif[0x8298], exif[0x010E] = "© Ines Calder", "at home, 53.55 N 9.99 E"
    source = a_photo(exif=exif, comment=b"a secret", dpi=(300, 300))
    assert b"a secret" in source

    made = developed(darkroom, source)

    words = (b"Calder", b"secret", b"Exif", b"ICC_PROFILE")
    assert [word for word in words if word in made.content] == []
    assert opened(made.content).getexif() == {}


def test_a_camera_that_was_turned_is_turned_back(darkroom: Darkroom) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # its top is on the right
    photo = Image.new("RGB", (1000, 1600), "navy")
    photo.paste("white", (0, 0, 500, 1600))

    made = opened(developed(darkroom, written(photo, "JPEG", exif=exif)).content).convert("L")

    assert made.getpixel((500, 20)) > 200  # type: ignore[operator]  # L has one number a pixel
    assert made.getpixel((500, 600)) < 60  # type: ignore[operator]


def test_what_is_transparent_lies_on_paper_and_a_drawing_stays_sharp(darkroom: Darkroom) -> None:
    drawing = Image.new("RGBA", (1200, 700), (0, 0, 0, 0))
    drawing.paste((180, 20, 30, 255), (300, 200, 900, 500))

    made = developed(darkroom, written(drawing, "PNG"))

    assert made.media_type == "image/png"
    assert opened(made.content).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "CMYK", "I;16", "1"])
def test_every_way_to_write_pixels_is_read(darkroom: Darkroom, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    source = written(Image.new("L", (1200, 700), 255).convert(mode), kind)

    assert opened(developed(darkroom, source).content).size == (1104, 620)


def test_colours_of_wide_screens_become_those_of_all(darkroom: Darkroom) -> None:
    srgb = ImageCms.createProfile("sRGB")
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (ImageCms.ImageCmsProfile(srgb).tobytes(), lab, b"no profile at all"):
        assert developed(darkroom, a_photo(icc_profile=profile)).width == 1104


def test_a_small_picture_is_a_thumbnail_and_no_lead(darkroom: Darkroom) -> None:
    made = darkroom.develop(a_photo(300, 200), list(Crop), max_pixels=PIXELS)

    assert isinstance(made[Crop.THUMB], Developed)
    assert "300 x 200 pixels are too few" in str(made[Crop.LEAD])


def test_noise_gets_as_small_as_it_must(darkroom: Darkroom) -> None:
    noise = Image.merge("RGB", [Image.effect_noise((1300, 800), 120) for _ in range(3)])

    made = developed(darkroom, written(noise, "PNG"))

    assert len(made.content) <= Crop.LEAD.largest


def test_a_picture_that_would_unfold_to_gigabytes_is_not_opened(darkroom: Darkroom) -> None:
    with pytest.raises(PictureError, match="60000 x 60000 pixels are more"):
        developed(darkroom, a_bomb(60_000, 60_000))


def test_one_that_unfolds_to_more_than_the_memory_ends_with_its_child(darkroom: Darkroom) -> None:
    """A limit of pixels that is set too high is not the last one."""
    with pytest.raises(PictureError, match=r"MB|broken|seconds"):
        darkroom.develop(a_bomb(30_000, 30_000), [Crop.LEAD], max_pixels=10**10)

    assert developed(darkroom, a_photo()).width == 1104


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='600'/>",
        b"<html>Please log in</html>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 600\n",
        written(Image.new("RGB", (900, 600)), "TIFF"),
        written(Image.new("RGB", (900, 600)), "BMP"),
    ],
    ids=["nothing", "svg", "html", "postscript", "tiff", "bmp"],
)
def test_what_is_none_of_five_kinds_is_refused(darkroom: Darkroom, source: bytes) -> None:
    with pytest.raises(PictureError, match="no picture of a known kind"):
        developed(darkroom, source)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("damage", range(6))
def test_a_damaged_file_is_refused_or_shown_and_the_next_one_is_read(
    darkroom: Darkroom, kind: str, damage: int
) -> None:
    whole = bytearray(a_photo(700, 450, kind=kind))
    place = len(whole) * (damage + 1) // 7
    whole[place : place + 40] = bytes(40)
    for source in (bytes(whole), bytes(whole[:place])):
        with suppress(PictureError):
            assert set(darkroom.develop(source, [Crop.THUMB], max_pixels=PIXELS)) == {Crop.THUMB}

    assert developed(darkroom, a_photo(700, 450), Crop.THUMB).width == 240


def a_bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few kilobytes, that says it is this large."""
    rows = zlib.compress(bytes(50_000_000), 9)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", rows),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
