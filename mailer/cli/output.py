"""Tables for people, JSON for programs, a bar for whoever waits: the one place that prints results.

Results go to standard output, everything else to standard error.
"""

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from importlib import import_module
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len

from mailer.address import Address
from mailer.cli.harmless import harmless, harmless_line
from mailer.errors import UsageError

Function = TypeVar("Function", bound=Callable[..., Any])
GAP = "  "
NOTHING = "-"
TERMINAL = "mailer.cli.terminal"  # loaded when there is one: drawing takes long to load


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
        import_module(TERMINAL).draw_table(columns, texts)
    else:
        _print_plain([list(columns), *texts])


def print_facts(facts: Sequence[tuple[str, object]]) -> None:
    """Print names and values, one a line."""
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        click.echo(f"{name:<{width}}{GAP}{_cell(value)}")


def say(sentence: str) -> None:
    """Print one sentence on what was done."""
    click.echo(harmless(sentence))


def note(sentence: str) -> None:
    """Print one sentence that is no result, beside whatever standard output is used for."""
    click.echo(harmless(sentence), err=True)


def when(moment: datetime | None, zone: str = "UTC") -> str:
    """Return a time for people where they are: `Tue 24 Nov 2026 07:00 Europe/Berlin`."""
    if moment is None:
        return NOTHING
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M} {zone}"


def confirm(question: str, *, yes: bool) -> None:
    """Return when the answer is yes; end the command with 1 when it is no.

    Raises UsageError when nobody is there to answer.
    """
    if yes:
        return
    with somebody_answers("nothing was changed"):
        answer = click.confirm(question, err=True)
    if not answer:
        note("Nothing was changed.")
        raise click.exceptions.Exit(1)


@contextmanager
def somebody_answers(otherwise: str) -> Iterator[None]:
    """Raise UsageError, saying what came of it, when a question inside stays without an answer."""
    try:
        yield
    except click.Abort:
        if sys.stdin.isatty():
            raise  # Ctrl-C
        note("")  # the question's line ends
        raise UsageError(f"nobody answered; {otherwise}", help="--yes says so beforehand") from None


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show long work on standard error: a bar on a terminal, a line for each tenth elsewhere.

    Gives what is to be called with how much is done by now.
    """
    if sys.stderr.isatty():
        with import_module(TERMINAL).bar(what, total) as tell:
            yield tell
    else:
        told = 0

        def tell(done: int) -> None:
            nonlocal told
            if done - told >= max(1, total // 10):
                told = done
                note(f"{what}: {done:,} of {total:,}")

        yield tell


def _print_plain(rows: list[list[str]]) -> None:
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        click.echo(GAP.join(cells).rstrip())


def _cell(value: object) -> str:
    match value:
        case None | "":
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.2f}"
        case _:
            return harmless_line(str(value))


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
