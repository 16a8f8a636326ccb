"""`mailer demo`: the whole story on this machine, to look at or played through."""

from pathlib import Path

import click

from mailer.cli.output import say
from mailer.demo.run import run_demo


@click.command(epilog="Example: mailer demo --once")
@click.option(
    "--once", is_flag=True, help="Play the story without a person; exit 1 if a step fails."
)
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep everything in this new folder.",
)
@click.option("--database", metavar="URL", help="An empty database to use in place of SQLite.")
def demo(*, once: bool, folder: Path | None, database: str | None) -> None:
    """Start a sample site, an inbox and the program on this machine, and print their addresses.

    A digest goes out every minute. No mail leaves the machine. Ctrl-C ends it.
    """
    if not run_demo(say, once=once, folder=folder, database_url=database):
        raise click.exceptions.Exit(1)
