"""Photographs and drawings, painted when a test asks for one."""

from io import BytesIO
from typing import Any

from PIL import Image


def a_photo(width: int = 1600, height: int = 1000, kind: str = "JPEG", **options: Any) -> bytes:
    """Return a file with many colours."""
    red = Image.linear_gradient("L").resize((width, height))
    green = Image.radial_gradient("L").resize((width, height))
    blue = red.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return written(Image.merge("RGB", (red, green, blue)), kind, **options)


def written(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture as a file."""
    into = BytesIO()
    picture.save(into, kind, **options)
    return into.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return what a mail program sees of a file."""
    with Image.open(BytesIO(content)) as picture:
        picture.load()
    return picture
