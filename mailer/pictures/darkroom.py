"""An outlet's picture made into files of ours, in a process that is thrown away when it suffers."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from mailer.confined import Confined, Ended
from mailer.errors import PictureError
from mailer.pictures.model import Crop, Developed

CHILD = "mailer.pictures.darkroom_child"
MEMORY = 640 * 1024 * 1024  # octets of the child, all in all
PROCESSOR = 6.0  # seconds of work a picture
PATIENCE = 30.0  # seconds by the clock on the wall, however busy the machine is


class Darkroom:
    """Develops pictures one at a time; its child starts with the first one.

    Leaving its `with` ends the child.
    """

    def __init__(self) -> None:
        self._child = Confined(CHILD, PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def stop(self) -> None:
        """Give up what is being developed in another thread."""
        self._child.stop()

    def close(self) -> None:
        """End the child; nobody waits for it."""
        self._child.close()

    def develop(
        self, source: bytes, crops: Sequence[Crop], *, max_pixels: int
    ) -> Mapping[Crop, Developed | str]:
        """Return a file for each crop, or why there is none, for a person.

        Raises PictureError when the octets are no picture, have more than `max_pixels`, or ask for
        more time or memory than a picture may have.
        """
        head = {"crops": [crop.value for crop in crops], "max_pixels": max_pixels}
        try:
            told, octets = self._child.ask(head, source)
        except Ended as why:
            raise PictureError(_in_words(why)) from why
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


def _in_words(why: Ended) -> str:
    """Say for a person what a child ended of."""
    if why.took_too_long:
        return f"it takes more than {PROCESSOR:g} seconds of work"
    if why.kept_us_waiting:
        return f"it was not developed within {PATIENCE:g} seconds"
    return f"it needs more than {MEMORY // 2**20} MB, or breaks what reads it"
