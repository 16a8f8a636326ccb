"""Log lines."""

import json
import logging
import sys

from mailer.logs import JsonFormatter, PlainFormatter


def record(message: str, **fields: object) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": message, "levelname": "INFO", "created": 0.0, **fields})


def test_a_line_for_eyes_is_time_level_event_and_fields() -> None:
    line = PlainFormatter().format(record("feed.gathered", feed=3, trouble="timed out"))

    assert line == '00:00:00 info feed.gathered feed=3 trouble="timed out"'


def test_outside_text_cannot_write_a_line_of_its_own() -> None:
    line = PlainFormatter().format(record("a\nb", title="x\r\n00:00:00 info forged"))

    assert len(line.splitlines()) == 1


def test_a_line_for_machines_is_one_json_object() -> None:
    line = JsonFormatter().format(record("feed.gathered", feed=3, title="Zoë\n"))

    assert json.loads(line) | {"logger": ""} == {
        "at": "1970-01-01T00:00:00.000+00:00",
        "level": "info",
        "event": "feed.gathered",
        "logger": "",
        "feed": 3,
        "title": "Zoë\n",
    }


def test_an_error_comes_with_its_traceback() -> None:
    try:
        raise ValueError("x")
    except ValueError:
        broken = record("job.broken", exc_info=sys.exc_info())

    assert "ValueError: x" in PlainFormatter().format(broken)
    assert "ValueError: x" in json.loads(JsonFormatter().format(broken))["traceback"]
