"""An outlet's picture made into files of ours, in a process that is thrown away when it suffers."""

from collections.abc import Mapping, Sequence

from mailer.confined import Bounds, Confined, NoAnswer
from mailer.errors import PictureError
from mailer.pictures.model import Crop, Developed

CHILD = "mailer.pictures.darkroom_child"
BOUNDS = Bounds(memory=640 * 2**20, processor=6.0, patience=30.0)


class Darkroom(Confined):
    """Develops pictures one at a time; its child starts with the first one."""

    def __init__(self) -> None:
        super().__init__(CHILD, BOUNDS)

    def develop(
        self, source: bytes, crops: Sequence[Crop], *, max_pixels: int
    ) -> Mapping[Crop, Developed | str]:
        """Return a file for each crop, or why there is none, for a person.

        Raises PictureError when the octets are no picture, have more than `max_pixels`, or ask for
        more time or memory than a picture may have.
        """
        try:
            told, octets = self.ask({"crops": crops, "max_pixels": max_pixels}, source)
        except NoAnswer as why:
            raise PictureError(str(why)) from why
        if told["error"] is not None:
            raise PictureError(told["error"])
        made: dict[Crop, Developed | str] = {}
        place = 0
        for name, one in told["made"].items():
            crop = Crop(name)
            if isinstance(one, str):
                made[crop] = one
                continue
            end = place + one.pop("size")
            made[crop] = Developed(crop=crop, content=octets[place:end], **one)
            place = end
        return made
