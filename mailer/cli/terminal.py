"""What is drawn on a terminal: tables with lines, and a bar that moves.

A command that prints to a file or a program never loads this.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text


def draw_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Draw rows under their columns' names, as wide as the terminal."""
    table = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))  # Text: no markup in outside words
    Console().print(table)


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Draw a bar on standard error; gives what is to be called with how much is done by now."""
    parts = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as drawn:
        task = drawn.add_task(what, total=total)
        yield lambda done: drawn.update(task, completed=done)
