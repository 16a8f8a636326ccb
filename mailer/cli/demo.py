"""`mailer demo`: the whole story on this machine, to look at or played through."""

from pathlib import Path

import click

from mailer.cli.output import say
from mailer.demo.run import run_demo


@click.command(epilog="Example: mailer demo --once")
@click.option("--once", is_flag=True, help="Play the story without a person, and check each step.")
@click.option("--database", metavar="URL", help="An empty PostgreSQL or SQLite database.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep everything in this empty folder; otherwise it is removed at the end.",
)
def demo(*, once: bool, database: str | None, folder: Path | None) -> None:
    """See the whole story: sample site, signup, inbox, a digest every minute, unsubscribe.

    Everything stays on this machine: no mail account, no settings. With --once the story is played
    through the real doors, each step says what was checked, and the exit code is 0 only if every
    step held.
    """
    if not run_demo(say, once=once, folder=folder, database_url=database):
        raise click.exceptions.Exit(1)
