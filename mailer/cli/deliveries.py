"""`mailer deliveries`: the ledger, and sending by hand."""

import sys

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from mailer.cli.context import Context, pass_context
from mailer.cli.output import json_option, print_json, print_table, say
from mailer.delivery.model import Audit, DeliveryState, SendReport


@click.group()
def deliveries() -> None:
    """The ledger: what became of each mail."""


@deliveries.command("list", epilog="Example: mailer deliveries list --edition 12 --state refused")
@click.option("--edition", metavar="ID", type=int, help="Only this edition's.")
@click.option("--state", type=click.Choice(list(DeliveryState)), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@json_option
@pass_context
def list_deliveries(
    context: Context, *, edition: int | None, state: str | None, limit: int, as_json: bool
) -> None:
    """List ledger rows, newest first, with what the server said."""
    wanted = None if state is None else DeliveryState(state)
    with context.mailer.store.read() as tx:
        rows = tx.ledger_reports.list(edition_id=edition, state=wanted, limit=limit)
    if as_json:
        print_json(rows)
        return
    print_table(
        ("id", "kind", "to", "newsletter", "slot", "state", "tries", "due", "the server said"),
        [
            (
                row.id,
                row.notice or row.kind,
                row.recipient,
                row.newsletter,
                row.slot,
                row.state,
                row.attempts,
                row.due_at,
                " ".join(str(part) for part in (row.reply_code, row.reply_text) if part),
            )
            for row in rows
        ],
        "There is nothing like that in the ledger.",
    )


@deliveries.command(epilog="Example: mailer deliveries send --until-done")
@click.option("--edition", metavar="ID", type=int, help="Only this edition's.")
@click.option("--until-done", is_flag=True, help="Until nothing is due any more (always so).")
@json_option
@pass_context
def send(context: Context, *, edition: int | None, until_done: bool, as_json: bool) -> None:
    """Send what is due now: plan, render, send. May be killed and started again at any moment.

    Exit 3 when the relay could not be used; what is owed stays owed.
    """
    del until_done  # there is no other way to send by hand
    mailer = context.mailer
    planned = mailer.plan.due().planned
    pages = mailer.render.due()
    if sys.stderr.isatty() and not as_json:
        report = _send_with_bar(context, edition)
    else:
        report = mailer.send.until_done(edition)
    if as_json:
        print_json({"planned": planned, "pages": pages, "report": report})
        return
    say(_told(report))


@deliveries.command(epilog="Example: mailer deliveries audit --edition 12 --json")
@click.option("--edition", metavar="ID", type=int, help="Only this edition; all of them otherwise.")
@json_option
@pass_context
def audit(context: Context, *, edition: int | None, as_json: bool) -> None:
    """Prove that nobody was lost: planned = sent + refused + given up + skipped + in doubt + open.

    Exit 1 when an edition does not add up.
    """
    with context.mailer.store.read() as tx:
        if edition is not None:
            tx.editions.by_id(edition)
        found = tx.ledger_reports.audits(edition)
    if as_json:
        print_json([_audit_as_json(row) for row in found])
    else:
        print_table(
            (
                "edition",
                "planned",
                "sent",
                "refused",
                "given up",
                "skipped",
                "in doubt",
                "open",
                "adds up",
            ),
            [
                (
                    row.edition_id,
                    row.planned,
                    row.sent,
                    row.refused,
                    row.given_up,
                    row.skipped,
                    row.in_doubt,
                    row.open,
                    row.balanced,
                )
                for row in found
            ],
            "No digest was owed to anybody.",
        )
    if not all(row.balanced for row in found):
        raise click.exceptions.Exit(1)


def _send_with_bar(context: Context, edition: int | None) -> SendReport:
    mailer = context.mailer
    with mailer.store.read() as tx:
        due = tx.ledger_reports.status(mailer.clock.now()).due
    columns = (TextColumn("Sending"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("send", total=due)
        return mailer.send.until_done(
            edition, lambda report: progress.update(task, completed=_ended(report))
        )


def _ended(report: SendReport) -> int:
    return report.sent + report.refused + report.given_up + report.skipped + report.in_doubt


def _told(report: SendReport) -> str:
    parts = [
        f"{count} {what}"
        for what, count in (
            ("sent", report.sent),
            ("refused", report.refused),
            ("put off", report.deferred),
            ("given up", report.given_up),
            ("skipped", report.skipped),
            ("in doubt", report.in_doubt),
        )
        if count
    ]
    return f"{', '.join(parts)}." if parts else "Nothing was due."


def _audit_as_json(row: Audit) -> dict[str, object]:
    return {
        "edition_id": row.edition_id,
        "planned": row.planned,
        "sent": row.sent,
        "refused": row.refused,
        "given_up": row.given_up,
        "skipped": row.skipped,
        "in_doubt": row.in_doubt,
        "open": row.open,
        "balanced": row.balanced,
    }
