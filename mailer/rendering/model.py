"""A rendered page with slots, and what may stand in a slot."""

import re
from dataclasses import dataclass
from enum import StrEnum

# Private-use characters mark a slot. The environment strips them from everything that is printed,
# so no feed can place a slot of its own and have a reader's private link put into it.
OPENS = "\ue000"
CLOSES = "\ue001"
# In a value: a line may break here. `<wbr>` in HTML, which nobody copies, and nothing elsewhere.
BREAK = "\u200b"
# In a value: here a line ends, in HTML alone. Who copies it copies an end of line, which the bar
# that takes web addresses leaves out.
LINE = "\u2028"
MARKER = re.compile(f"{OPENS}([a-z_]*){CLOSES}")


class Slot(StrEnum):
    """What is filled in for one reader."""

    ADDRESS = "address"
    SHOWN_ADDRESS = "shown_address"  # the same, with a BREAK wherever a line may break in it
    SIGNED_UP_ON = "signed_up_on"
    LEAVE_URL = "leave_url"
    WHY_URL = "why_url"
    ANSWER_URL = "answer_url"  # and what the answer is: /good or /poor
    CONFIRM_URL = "confirm_url"
    SHOWN_CONFIRM_URL = "shown_confirm_url"  # the same in short lines, for a phone
    REFUSE_URL = "refuse_url"
    UNDO_URL = "undo_url"
    PREFERENCES_URL = "preferences_url"
    DATA_URL = "data_url"
    MOVE_URL = "move_url"
    RESTORE_URL = "restore_url"
    ARCHIVE_URL = "archive_url"
    NEXT_MAIL = "next_mail"  # when it comes: a moment, or as soon as something is new

    @property
    def marker(self) -> str:
        """The text that stands in a page where the value will go."""
        return f"{OPENS}{self.value}{CLOSES}"


UNSPACED = frozenset({"ja", "zh", "yue"})  # languages that write no spaces between words


def is_unspaced(language: str) -> bool:
    """Whether joining two lines of this language's text must put no space between them."""
    return language.partition("-")[0].lower() in UNSPACED


@dataclass(frozen=True, slots=True)
class Page:
    """One variant of one mail: subject, HTML and text, all with slots."""

    subject: str
    html: str  # "": the mail has the text alone
    text: str
    delsp: bool = False  # whether a line's last space goes when lines are joined (RFC 3676, 4.1)


@dataclass(frozen=True, slots=True)
class Variant:
    """Everything that changes an edition's page."""

    since: int  # the reader has seen everything up to this arrival
    language: str
    apart: str = ""  # what they had at once, corrections, text alone: the key of an `Apart`
