"""Dates and numbers as each language writes them: as CLDR has them, except where said."""

from datetime import UTC, date, datetime

import pytest

from mailer.languages import dates
from mailer.languages.catalogue import catalogue

TUESDAY = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
LONG = {
    "en": "Tuesday, 24 November 2026",
    "de": "Dienstag, 24. November 2026",
    "fr": "mardi 24 novembre 2026",
    "es": "martes, 24 de noviembre de 2026",
    "it": "martedì 24 novembre 2026",
    "pt": "terça-feira, 24 de novembro de 2026",
    "nl": "dinsdag 24 november 2026",
    "pl": "wtorek, 24 listopada 2026",
    "uk": "вівторок, 24 листопада 2026 р.",
    "he": "יום שלישי, 24 בנובמבר 2026",
    "ar": "الثلاثاء، 24 نوفمبر 2026",
    "ja": "2026年11月24日火曜日",
}


@pytest.mark.parametrize("tag", LONG)
def test_a_date_reads_as_people_write_it(tag: str) -> None:
    assert shown(dates.long_date(catalogue(tag), TUESDAY, "UTC")) == LONG[tag]


@pytest.mark.parametrize("tag", LONG)
def test_no_line_ends_between_a_day_its_month_and_the_year(tag: str) -> None:
    assert " " not in dates.short_date(catalogue(tag), TUESDAY, "UTC")
    of_the_week, _, rest = dates.long_date(catalogue(tag), TUESDAY, "UTC").rpartition(" ")
    assert "24" in rest
    assert "24" not in of_the_week


def shown(date_in_words: str) -> str:
    return date_in_words.replace("\u00a0", " ")


def test_the_day_is_that_of_the_zone() -> None:
    assert shown(dates.short_date(catalogue("en"), TUESDAY, "Europe/Berlin")) == "25 November 2026"
    assert dates.clock_time(catalogue("en"), TUESDAY, "Europe/Berlin") == "00:30"


def test_french_counts_the_first_day_of_a_month() -> None:
    first = datetime(2026, 12, 1, tzinfo=UTC)

    assert shown(dates.short_date(catalogue("fr"), first, "UTC")) == "1er décembre 2026"
    assert shown(dates.short_date(catalogue("de"), first, "UTC")) == "1. Dezember 2026"


def test_a_month_alone_is_not_bent() -> None:
    assert dates.month_and_year(catalogue("pl"), date(2026, 11, 1)) == "Listopad 2026"
    assert dates.month_and_year(catalogue("ja"), date(2026, 11, 1)) == "2026年11月"


@pytest.mark.parametrize(
    ("tag", "written"),
    [("en", "1,234,567"), ("de", "1.234.567"), ("fr", "1\u202f234\u202f567"), ("ja", "1,234,567")],
)
def test_thousands_are_parted_as_the_language_parts_them(tag: str, written: str) -> None:
    assert dates.number(catalogue(tag), 1_234_567) == written
    assert dates.number(catalogue(tag), 999) == "999"
