"""Which part of a picture is shown, at which size; and which pictures are better not shown."""

from dataclasses import dataclass

from mailer.pictures.model import Crop

KEPT_AT_LEAST = 1 / 3  # of the area: of a tower cut to a letter box nothing is left to see
EYE_LEVEL = 0.35  # where the middle of what is kept stands in a tall picture: faces are above it


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a picture and what it is scaled to; all in pixels."""

    left: int
    top: int
    right: int
    bottom: int
    width: int
    height: int


def cut(width: int, height: int, crop: Crop) -> Cut | str:
    """Return how a picture of this size is cut, or why it is not, for a person.

    The part has the crop's shape, as large as it goes; across it is the middle, and of a tall
    picture the part around its upper third. Nothing is scaled up.
    """
    shown, stored = crop.shown, crop.stored
    wide = min(width, height * shown[0] / shown[1])
    high = min(height, width * shown[1] / shown[0])
    if wide < shown[0] - 0.5 or high < shown[1] - 0.5:
        return f"{width} x {height} pixels are too few for {shown[0]} x {shown[1]}"
    if wide * high < KEPT_AT_LEAST * width * height:
        return f"{width} x {height} pixels are no shape for {shown[0]} x {shown[1]}"
    left = (width - wide) / 2
    top = min(max(0.0, EYE_LEVEL * height - high / 2), height - high)
    scale = min(1.0, stored[0] / wide)
    return Cut(
        left=round(left),
        top=round(top),
        right=min(width, round(left + wide)),
        bottom=min(height, round(top + high)),
        width=min(stored[0], round(wide * scale)),
        height=min(stored[1], round(high * scale)),
    )
