"""Tables for people, JSON for programs; the one place that prints results."""

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailer.address import Address

Function = TypeVar("Function", bound=Callable[..., Any])
GAP = "  "


def json_option(command: Function) -> Function:
    """Give a command `--json`, which arrives as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def print_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def print_json_line(value: object) -> None:
    """Print one JSON object on a line of its own."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], nothing: str) -> None:
    """Print rows under their columns' names, or the sentence `nothing` when there are none."""
    texts = [[_cell(cell) for cell in row] for row in rows]
    if not texts:
        click.echo(nothing)
    elif sys.stdout.isatty():
        table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
        for row in texts:
            table.add_row(*(Text(cell) for cell in row))  # Text: no markup in outside words
        Console().print(table)
    else:
        _print_plain([list(columns), *texts])


def print_facts(facts: Sequence[tuple[str, object]]) -> None:
    """Print names and values, one a line."""
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        click.echo(f"{name:<{width}}{GAP}{_cell(value)}")


def say(sentence: str) -> None:
    """Print one sentence on what was done."""
    click.echo(sentence)


def when(moment: datetime | None, zone: str = "UTC") -> str:
    """Return a time for people, in the zone they think in."""
    if moment is None:
        return "-"
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a %d %b %Y %H:%M} {'UTC' if zone == 'UTC' else zone}"


def _print_plain(rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(GAP.join(cells).rstrip())


def _cell(value: object) -> str:
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case float():
            return f"{value:.2f}"
        case _:
            # Outside text may hold what would steer the operator's terminal.
            return "".join(mark if mark.isprintable() else "�" for mark in str(value))


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Enum():
            return value.value
        case Address():
            return value.text
        case set() | frozenset() | tuple():
            return list(value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no JSON")
