"""An outlet's picture made into files of ours, in a process that is thrown away when it suffers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailer.confined import Bounds, Confined, NoAnswer, Object, excuse
from mailer.errors import PictureError
from mailer.pictures.model import Crop, Developed
from mailer.plain_values import whole

CHILD = "mailer.pictures.darkroom_child"
BOUNDS = Bounds(memory=640 * 2**20, processor=6.0, patience=30.0)
BEGINS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}

Made = Mapping[Crop, Developed | str]


@dataclass(frozen=True, slots=True)
class Print:
    """What the child says of one crop; its file stands among the octets, in the same order."""

    crop: Crop
    trouble: str | None  # why there is none
    media_type: str = ""
    width: int = 0  # pixels
    height: int = 0
    size: int = 0  # octets


@dataclass(frozen=True, slots=True)
class Prints:
    """What the child says of a picture."""

    trouble: str | None  # why nothing can be made of it
    prints: tuple[Print, ...] = ()


class Darkroom(Confined):
    """Develops pictures one at a time; its child starts with the first one."""

    def __init__(self) -> None:
        super().__init__(CHILD, BOUNDS)

    def develop(self, source: bytes, crops: Sequence[Crop], *, max_pixels: int) -> Made:
        """Return a file for each crop, or why there is none, for a person.

        Raises PictureError when the octets are no picture, have more than `max_pixels`, or ask for
        more time or memory than a picture may have.
        """

        def believed(head: Object, octets: bytes) -> Made | PictureError:
            told = whole(Prints, head["told"])
            if told.trouble is not None:
                return PictureError(excuse(told.trouble))
            return _developed(told.prints, octets, crops)

        try:
            made = self.ask({"crops": crops, "max_pixels": max_pixels}, source, believed)
        except NoAnswer as why:
            raise PictureError(str(why)) from why
        if isinstance(made, PictureError):
            raise made
        return made


def _developed(prints: Sequence[Print], octets: bytes, crops: Sequence[Crop]) -> Made:
    """Return the files; raise ValueError or LookupError when they are not what was asked for."""
    if {one.crop for one in prints} != set(crops) or len(prints) != len(set(crops)):
        raise ValueError("other crops were asked for")
    made: dict[Crop, Developed | str] = {}
    place = 0
    for one in prints:
        if one.trouble is not None:
            made[one.crop] = excuse(one.trouble)
            continue
        content = octets[place : place + one.size]
        place += one.size
        _check(one, content)
        made[one.crop] = Developed(one.crop, one.media_type, one.width, one.height, content)
    if place != len(octets):
        raise ValueError("there are octets of no file")
    return made


def _check(one: Print, content: bytes) -> None:
    """Raise ValueError or LookupError when it is no file that we serve."""
    width, height = one.crop.stored
    if not (0 < one.width <= width and 0 < one.height <= height):
        raise ValueError(f"{one.width} x {one.height} pixels")
    if not 0 < one.size == len(content) <= one.crop.largest:
        raise ValueError(f"{one.size} octets")
    if not content.startswith(BEGINS[one.media_type]):
        raise ValueError(f"it is no {one.media_type}")
