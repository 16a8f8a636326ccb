"""When a digest is due, in every zone and through every change of clocks."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.editions.calendar import (
    NO_PLACES,
    current_slot,
    is_missed,
    next_due,
    next_mail,
    zone_named,
)
from mailer.editions.model import Due, Rhythm, Schedule
from mailer.errors import UsageError

zones = st.sampled_from(
    [
        *("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kathmandu"),
        *("Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "America/St_Johns"),
        *("Asia/Jerusalem", "Pacific/Chatham", "America/Sao_Paulo", "Antarctica/Troll"),
    ]
)
rhythms = st.sampled_from([rhythm for rhythm in Rhythm if rhythm is not Rhythm.MINUTELY])
days = st.lists(st.integers(0, 6), max_size=3).map(tuple)
schedules = st.builds(Schedule, rhythms, st.integers(0, 1439), st.integers(0, 6), zones, days)
moments = st.datetimes(
    datetime(2005, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2037, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def daily(hour: int, minute: int = 0, zone: str = "Europe/Berlin") -> Schedule:
    return Schedule(Rhythm.DAILY, hour * 60 + minute, 0, zone)


def utc(*parts: int) -> datetime:
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@given(schedules, moments)
def test_appointments_and_their_slots_go_forward_together(
    schedule: Schedule, after: datetime
) -> None:
    dues = [next_due(schedule, after)]
    for _ in range(5):
        dues.append(next_due(schedule, dues[-1].at))

    assert after < dues[0].at
    assert all(one.at < other.at for one, other in itertools.pairwise(dues))
    assert all(one.slot < other.slot for one, other in itertools.pairwise(dues))


@given(schedules, moments)
def test_nothing_is_due_in_between(schedule: Schedule, after: datetime) -> None:
    due = next_due(schedule, after)

    assert next_due(schedule, after + (due.at - after) / 2) == due
    assert next_due(schedule, due.at - timedelta(seconds=1)) == due


@given(schedules, moments)
def test_a_slot_that_was_filled_is_never_due_again(schedule: Schedule, after: datetime) -> None:
    first = next_due(schedule, after)

    assert next_due(schedule, after, past=first.slot).slot > first.slot


@given(st.integers(0, 1439), zones, moments)
def test_a_daily_digest_comes_on_every_date_that_its_zone_has(
    minute: int, zone: str, after: datetime
) -> None:
    schedule = Schedule(Rhythm.DAILY, minute, 0, zone)
    due = next_due(schedule, after)
    following = next_due(schedule, due.at)

    days = date.fromisoformat(following.slot) - date.fromisoformat(due.slot)
    assert days == timedelta(days=1) or zone == "Pacific/Apia"


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        # Clocks go forward at 02:00: half past two does not exist, and comes at three.
        (daily(2, 30), utc(2027, 3, 27, 12), Due(utc(2027, 3, 28, 1), "2027-03-28")),
        (daily(2, 30), utc(2027, 3, 28, 1), Due(utc(2027, 3, 29, 0, 30), "2027-03-29")),
        # Clocks go back at 03:00: half past two comes twice, and the first counts.
        (daily(2, 30), utc(2026, 10, 24, 12), Due(utc(2026, 10, 25, 0, 30), "2026-10-25")),
        (daily(2, 30), utc(2026, 10, 25, 0, 30), Due(utc(2026, 10, 26, 1, 30), "2026-10-26")),
        # Samoa went to bed on Thursday and got up on Saturday.
        (
            daily(7, zone="Pacific/Apia"),
            utc(2011, 12, 29, 18),
            Due(utc(2011, 12, 30, 17), "2011-12-31"),
        ),
    ],
    ids=["spring", "after spring", "autumn", "after autumn", "no Friday"],
)
def test_nights_in_which_clocks_are_changed(schedule: Schedule, after: datetime, due: Due) -> None:
    assert next_due(schedule, after) == due


@pytest.mark.parametrize(
    ("rhythm", "after", "due"),
    [
        (Rhythm.WEEKDAYS, utc(2026, 11, 27, 8), Due(utc(2026, 11, 30, 7), "2026-11-30")),
        (Rhythm.WEEKLY, utc(2026, 11, 24), Due(utc(2026, 11, 26, 7), "2026-11-26")),
        (Rhythm.WEEKLY, utc(2026, 12, 28), Due(utc(2026, 12, 31, 7), "2026-12-31")),
        (Rhythm.WEEKLY, utc(2026, 12, 31, 8), Due(utc(2027, 1, 7, 7), "2027-01-07")),
        (Rhythm.MONTHLY, utc(2026, 12, 1, 8), Due(utc(2027, 1, 1, 7), "2027-01-01")),
        (
            Rhythm.MINUTELY,
            utc(2026, 11, 24, 7, 31),
            Due(utc(2026, 11, 24, 7, 32), "2026-11-24T07:32"),
        ),
    ],
)
def test_each_rhythm_has_its_own_slots(rhythm: Rhythm, after: datetime, due: Due) -> None:
    assert next_due(Schedule(rhythm, 7 * 60, 3, "UTC"), after) == due


def test_a_weekly_digest_comes_on_each_of_its_days() -> None:
    schedule = Schedule(Rhythm.WEEKLY, 7 * 60, 3, "UTC", also_on=(0,))

    first = next_due(schedule, utc(2026, 11, 24))

    assert [first.slot, next_due(schedule, first.at).slot] == ["2026-11-26", "2026-11-30"]


def test_after_a_pause_the_first_hour_on_its_last_day_counts() -> None:
    now, until = utc(2026, 11, 24), utc(2026, 12, 1)

    assert next_mail(daily(0, zone="UTC"), now, paused_until=until) == until
    assert next_mail(daily(7, zone="UTC"), now, paused_until=now) == utc(2026, 11, 24, 7)


def test_the_current_slot_is_the_readers_own_date() -> None:
    evening = utc(2026, 11, 24, 23, 30)

    assert current_slot(daily(7, zone="UTC"), evening) == "2026-11-24"
    assert current_slot(daily(7), evening) == "2026-11-25"


def test_what_is_late_is_made_up_for_within_the_grace() -> None:
    grace = timedelta(hours=6)

    assert not is_missed(utc(2026, 11, 24, 7), utc(2026, 11, 24, 13), grace)
    assert is_missed(utc(2026, 11, 24, 7), utc(2026, 11, 24, 13, 1), grace)


@pytest.mark.parametrize(
    "name", ["", "Berlin", "../../etc/passwd", "Europe", "europe/ber lin", "\0"]
)
def test_a_zone_that_is_none_is_told_so(name: str) -> None:
    with pytest.raises(UsageError, match="is not a time zone"):
        zone_named(name)


def test_a_zone_that_is_nearly_one_is_offered() -> None:
    with pytest.raises(UsageError) as caught:
        zone_named("Europe/Berln")

    assert caught.value.help == "did you mean Europe/Berlin?"


def test_every_zone_of_the_world_has_a_tomorrow() -> None:
    now = utc(2026, 11, 24)
    for name in sorted(available_timezones() - NO_PLACES):
        assert now < next_due(daily(7, zone=name), now).at <= now + timedelta(days=2), name
