"""`mailer run`: the web server, the scheduler and the senders, as processes of one group."""

import sys

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import note
from mailer.cli.supervise import run_together
from mailer.web.port import check_port


@click.command(epilog="Example: mailer --config /etc/mailer/config.toml run")
@pass_context
def run(context: Context) -> None:
    """Run everything: web server, scheduler and sender, as processes of one group.

    Ends on SIGTERM, Ctrl-C, or with its terminal, once what is in flight has been settled. When one
    part ends by itself the others are ended too, so that a service manager can start a whole one
    again.
    """
    context.mailer.store.close()  # settings and database are right, and neither is held here
    check_port(context.settings.web)
    note(f"Pages at {context.mailer.links.base_url}, Ctrl-C ends it.")
    program = [sys.executable, "-P", "-m", "mailer", "--config", str(context.config)]
    senders = ["work"] * context.settings.delivery.processes
    parts = ["serve", "schedule", *senders]
    ended = run_together([[*program, *_debug(context), part] for part in parts])
    if ended is not None:
        note(f"mailer: {ended.name} ended unexpectedly; the others were ended too")
        raise click.exceptions.Exit(ended.code)


def _debug(context: Context) -> list[str]:
    return ["--debug"] if context.debug else []
