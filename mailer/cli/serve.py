"""`mailer serve`: the web server alone."""

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.supervise import hold_lifeline
from mailer.web.app import create_app
from mailer.web.server import STROKE
from mailer.web.server import serve as serve_web


@click.command(epilog="Example: mailer serve")
@pass_context
def serve(context: Context) -> None:
    """Run the web server alone: form, pages, archive."""
    hold_lifeline()
    mailer = context.service
    mailer.store.close()  # what is open now must not be shared with the worker
    serve_web(context.settings.web, lambda: create_app(mailer, stroke=STROKE))
