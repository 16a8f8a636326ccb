"""Small things that templates ask for: dates, minutes, words that stay together."""

from datetime import datetime
from zoneinfo import ZoneInfo

WORDS_A_MINUTE = 238  # silent reading of English prose, Brysbaert 2019
JOINED = "\u00a0"


def minutes(words: int) -> int:
    """Return how long the text takes to read, rounded up; 0 when its length is unknown."""
    return -(-words // WORDS_A_MINUTE)


def joined(text: str) -> str:
    """Return the words with spaces at which no line is broken: `5 min read`."""
    return text.replace(" ", JOINED)


def counted(number: int, singular: str, plural: str) -> str:
    """Return `1 story`, `2 stories`, kept on one line."""
    return joined(f"{number} {singular if number == 1 else plural}")


def long_date(moment: datetime, zone: str) -> str:
    """Return the date in that zone: `Tuesday, 24 November 2026`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A}, {local.day} {local:%B %Y}"


def short_date(moment: datetime, zone: str) -> str:
    """Return the date in that zone: `24 November 2026`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"
