"""`mailer db`: where the database is, at which version, copies of it, and what is left in it."""

from pathlib import Path

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import json_option, note, print_json, say
from mailer.cli.tree import Branch
from mailer.errors import SchemaError
from mailer.store import migrate
from mailer.store.version import version


@click.group(cls=Branch)
def db() -> None:
    """The database: its version, a copy of it, and what is left in it."""


@db.command(epilog="Example: mailer db upgrade")
@pass_context
def upgrade(context: Context) -> None:
    """Make the tables, or bring them to this program's version. Safe to repeat."""
    before = migrate.upgrade(context.unchecked.store)
    if before.current:
        say(f"The database is at version {before.wanted} already.")
    else:
        say(f"The database went from version {before.found or 'none'} to {before.wanted}.")


@db.command(epilog="Example: mailer db backup /var/backups/mailer-monday.db")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_context
def backup(context: Context, file: Path) -> None:
    """Copy the database into a new file, while everything runs. For SQLite; pg_dump does it else.

    The file holds every address: it is readable for its owner alone. docs/how-to/backup.md says how
    to go back to one.
    """
    context.unchecked.store.back_up(file)
    say(f"{file} holds the database as it was just now. Keep config.toml and its secrets as well.")


@db.command(epilog="Example: mailer db scrub")
@pass_context
def scrub(context: Context) -> None:
    """Let go of the last bytes of what was erased; exit 3 when it cannot now.

    Erasing does so itself, but on PostgreSQL some stay in the free space of its pages, and in the
    server's write-ahead log. This writes the tables anew: everything else waits meanwhile, some
    seconds for a million readers. It ends the log, where the server lets it, and says why some may
    be left there.
    """
    store = context.mailer.store
    if not store.scrub(whole=True):
        say("The bytes of what was erased are still on the disk: another program looks at them.")
        raise click.exceptions.Exit(3)
    kept = store.scrub_log()
    place = "tables" if kept else "database"
    say(f"Nothing of what was erased is left in the {place}.")
    if kept:
        note("The server's write-ahead log may hold some of it yet (docs/how-to/erasure.md):")
    for why in kept:
        note(f"  {why}")


@db.command(epilog="Example: mailer db status --json")
@json_option
@pass_context
def status(context: Context, *, as_json: bool) -> None:
    """Say the database's version; exit 1 when it is not this program's."""
    state = version(context.unchecked.store)
    if as_json:
        print_json(
            {
                "found": state.found,
                "wanted": state.wanted,
                "current": state.current,
                "place": state.place,
            }
        )
    elif state.current:
        say(f"The database {state.place} is at version {state.wanted}, as it should be.")
    if state.current:
        return
    if not as_json:
        why = SchemaError(state.found, state.wanted, state.place)
        say(f"{why}; {why.help}.")
    raise click.exceptions.Exit(1)
