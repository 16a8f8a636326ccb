"""Dates as people and programs really write them in feeds.

RSS asks for RFC 822 and Atom for RFC 3339, and feeds hold both, in each other's places, with the
day's name in any language, with months as words, with dots, slashes and AM or PM. What cannot be
told is None: a wrong date is worse than none.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone

LONGEST = 80  # characters

MONTHS_BY_LANGUAGE = (
    "january february march april may june july august september october november december",
    "januar februar marz april mai juni juli august september oktober november dezember",
    "janner feber maerz april mai juni juli august september oktober november dezember",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada"
    " grudnia",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ocak subat mart nisan mayıs haziran temmuz agustos eylul ekim kasım aralık",
    "ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר",
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
)
# Minutes from UTC, for names that mean one thing; RFC 822 section 5 and what else is met.
ZONES: Mapping[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "mez": 60,
    "cest": 120, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "idt": 180, "jst": 540,
    "kst": 540, "sgt": 480, "hkt": 480, "awst": 480, "aest": 600, "aedt": 660, "nzst": 720,
    "nzdt": 780, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "akst": -540, "hst": -600, "brt": -180, "art": -180,
}  # fmt: skip

EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}")
ISO_DAY = re.compile(
    r"(?P<year>\d{4})(?:"
    r"-?W(?P<week>\d\d)(?:-?(?P<weekday>[1-7]))?"
    r"|-(?P<ordinal>\d{3})"
    r"|(?P<mark>[-/.]?)(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)"
    r"|-(?P<bare_month>\d\d)"
    r")(?=[T\s_]|$)",
    re.IGNORECASE,
)
EAST_ASIAN = re.compile(
    r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})"
)
NUMERIC = re.compile(
    r"(?<!\d)(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)(?!\d)"
)
DAY_MONTH = re.compile(
    r"(?<![\d:])(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º)?[\s/-]*(?:de\s+|ב)?"
    r"(?P<month>[^\W\d_]{3,})\.?,?[\s/-]*(?:de\s+|del\s+)?(?P<year>\d{4}|\d\d)(?![\d:])"
)
MONTH_DAY = re.compile(
    r"(?P<month>[^\W\d_]{3,})\.?[\s/-]+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?"
    r"(?P<between>\s.{0,30}?)?\s(?P<year>\d{4})\b"
)
TIME = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?(?:[.,]\d+)?"
    r"\s*(?P<half>[ap]\.?m\b\.?)?",
    re.IGNORECASE,
)
BARE_TIME = re.compile(r"T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?(?:[.,]\d+)?(?P<half>)")
OFFSET = re.compile(
    r"(?:gmt|utc)?\s*(?P<sign>[+\u2212-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?(?!\d)",
    re.IGNORECASE,
)
ZONE_NAME = re.compile(r"[a-z]{1,4}\b", re.IGNORECASE)


def read_date(text: str, *, month_first: bool = False) -> datetime | None:
    """Return the moment that a date says, in UTC, or None when it says none.

    Without a zone it counts as UTC. `month_first` says how 3/4/2026 is meant.
    """
    line = " ".join(text.split())
    if not line or len(line) > LONGEST:
        return None
    try:
        if EPOCH.fullmatch(line):
            return datetime.fromtimestamp(float(line) / (1000 if len(line) == 13 else 1), UTC)
        found = _day(line, month_first=month_first)
        return None if found is None else _moment(found[0], found[1])
    except (ValueError, OverflowError, OSError):
        return None


def is_month(word: str) -> bool:
    """Tell whether a word is the name of a month, in any of the languages that are known here."""
    return _plain(word) in MONTHS


def _day(line: str, *, month_first: bool) -> tuple[date, str] | None:
    """Return the day, and what of the line is left for the time."""
    for pattern in (ISO_DAY, EAST_ASIAN):
        said = pattern.match(line)
        if said is not None:
            return _numbered_day(said.groupdict()), line[said.end() :]
    plain = _plain(line)
    for pattern in (DAY_MONTH, MONTH_DAY):
        for said in pattern.finditer(plain):
            month = _month(said["month"])
            if month is not None:
                between = said.groupdict().get("between") or ""
                rest = f"{plain[: said.start()]} {between} {plain[said.end() :]}"
                return date(_year(said["year"]), month, int(said["day"])), rest
    said = NUMERIC.search(line)
    if said is None:
        return None
    first, second = int(said["first"]), int(said["second"])
    # Only slashes are in doubt: dots and dashes are of places where the day goes first.
    american = said["mark"] == "/" and (second > 12 or (month_first and first <= 12))
    month, day = (first, second) if american else (second, first)
    rest = f"{line[: said.start()]} {line[said.end() :]}"
    return date(_year(said["year"]), month, day), rest


def _numbered_day(said: Mapping[str, str | None]) -> date:
    year = int(said["year"] or 0)
    if said.get("week"):
        return date.fromisocalendar(year, int(said["week"] or 1), int(said["weekday"] or 1))
    if said.get("ordinal"):
        found = date(year, 1, 1) + timedelta(days=int(said["ordinal"] or 1) - 1)
        if found.year != year:
            raise ValueError("no such day")
        return found
    return date(year, int(said["month"] or said.get("bare_month") or 1), int(said["day"] or 1))


def _moment(day: date, rest: str) -> datetime | None:
    said = TIME.search(rest) or BARE_TIME.match(rest)
    if said is None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    hour, minute = int(said["hour"]), int(said["minute"])
    seconds = int(said["second"] or 0)
    if said["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if said["half"][0] in "pP" else 0)
    # 24:00 is the next midnight, and a leap second is written as :60 (ISO 8601).
    if hour > 24 or minute > 59 or seconds > 60 or (hour == 24 and (minute or seconds)):
        return None
    begin = datetime(day.year, day.month, day.day, tzinfo=_zone(rest[said.end() :]))
    return (begin + timedelta(hours=hour, minutes=minute, seconds=seconds)).astimezone(UTC)


def _zone(rest: str) -> timezone:
    words = rest.strip(" ([")
    offset = OFFSET.match(words)
    if offset is not None:
        minutes = int(offset["hours"]) * 60 + int(offset["minutes"] or 0)
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=-minutes if offset["sign"] != "+" else minutes))
    name = ZONE_NAME.match(words)
    return timezone(timedelta(minutes=0 if name is None else ZONES.get(name[0].lower(), 0)))


def _year(text: str) -> int:
    """Return a year; two digits are of our time (RFC 2822 section 4.3)."""
    return int(text) if len(text) > 2 else 2000 + int(text) - (100 if int(text) > 69 else 0)


def _month(word: str) -> int | None:
    """Return the number of a month by its name, or by the beginning of one."""
    if word in MONTHS:
        return MONTHS[word]
    return SHORT_MONTHS.get(word[:4], SHORT_MONTHS.get(word[:3])) if len(word) <= 5 else None


def _plain(text: str) -> str:
    """Return the text in small letters without accents."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not "\u0300" <= c <= "\u036f"))


def _by_name() -> dict[str, int]:
    return {
        _plain(name): number
        for names in MONTHS_BY_LANGUAGE
        for number, name in enumerate(names.split(), start=1)
    }


def _by_beginning() -> dict[str, int]:
    """Return the months by their first letters, where these mean one month alone."""
    found: dict[str, set[int]] = {}
    for name, number in MONTHS.items():
        for length in (3, 4):
            found.setdefault(name[:length], set()).add(number)
    return {begin: numbers.pop() for begin, numbers in found.items() if len(numbers) == 1}


MONTHS = _by_name()
SHORT_MONTHS = _by_beginning()
