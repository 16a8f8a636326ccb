"""A picture as we serve it, and which story it illustrates."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Crop(StrEnum):
    """What a picture is cut to, and how large it is shown."""

    LEAD = "lead"  # 16:9, as wide as the sheet
    THUMB = "thumb"  # 3:2, beside a story
    CARD = "card"  # 1.91:1, what others show of an edition's page (OpenGraph)

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height on a screen, in CSS pixels."""
        return SHOWN[self]

    @property
    def stored(self) -> tuple[int, int]:
        """Width and height at most, in pixels of the file: twice as many, for fine screens."""
        width, height = SHOWN[self]
        return 2 * width, 2 * height

    @property
    def largest(self) -> int:
        """Octets of the file, at most."""
        return LARGEST[self]


SHOWN = {Crop.LEAD: (552, 310), Crop.THUMB: (120, 80), Crop.CARD: (600, 315)}
LARGEST = {Crop.LEAD: 200_000, Crop.THUMB: 30_000, Crop.CARD: 200_000}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}  # what every mail program shows


@dataclass(frozen=True, slots=True)
class Developed:
    """A file that we made of an outlet's picture: no byte of it is the outlet's."""

    crop: Crop
    media_type: str  # one of ENDINGS
    width: int  # pixels of the file
    height: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a file without reading it."""

    key: str  # of its octets: the same file has the same key, and a key never another file
    media_type: str
    width: int
    height: int
    size: int  # octets

    @property
    def file_name(self) -> str:
        """The last part of its address."""
        return f"{self.key}.{ENDINGS[self.media_type]}"


@dataclass(frozen=True, slots=True)
class Illustration:
    """What became of one crop of an article's picture."""

    article_id: int
    crop: Crop
    source_url: str  # the outlet's address it was made from
    picture: Picture | None  # None: there is none, and `trouble` says why
    trouble: str | None
    tried_at: datetime
