"""How a rhythm and its next mail are put into words."""

from datetime import UTC, datetime

import pytest

from mailer.editions.model import Rhythm, Schedule
from mailer.editions.wording import next_mail_words, rhythm_words

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Schedule(Rhythm.DAILY, 420, 0, "UTC"), "every day at 07:00"),
        (Schedule(Rhythm.WEEKDAYS, 0, 0, "UTC"), "Monday to Friday at 00:00"),
        (Schedule(Rhythm.WEEKLY, 420, 1, "UTC"), "every Tuesday at 07:00"),
        (
            Schedule(Rhythm.WEEKLY, 420, 4, "UTC", (0, 2)),
            "every Monday, Wednesday and Friday at 07:00",
        ),
        (Schedule(Rhythm.MONTHLY, 1110, 0, "UTC"), "on the first of each month at 18:30"),
    ],
)
def test_a_rhythm_in_words(schedule: Schedule, words: str) -> None:
    assert rhythm_words(schedule) == words


@pytest.mark.parametrize(
    ("at", "zone", "words"),
    [
        (datetime(2026, 12, 1, 6, tzinfo=UTC), "Europe/Berlin", "Tuesday 07:00"),
        (datetime(2026, 11, 28, 23, 30, tzinfo=UTC), "Asia/Tokyo", "Sunday 08:30"),
        (datetime(2026, 12, 5, 6, tzinfo=UTC), "UTC", "Saturday 5 December, 06:00"),
        (datetime(2027, 1, 1, 6, tzinfo=UTC), "UTC", "Friday, 1 January 2027, 06:00"),
    ],
)
def test_the_next_mail_is_named_so_that_nobody_misreads_its_day(
    at: datetime, zone: str, words: str
) -> None:
    assert next_mail_words(at, zone, NOW) == f"Next mail: {words}"


def test_whoever_gets_no_mail_is_told_so() -> None:
    assert next_mail_words(None, "UTC", NOW) == "No mail is to come"
