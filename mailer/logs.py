"""Logs: an event name and fields, one line each, no address in clear.

    log.info("feed.gathered", extra={"feed": 3, "articles": 12})

comes out as `07:00:01 info feed.gathered feed=3 articles=12`, or as one JSON object a line.
"""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Literal

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


@contextmanager
def only_logged(
    log: logging.Logger, event: str, but: tuple[type[Exception], ...] = (), **fields: object
) -> Iterator[None]:
    """Log whatever goes wrong inside, and go on behind it: one thing's trouble costs no other.

    `but` goes through: it is no single thing's trouble. For one turn of a loop over what comes from
    outside. What is known to go wrong is caught inside and told to whoever should know; the rest
    would be an error of ours.
    """
    try:
        yield
    except but:
        raise
    except Exception:  # the one place for it
        log.exception(event, extra=fields)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


def _escaped(value: object) -> str:
    text = str(value)
    plain = text.isprintable() and not any(mark in text for mark in ' "=')
    return text if plain else json.dumps(text, ensure_ascii=False)


class PlainFormatter(logging.Formatter):
    """For eyes: time, level, event, fields."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        fields = "".join(f" {name}={_escaped(value)}" for name, value in _fields(record).items())
        # A message from a library may hold outside text: no line of a log is anybody else's.
        message = record.getMessage()
        event = message if message.isprintable() else json.dumps(message)
        line = f"{moment} {record.levelname.lower()} {event}{fields}"
        return (
            line if record.exc_info is None else f"{line}\n{self.formatException(record.exc_info)}"
        )


class JsonFormatter(logging.Formatter):
    """For machines: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **_fields(record),
        }
        if record.exc_info is not None:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def set_up(level: str, style: Literal["plain", "json"]) -> None:
    """Send every log line of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else PlainFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("mailer").setLevel(level.upper())
