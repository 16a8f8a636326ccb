"""`mailer work`: a sender alone."""

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.supervise import hold_lifeline, stop_event


@click.command(epilog="Example: mailer work")
@pass_context
def work(context: Context) -> None:
    """Run a sender alone. Any number may run."""
    hold_lifeline()
    stop = stop_event()
    context.service.send.serve(stop)
