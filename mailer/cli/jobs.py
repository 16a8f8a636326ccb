"""`mailer jobs`: what runs by itself, and one run by hand."""

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import json_option, print_json, print_table, say
from mailer.cli.tree import Branch
from mailer.jobs.catalogue import JOBS
from mailer.jobs.run import run_job


@click.group(cls=Branch)
def jobs() -> None:
    """What runs by itself."""


@jobs.command("list", epilog="Example: mailer jobs list")
@json_option
@pass_context
def list_jobs(context: Context, *, as_json: bool) -> None:
    """List the jobs with their last runs."""
    with context.mailer.store.read() as tx:
        runs = {run.name: run for run in tx.job_runs.all()}
    if as_json:
        print_json(
            [{"name": job.name, "what": job.what, "last_run": runs.get(job.name)} for job in JOBS]
        )
        return
    rows = [
        (job.name, job.what, run and run.started_at, run and (run.outcome or "under way"))
        for job in JOBS
        for run in [runs.get(job.name)]
    ]
    print_table(("job", "what it does", "last run", "outcome"), rows, "There are no jobs.")


@jobs.command(epilog="Example: mailer jobs run gather")
@click.argument("name", metavar="NAME")
@pass_context
def run(context: Context, name: str) -> None:
    """Do once, now, what a job does when its time has come. `mailer jobs list` names them."""
    say(f"{name}: {run_job(context.mailer, name)}")
