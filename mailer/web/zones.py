"""The time zones a page offers: one name at least for each way clocks are set where people live.

All six hundred names would be most of a page's weight. A script adds the one of the reader's own
device when it is not among these, and every IANA name is taken.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from mailer.editions.calendar import zone_named

OFFERED = (
    *("Pacific/Pago_Pago", "Pacific/Honolulu", "America/Adak", "Pacific/Marquesas"),
    *("America/Anchorage", "Pacific/Gambier", "America/Los_Angeles", "Pacific/Pitcairn"),
    *("America/Denver", "America/Phoenix", "America/Chicago", "America/Mexico_City"),
    *("America/New_York", "America/Bogota", "America/Havana", "Pacific/Easter"),
    *("America/Halifax", "America/Caracas", "America/St_Johns", "America/Sao_Paulo"),
    *("America/Argentina/Buenos_Aires", "America/Santiago", "America/Miquelon"),
    *("America/Nuuk", "America/Noronha", "Atlantic/Azores", "Atlantic/Cape_Verde"),
    *("UTC", "Africa/Accra", "Europe/London", "Europe/Lisbon", "Africa/Casablanca"),
    *("Africa/Lagos", "Europe/Berlin", "Europe/Madrid", "Europe/Paris", "Europe/Rome"),
    *("Europe/Warsaw", "Africa/Johannesburg", "Africa/Cairo", "Asia/Jerusalem"),
    *("Asia/Beirut", "Asia/Gaza", "Europe/Athens", "Europe/Kyiv", "Europe/Chisinau"),
    *("Africa/Nairobi", "Asia/Riyadh", "Europe/Istanbul", "Europe/Moscow", "Asia/Tehran"),
    *("Asia/Dubai", "Asia/Kabul", "Asia/Karachi", "Asia/Tashkent", "Asia/Kolkata"),
    *("Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok", "Asia/Jakarta"),
    *("Asia/Shanghai", "Asia/Singapore", "Asia/Manila", "Australia/Perth"),
    *("Australia/Eucla", "Asia/Tokyo", "Asia/Seoul", "Australia/Darwin"),
    *("Australia/Brisbane", "Australia/Adelaide", "Australia/Sydney"),
    *("Australia/Lord_Howe", "Pacific/Noumea", "Pacific/Norfolk", "Pacific/Auckland"),
    *("Pacific/Fiji", "Pacific/Tongatapu", "Pacific/Chatham", "Pacific/Kiritimati"),
)


def zones(now: datetime, *own: str) -> Sequence[tuple[str, Sequence[str]]]:
    """Return names by how clocks stand there now, `UTC+01:00`, from west to east.

    `own` are names that must be among them.
    """
    names = sorted({*OFFERED, *own}, key=lambda name: (_minutes(name, now), name))
    return [(shown, list(those)) for shown, those in groupby(names, lambda name: _shown(name, now))]


def _minutes(name: str, now: datetime) -> int:
    """Return a zone's offset from UTC."""
    offset = now.astimezone(zone_named(name)).utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)


def _shown(name: str, now: datetime) -> str:
    minutes = _minutes(name, now)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"
