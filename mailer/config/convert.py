"""One value of a configuration file into the type its setting has."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from mailer.address import Address, parse_address
from mailer.config.settings import Between, Limit, Network, Secret
from mailer.errors import AddressError

PEM = "-----BEGIN "  # a key: the one secret of several lines
UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
    "week": 604800,
}
LIMIT = re.compile(
    r"(\d{1,9})\s*(?:mails?|messages?|emails?)?\s*(?:/|per|an?|each|every)\s*([a-z]+?)s?"
)
LONGEST = timedelta(days=3_653)
DURATION = re.compile(r"(\d{1,6})\s*([a-z]+?)s?")


class Wrong(ValueError):
    """The value does not fit; the message completes "SETTING …"."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the file stands and what surrounds it: secrets may be told from there."""

    folder: Path
    env: Mapping[str, str]


def convert(raw: object, kind: Any, place: Place) -> object:
    """Return `raw` as `kind`; raise Wrong."""
    origin = get_origin(kind)
    if origin is Annotated:
        inner, *limits = get_args(kind)
        return _within(convert(raw, inner, place), limits)
    if kind == Network:
        return _network(raw)
    if origin in {Union, UnionType}:
        (inner,) = (part for part in get_args(kind) if part is not NoneType)
        return convert(raw, inner, place)
    if origin is tuple:
        inner, _ = get_args(kind)
        return tuple(convert(item, inner, place) for item in _items(raw, inner))
    if kind is Secret:
        return _secret(raw, place)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _word(raw, kind)
    return PLAIN[kind](raw)


def _items(raw: object, inner: object) -> list[object]:
    if isinstance(raw, list):
        return raw
    if isinstance(raw, str) and inner is not Secret:  # from the environment
        return [part.strip() for part in raw.split(",") if part.strip()]
    return [raw]


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise Wrong(f"is text, not {raw!r}")
    if not raw or not raw.isprintable():
        raise Wrong("is empty" if not raw else "has a line break or another control character")
    return raw


def _number(raw: object) -> int:
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal():
        return int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise Wrong(f"is a whole number, not {raw!r}")
    return raw


def _truth(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    if raw in {"true", "false"}:
        return raw == "true"
    raise Wrong(f"is true or false, not {raw!r}")


def _duration(raw: object) -> timedelta:
    match = DURATION.fullmatch(raw.strip().lower()) if isinstance(raw, str) else None
    if match is None or match[2] not in UNITS:
        raise Wrong(f'is a time like "30 s", "15 min", "6 h" or "5 days", not {raw!r}')
    found = timedelta(seconds=int(match[1]) * UNITS[match[2]])
    if not found:
        raise Wrong("must be longer than nothing")
    if found > LONGEST:  # a date that far away has no place in any calendar
        raise Wrong("must not be longer than ten years")
    return found


def _limit(raw: object) -> Limit:
    match = LIMIT.fullmatch(raw.strip().lower()) if isinstance(raw, str) else None
    if match is None or match[2] not in UNITS or not int(match[1]):
        raise Wrong(f'is what a provider allows, like "30 a minute, 2000 a day", not {raw!r}')
    return Limit(int(match[1]), timedelta(seconds=UNITS[match[2]]))


def _path(raw: object) -> Path:
    return Path(_text(raw)).expanduser()


def _address(raw: object) -> Address:
    try:
        return parse_address(_text(raw))
    except AddressError as why:
        raise Wrong(f"is no e-mail address: {why.reason}") from why


PLAIN: Mapping[object, Callable[[object], object]] = {
    str: _text,
    int: _number,
    bool: _truth,
    timedelta: _duration,
    Path: _path,
    Limit: _limit,
    Address: _address,
}


def _word(raw: object, kind: type[StrEnum]) -> StrEnum:
    try:
        return kind(str(raw))
    except ValueError as why:
        known = ", ".join(word.value for word in kind)
        raise Wrong(f"is one of {known}, not {raw!r}") from why


def _network(raw: object) -> Network:
    try:
        return ip_network(_text(raw))
    except ValueError as why:
        raise Wrong(f'is a network like "10.0.0.0/8", not {raw!r}: {why}') from why


def _within(number: object, limits: list[object]) -> object:
    for limit in limits:
        if isinstance(limit, Between) and isinstance(number, int):
            if limit.least <= number <= limit.most:
                continue
            raise Wrong(f"is {number}, and must be from {limit.least} to {limit.most}")
    return number


def _secret(raw: object, place: Place) -> Secret:
    """Read a secret given plainly, as `{ file = "…" }` or as `{ env = "…" }`."""
    match raw:
        case str():
            return Secret(_text(raw))
        case {"file": str(name), **others} if not others:
            return Secret(_from_file(place.folder / name))
        case {"env": str(name), **others} if not others:
            if not place.env.get(name):
                raise Wrong(f"is to come from the environment, and {name} is not set there")
            return Secret(place.env[name])
        case _:
            raise Wrong('is text, { file = "…" } or { env = "…" }')


def _from_file(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o004:
            raise Wrong(f"{path} can be read by everybody on this machine: chmod 640 {path}")
        text = path.read_text("utf-8").strip()
        return text if text.startswith(PEM) else _text(text)
    except (OSError, UnicodeDecodeError) as why:
        raise Wrong(f"cannot be read from its file: {why}") from why
