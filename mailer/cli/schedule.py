"""`mailer schedule`: the scheduler alone."""

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.supervise import hold_lifeline, stop_event
from mailer.jobs.local import run_scheduler


@click.command(epilog="Example: mailer schedule")
@pass_context
def schedule(context: Context) -> None:
    """Run the scheduler alone: gather, compose, plan, render. Any number may run."""
    hold_lifeline()
    stop = stop_event()
    run_scheduler(context.service, stop)
