"""`mailer run`, and its three parts: `serve`, `schedule`, `work`."""

import sys

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import note
from mailer.cli.supervise import hold_lifeline, run_together, stop_event
from mailer.jobs.local import run_scheduler
from mailer.web.app import create_app
from mailer.web.server import STROKE, check_port
from mailer.web.server import serve as serve_web


@click.command(epilog="Example: mailer --config /etc/mailer/config.toml run")
@pass_context
def run(context: Context) -> None:
    """Run everything: web server, scheduler and sender, as processes of one group.

    Ends on SIGTERM or Ctrl-C, when what is in flight has been settled. When one part ends by
    itself the others are ended too, so that a service manager can start a whole one again.
    """
    context.mailer.store.close()  # settings and database are right, and neither is held here
    check_port(context.settings.web)
    note(f"Pages at {context.mailer.links.base_url}, Ctrl-C ends it.")
    program = [sys.executable, "-m", "mailer", "--config", str(context.config)]
    senders = ["work"] * context.settings.delivery.processes
    parts = ["serve", "schedule", *senders]
    ended = run_together([[*program, *_debug(context), part] for part in parts])
    if ended is not None:
        note(f"mailer: {ended.name} ended unexpectedly; the others were ended too")
        raise click.exceptions.Exit(ended.code)


@click.command(epilog="Example: mailer serve")
@pass_context
def serve(context: Context) -> None:
    """Run the web server alone: form, pages, archive."""
    hold_lifeline()
    mailer = context.service
    mailer.store.close()  # what is open now must not be shared with the worker
    serve_web(context.settings.web, lambda: create_app(mailer, stroke=STROKE))


@click.command(epilog="Example: mailer schedule")
@pass_context
def schedule(context: Context) -> None:
    """Run the scheduler alone: gather, compose, plan, render. Any number may run."""
    hold_lifeline()
    stop = stop_event()
    run_scheduler(context.service, stop)


@click.command(epilog="Example: mailer work")
@pass_context
def work(context: Context) -> None:
    """Run a sender alone. Any number may run."""
    hold_lifeline()
    stop = stop_event()
    context.service.send.serve(stop)


def _debug(context: Context) -> list[str]:
    return ["--debug"] if context.debug else []
