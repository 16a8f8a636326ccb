"""The child of `darkroom.Darkroom`: a picture comes in, files of ours go out.

Before the first one it gives up all that a picture could be after: it opens no file and no line to
anywhere any more. Whatever is in a picture's file besides pixels stays there.
"""

import warnings
from collections.abc import Sequence
from io import BytesIO

from PIL import AvifImagePlugin, Image, ImageCms, ImageOps, UnidentifiedImageError

from mailer.confined import Answer, Object, close_the_doors, serve
from mailer.pictures.cropping import Cut, cut
from mailer.pictures.darkroom import BOUNDS, Print, Prints
from mailer.pictures.model import Crop

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")  # all others are parsers nobody needs here
QUALITIES = (82, 74, 66, 56, 45)  # of JPEG, until the file is small enough
FEW_COLOURS = 128  # a drawing: sharp and smaller as PNG
ENOUGH = (2400, 1600)  # pixels that a JPEG is decoded to, if it has so many: no crop needs more
SRGB = ImageCms.createProfile("sRGB")
PAPER = (255, 255, 255)  # behind what is transparent
REHEARSED: Object = {"crops": [Crop.LEAD, Crop.THUMB], "max_pixels": 10**7}
BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError, ArithmeticError)


def main() -> None:
    """Answer until nobody asks any more."""
    warnings.simplefilter("ignore")  # we count pixels ourselves, before any is read
    Image.MAX_IMAGE_PIXELS = None
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # no thread can be started any more
    _rehearse()
    close_the_doors(BOUNDS)
    serve(_develop, BOUNDS)


def _develop(head: Object, source: bytes) -> Answer:
    try:
        return _made(source, [Crop(name) for name in head["crops"]], head["max_pixels"])
    except UnidentifiedImageError:
        return _refused(f"it is no picture of a known kind ({', '.join(FORMATS)})")
    except MemoryError:
        return _refused(f"it needs more than {BOUNDS.memory // 2**20} MB")
    except BROKEN as why:
        return _refused(f"it is broken ({type(why).__name__})")


def _refused(why: str) -> Answer:
    return {"told": Prints(why)}, b""


def _made(source: bytes, crops: Sequence[Crop], max_pixels: int) -> Answer:
    prints: list[Print] = []
    files = []
    with Image.open(BytesIO(source), formats=FORMATS) as opened:
        if opened.width * opened.height > max_pixels:
            return _refused(f"{opened.width} x {opened.height} pixels are more than {max_pixels:,}")
        opened.draft(None, ENOUGH)
        cuts = {crop: cut(*_upright_size(opened), crop) for crop in crops}
        wanted = {crop: one for crop, one in cuts.items() if isinstance(one, Cut)}
        prints += [Print(crop, one) for crop, one in cuts.items() if isinstance(one, str)]
        picture = _pixels(opened) if wanted else None
    for crop, part in wanted.items():
        assert picture is not None  # noqa: S101 - read because something is wanted
        told, content = _file(picture, part, crop)
        prints.append(told)
        files.append(content)
    return {"told": Prints(None, tuple(prints))}, b"".join(files)


def _upright_size(picture: Image.Image) -> tuple[int, int]:
    """Return its size as it is looked at: a camera may have been turned (EXIF orientation)."""
    turned = picture.getexif().get(0x0112) in {5, 6, 7, 8}
    return (picture.height, picture.width) if turned else picture.size


def _pixels(opened: Image.Image) -> Image.Image:
    """Return the first frame, upright, in sRGB, on paper."""
    profile = opened.info.get("icc_profile")
    picture = ImageOps.exif_transpose(opened)
    if picture.mode in {"RGBA", "LA", "PA", "P", "La", "RGBa"} or "transparency" in picture.info:
        drawn = picture.convert("RGBA")
        picture = Image.new("RGB", drawn.size, PAPER)
        picture.paste(drawn, mask=drawn.getchannel("A"))
    elif picture.mode.startswith("I"):  # 16 bits a pixel
        picture = picture.point(lambda value: value / 256).convert("L")
    return _in_srgb(picture, profile)


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Return the colours as screens have them; a profile that cannot be read is left aside."""
    if isinstance(profile, bytes) and picture.mode in {"RGB", "CMYK"}:
        try:
            changed = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), SRGB, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            changed = None
        if changed is not None:
            return changed
    return picture.convert("RGB")


def _scaled(picture: Image.Image, part: Cut) -> Image.Image:
    box = (part.left, part.top, part.right, part.bottom)
    return picture.resize(
        (part.width, part.height), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0
    )


def _file(picture: Image.Image, part: Cut, crop: Crop) -> tuple[Print, bytes]:
    """Return a file that is small enough, and what is to be said of it.

    What is nothing but noise, and too large at any quality, is made half as wide.
    """
    scaled = _scaled(picture, part)
    media_type, content = _encoded(scaled, crop.largest)
    if len(content) > crop.largest:
        scaled = scaled.resize((part.width // 2, part.height // 2), Image.Resampling.BOX)
        media_type, content = _encoded(scaled, crop.largest)
    return Print(crop, None, media_type, *scaled.size, len(content)), content


def _encoded(picture: Image.Image, largest: int) -> tuple[str, bytes]:
    """Return the file with nothing in it but pixels; a drawing is sharper, and smaller, as PNG."""
    content = b""
    for quality in QUALITIES:
        content = _written(picture, "JPEG", quality=quality, optimize=True, progressive=True)
        if len(content) <= largest:
            break
    if picture.getcolors(FEW_COLOURS) is not None:
        drawing = _written(picture.quantize(FEW_COLOURS), "PNG", optimize=True)
        if len(drawing) <= len(content):
            return "image/png", drawing
    return "image/jpeg", content


def _written(picture: Image.Image, kind: str, **options: object) -> bytes:
    picture.info = {}
    into = BytesIO()
    picture.save(into, kind, **options)
    return into.getvalue()


def _rehearse() -> None:
    """Use each decoder and encoder once: they load what they need when they first need it."""
    Image.init()
    sample = Image.linear_gradient("L").resize((640, 420))
    for kind in FORMATS:
        for mode in ("RGB", "P") if kind in {"PNG", "GIF"} else ("RGB",):
            source = BytesIO()
            sample.convert(mode).save(source, kind, **({"speed": 10} if kind == "AVIF" else {}))
            _develop(REHEARSED, source.getvalue())
    profiled = BytesIO()
    sample.convert("RGB").save(
        profiled, "JPEG", icc_profile=ImageCms.ImageCmsProfile(SRGB).tobytes()
    )
    _develop(REHEARSED, profiled.getvalue())


if __name__ == "__main__":
    main()
