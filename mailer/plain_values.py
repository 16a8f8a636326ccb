"""Values as JSON and back, by the types of their fields: what crosses to a confined child.

A dataclass is the list of its fields' values and names nothing, so only values of the type that
was asked for come out, whoever wrote the JSON: and none that a database refuses.
"""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

Reading = Callable[[Any], Any]

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # half a pair is no character (RFC 3629 section 3)
LARGEST = 2**63 - 1


def plain(value: object) -> object:
    """Return what JSON has in place of it, for `json.dumps(…, default=plain)`."""
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        kind: type = type(value)
        return [getattr(value, name) for name in _names(kind)]
    raise TypeError(f"{type(value).__name__} has no plain form")


def whole(kind: type[T], told: object) -> T:
    """Return the value that `plain` and JSON were made of; raise TypeError or ValueError."""
    read: Reading = _reading(kind)  # type: ignore[arg-type]  # a class is hashable
    value: T = read(told)
    return value


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _reading(kind: Any) -> Reading:
    """Return what reads values of a type: a word, a number, a moment, one of ours, or `X | None`.

    Of collections there are `tuple[X, ...]` alone: our values are frozen.
    """
    if get_origin(kind) is UnionType:
        (inner,) = (one for one in get_args(kind) if one is not NoneType)
        return _perhaps(_reading(inner))
    if get_origin(kind) is tuple:
        return _several(_reading(get_args(kind)[0]))
    if kind is datetime:
        return _moment
    if not isinstance(kind, type):
        raise TypeError(f"{kind} has no plain form")
    if is_dataclass(kind):
        return _fields(kind)
    if issubclass(kind, Enum):
        return kind
    return {str: _word, int: _number}.get(kind) or _exactly(kind)


def _perhaps(inner: Reading) -> Reading:
    return lambda told: None if told is None else inner(told)


def _several(inner: Reading) -> Reading:
    def read(told: Any) -> tuple[Any, ...]:
        return tuple(map(inner, _exactly(list)(told)))

    return read


def _fields(kind: type) -> Reading:
    hints = get_type_hints(kind)
    readings = [_reading(hints[name]) for name in _names(kind)]

    def read(told: Any) -> object:
        values = zip(readings, _exactly(list)(told), strict=True)
        return kind(*(reading(value) for reading, value in values))

    return read


def _exactly(kind: type) -> Reading:
    def read(told: Any) -> Any:
        if type(told) is not kind:
            raise TypeError(f"{kind.__name__} was expected, and it is {type(told).__name__}")
        return told

    return read


def _moment(told: Any) -> datetime:
    moment = datetime.fromisoformat(told)
    if moment.tzinfo is None:
        raise ValueError(f"{told} is in no zone")
    return moment


def _word(told: Any) -> str:
    word: str = _exactly(str)(told)
    if UNSTORABLE.search(word):
        raise ValueError("it has what is no character")
    return word


def _number(told: Any) -> int:
    number: int = _exactly(int)(told)
    if abs(number) > LARGEST:
        raise ValueError("no database has a number as large")
    return number
