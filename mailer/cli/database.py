"""`mailer db`: bring the database to this program's version."""

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import json_option, print_json, say
from mailer.cli.tree import Branch
from mailer.store import migrate
from mailer.store.version import version


@click.group(cls=Branch)
def db() -> None:
    """The database's version."""


@db.command(epilog="Example: mailer db upgrade")
@pass_context
def upgrade(context: Context) -> None:
    """Make the tables, or bring them to this program's version. Safe to repeat."""
    before = migrate.upgrade(context.unchecked.store)
    if before.current:
        say(f"The database is at version {before.wanted} already.")
    else:
        say(f"The database went from version {before.found or 'none'} to {before.wanted}.")


@db.command(epilog="Example: mailer db status --json")
@json_option
@pass_context
def status(context: Context, *, as_json: bool) -> None:
    """Say the database's version; exit 1 when it is not this program's."""
    state = version(context.unchecked.store)
    if as_json:
        print_json({"found": state.found, "wanted": state.wanted, "current": state.current})
    elif state.current:
        say(f"The database is at version {state.wanted}, as it should be.")
    else:
        say(
            f"The database is at version {state.found or 'none'}; this program needs"
            f" {state.wanted}: `mailer db upgrade`"
        )
    if not state.current:
        raise click.exceptions.Exit(1)
