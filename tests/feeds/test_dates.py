"""Dates as people and programs really write them."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.feeds.dates import read_date

EVENING = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
DAY = datetime(2026, 11, 23, tzinfo=UTC)
MOMENTS = st.integers(86_400, 4_102_358_400).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 23 Nov 2026 18:00:00 GMT", "Mon,23 Nov 2026 18:00:00 GMT", "23 Nov 2026 18:00",
        "Mon, 23 Nov 26 18:00:00 +0000", "Mon, 23 November 2026 18:00:00 -0000",
        "Mon, 23-Nov-2026 18:00:00 GMT", "Mon Nov 23 18:00:00 2026", "Mon Nov 23 18:00:00 UTC 2026",
        "Mon, 23 Nov 2026 6:00:00 PM", "November 23, 2026 6:00 p.m.", "11/23/2026 6:00 PM",
        "Mon, 23 Nov 2026 13:00:00 EST", "Mon, 23 Nov 2026 19:00:00 CET",
        "Mon, 23 Nov 2026 20:00:00 GMT+02:00", "Mon, 23 Nov 2026 19:00:00 UTC+1",
        "2026-11-23T18:00:00Z", "2026-11-23t18:00:00.123456789z", "2026-11-23 18:00",
        "2026-11-23T19:00:00+01:00", "2026-11-23T19:00+0100", "2026-11-23T19:00:00 +01",
        "2026/11/23 18:00:00", "20261123T180000Z", "2026-W48-1T18:00", "2026-327T18:00:00Z",
        "2026年11月23日 18:00", "Mo, 23 Nov 2026 19:00:00 +0100", "23. November 2026 um 18.00 Uhr",
        "lun., 23 nov. 2026 19:00:00 +0100", "23 novembre 2026 à 18h00", "23.11.2026 18:00",
        "lunes, 23 de noviembre de 2026 18:00", "пн, 23 ноя 2026 21:00:00 +0300",
        "23 בנובמבר 2026 18:00", "23 نوفمبر 2026 18:00", "12:30 Nov 23, 2026 18:00", "1795456800",
        "1795456800000", "Monday, November 23, 2026 - 18:00", "Mon, 11/23/2026 - 18:00",
    ],
)  # fmt: skip
def test_one_evening_is_written_in_many_ways(text: str) -> None:
    expected = EVENING if not text.startswith("12:30") else EVENING.replace(hour=12, minute=30)
    assert read_date(text) == expected


@pytest.mark.parametrize(
    "text",
    ["2026-11-23", "23.11.2026", "23/11/2026", "11/23/2026", "Nov 23, 2026", "23rd November, 2026"],
)
def test_a_day_without_an_hour_begins_at_midnight(text: str) -> None:
    assert read_date(text) == DAY


def test_slashes_mean_what_the_country_means() -> None:
    assert read_date("3/4/2026") == datetime(2026, 4, 3, tzinfo=UTC)
    assert read_date("3/4/2026", month_first=True) == datetime(2026, 3, 4, tzinfo=UTC)
    assert read_date("3.4.2026", month_first=True) == datetime(2026, 4, 3, tzinfo=UTC)


def test_a_day_may_end_at_24_and_a_minute_at_60() -> None:
    assert read_date("Mon, 23 Nov 2026 24:00:00 GMT") == DAY + timedelta(days=1)
    assert read_date("2026-12-31T23:59:60Z") == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "now", "yesterday", "2026", "Mon, 31 Nov 2026 18:00:00 GMT", "2026-13-01",
        "0000-00-00 00:00:00", "2026-11-23T25:00:00Z", "2026-11-23 13:00 PM", "2026-W60-1",
        "2026-400", "32/13/2026", "1" * 80, "The crane of 1987",
        "By Wednesday the boats will sail.",
    ],
)  # fmt: skip
def test_what_says_no_date_is_none(text: str) -> None:
    assert read_date(text) is None


@given(MOMENTS, st.integers(-14 * 4, 14 * 4))
def test_what_the_standards_write_is_read_again(moment: datetime, quarters: int) -> None:
    there = moment.astimezone(tz_of(quarters))

    assert read_date(format_datetime(there)) == moment
    assert read_date(there.isoformat()) == moment


@given(MOMENTS)
def test_what_people_write_is_read_again(moment: datetime) -> None:
    for form in ("%B %d, %Y %I:%M:%S %p", "%d.%m.%Y %H:%M:%S", "%A, %d-%b-%Y %H:%M:%S GMT"):
        assert read_date(moment.strftime(form)) == moment


@given(st.text(max_size=100) | st.from_regex(r"[0-9:/.,+ TZ-]{0,60}"))
def test_whatever_comes_it_is_a_moment_or_none(text: str) -> None:
    found = read_date(text)

    assert found is None or found.tzinfo is UTC


def tz_of(quarters: int) -> timezone:
    return timezone(timedelta(minutes=15 * quarters))
