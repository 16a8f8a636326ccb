"""What a newsletter is made of, read from options."""

from datetime import UTC, datetime

import pytest

from mailer.cli.newsletter_options import changed, describe, hour, new_newsletter
from mailer.editions.model import Approval, Rhythm, Schedule
from mailer.errors import UsageError
from tests.conftest import a_newsletter

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
ENOUGH = {"name": "The Brief", "sender": "brief@example.org"}


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Schedule(Rhythm.DAILY, 7 * 60, 0, "UTC"), "daily at 07:00 UTC"),
        (Schedule(Rhythm.WEEKDAYS, 6 * 60 + 5, 0, "UTC"), "weekdays at 06:05 UTC"),
        (Schedule(Rhythm.WEEKLY, 0, 4, "Asia/Tokyo"), "weekly on friday at 00:00 Asia/Tokyo"),
        (Schedule(Rhythm.MONTHLY, 0, 4, "UTC"), "monthly on the 1st at 00:00 UTC"),
        (Schedule(Rhythm.MINUTELY, 0, 0, "UTC"), "minutely"),
    ],
)
def test_a_schedule_is_told_in_words(schedule: Schedule, words: str) -> None:
    assert describe(schedule) == words


def test_a_new_newsletter_is_daily_at_seven_and_open_to_everybody() -> None:
    made = new_newsletter("brief", ENOUGH, NOW)

    assert made.schedule == Schedule(Rhythm.DAILY, 7 * 60, 0, "UTC")
    assert (made.approval, made.public, made.language) == (Approval.AUTOMATIC, True, "en")
    assert made.description == "The latest from The Brief."
    assert made.created_at == NOW


def test_what_it_must_have_is_named() -> None:
    with pytest.raises(
        UsageError, match=r"2 things are wrong\n  --name is missing\n  --sender is missing"
    ):
        new_newsletter("brief", {}, NOW)


@pytest.mark.parametrize(
    "slug", ["", "Brief", "the brief", "-brief", "brief-", "a" * 64, "bäder", "../x"]
)
def test_a_short_name_is_fit_for_an_address(slug: str) -> None:
    with pytest.raises(UsageError, match="is not a short name"):
        new_newsletter(slug, ENOUGH, NOW)


@pytest.mark.parametrize(
    ("option", "text", "field", "value"),
    [
        ("name", "  Another name ", "name", "Another name"),
        ("description", "All of it.", "description", "All of it."),
        ("postal_address", "1 Quay Street", "postal_address", "1 Quay Street"),
        ("language", "pt-BR", "language", "pt-BR"),
        ("approval", "Manual", "approval", Approval.MANUAL),
        ("max_stories", "100", "max_stories", 100),
        ("public", False, "public", False),
        ("reply_to", "", "reply_to", None),
    ],
)
def test_an_option_changes_its_own_field(
    option: str, text: object, field: str, value: object
) -> None:
    before = a_newsletter()

    after = changed(before, {option: text})

    assert getattr(after, field) == value
    assert changed(after, {}) == after
    assert after.schedule == before.schedule


@pytest.mark.parametrize(
    ("option", "text", "schedule"),
    [
        ("rhythm", "weekly", Schedule(Rhythm.WEEKLY, 420, 0, "Europe/Berlin")),
        ("at", "6:30", Schedule(Rhythm.DAILY, 390, 0, "Europe/Berlin")),
        ("at", "23:59", Schedule(Rhythm.DAILY, 1439, 0, "Europe/Berlin")),
        ("weekday", "Friday", Schedule(Rhythm.DAILY, 420, 4, "Europe/Berlin")),
        ("zone", "Asia/Tokyo", Schedule(Rhythm.DAILY, 420, 0, "Asia/Tokyo")),
    ],
)
def test_an_option_changes_its_own_part_of_the_schedule(
    option: str, text: str, schedule: Schedule
) -> None:
    assert changed(a_newsletter(), {option: text}).schedule == schedule


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("name", ""),
        ("name", "two\nlines"),
        ("name", "x" * 201),
        ("name", "a\u2028b"),
        ("sender", "nobody"),
        ("sender", "a@example.org\r\nBcc: b@example.org"),
        ("reply_to", "@"),
        ("language", "english please"),
        ("zone", "Mars/Olympus"),
        ("zone", "../../etc/passwd"),
        ("rhythm", "hourly"),
        ("at", "24:00"),
        ("at", "7"),
        ("at", "07:60"),
        ("weekday", "caturday"),
        ("approval", "maybe"),
        ("max_stories", "0"),
        ("max_stories", "101"),
        ("max_stories", "²"),
        ("max_stories", "many"),
    ],
)
def test_a_wrong_option_is_named(option: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"^--{option.replace('_', '-')}: "):
        changed(a_newsletter(), {option: text})


def test_all_wrong_options_are_named_at_once() -> None:
    given = {"sender": "no", "at": "noon", "zone": "nowhere", "max_stories": "-1"}

    with pytest.raises(UsageError) as why:
        new_newsletter("Not A Slug", given, NOW)

    named = ["'Not A Slug'", "--name", "--sender", "--at", "--zone", "--max-stories"]
    assert all(name in str(why.value) for name in named)


def test_an_hour_has_four_digits() -> None:
    assert hour(Schedule(Rhythm.DAILY, 65, 0, "UTC")) == "01:05"
