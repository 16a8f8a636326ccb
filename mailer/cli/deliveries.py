"""`mailer deliveries`: the ledger, and sending by hand."""

from collections.abc import Sequence
from dataclasses import asdict

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import json_option, print_facts, print_json, print_table, progress, say
from mailer.cli.steering import pause, resend, resume, settle
from mailer.cli.tree import Branch
from mailer.delivery.model import Audit, DeliveryState, SendReport
from mailer.errors import NotFound, UsageError

ROWS_OTHERWISE = "`mailer deliveries list --edition ID` shows them to people"
NOTHING_DUE = "Nothing was due: `mailer status` says what comes next, and what waits."


@click.group(cls=Branch)
def deliveries() -> None:
    """The ledger: what became of each mail."""


for decision in (pause, resume, settle, resend):
    deliveries.add_command(decision)


@deliveries.command(epilog="Example: mailer deliveries show 1234")
@click.argument("number", metavar="ID", type=int)
@json_option
@pass_context
def show(context: Context, *, number: int, as_json: bool) -> None:
    """Tell everything about one mail."""
    with context.mailer.store.read() as tx:
        row = tx.ledger_reports.row(number)
    if row is None:
        raise NotFound(
            "delivery", str(number), help="`mailer deliveries list` names them, newest first"
        )
    if as_json:
        print_json(row)
        return
    said = " ".join(
        str(part) for part in (row.reply_code, row.reply_status, row.reply_text) if part
    )
    print_facts(
        [
            ("what", f"{row.notice or row.kind} of {row.newsletter}, {row.slot}"),
            ("to", row.recipient),
            ("state", row.state),
            ("tries", row.attempts),
            ("planned", row.planned_at),
            ("due", row.due_at),
            ("settled", row.settled_at),
            ("relay", row.relay),
            ("the server said", said),
        ]
    )


@deliveries.command("list", epilog="Example: mailer deliveries list --edition 12 --state refused")
@click.option("--edition", metavar="ID", type=int, help="Only this edition's.")
@click.option(
    "--state",
    type=click.Choice([state.value for state in DeliveryState]),
    help="Only those in this state.",
)
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most.")
@json_option
@pass_context
def list_deliveries(
    context: Context, *, edition: int | None, state: str | None, limit: int, as_json: bool
) -> None:
    """List ledger rows, newest first, with what the server said."""
    wanted = None if state is None else DeliveryState(state)
    with context.mailer.store.read() as tx:
        rows = tx.ledger_reports.rows(edition_id=edition, state=wanted, limit=limit)
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
@click.option(
    "--until-done", is_flag=True, help="Until nothing is due any more; scripts may say so."
)
@json_option
@pass_context
def send(context: Context, *, edition: int | None, until_done: bool, as_json: bool) -> None:
    """Plan, render and send what is due now, until nothing is.

    May be killed and started again at any moment. Exit 3 when the relay could not be used: what is
    owed stays owed.
    """
    del until_done  # there is no other way to send by hand
    mailer = context.mailer
    with mailer.store.read() as tx:
        if edition is not None:
            tx.editions.by_id(edition)
    mailer.recheck.due()
    planned = mailer.plan.due().planned + mailer.alert.due()
    mailer.canary.due()
    pages = mailer.render.due()
    with mailer.store.read() as tx:
        due = tx.ledger_reports.status(mailer.clock.now()).due
    with progress("Sending", due) as done:
        report = mailer.send.until_done(edition, lambda so_far: done(_ended(so_far)))
    if as_json:
        print_json({"planned": planned, "pages": pages, **asdict(report)})
    else:
        with mailer.store.read() as tx:
            waiting = tx.ledger_reports.status(mailer.clock.now()).due
        say(_in_words(report, waiting))


@deliveries.command(epilog="Example: mailer deliveries audit --edition 12 --json")
@click.option("--edition", metavar="ID", type=int, help="Only this edition; all of them otherwise.")
@click.option(
    "--rows", is_flag=True, help="With --json and --edition: each of its ledger rows too."
)
@json_option
@pass_context
def audit(context: Context, *, edition: int | None, rows: bool, as_json: bool) -> None:
    """Prove that nobody was lost: planned = sent + refused + given up + skipped + in doubt + open.

    With --json: a list of editions, or with --edition that one. Exit 1 when one does not add up.
    """
    if rows and (edition is None or not as_json):
        raise UsageError("--rows goes with --edition and --json", help=ROWS_OTHERWISE)
    with context.mailer.store.read() as tx:
        if edition is not None:
            tx.editions.by_id(edition)
        found = tx.ledger_reports.audits(edition)
        listed = tx.ledger_reports.rows(edition_id=edition) if rows else None
    told = [{**asdict(one), "balanced": one.balanced} for one in found]
    if not as_json:
        _print_audits(found)
    elif edition is None:
        print_json(told)
    else:
        print_json({**told[0], "rows": listed} if rows else told[0])
    if not all(one.balanced for one in found):
        raise click.exceptions.Exit(1)


def _print_audits(found: Sequence[Audit]) -> None:
    columns = ("planned", "sent", "refused", "given_up", "skipped", "in_doubt", "open")
    print_table(
        ("edition", *(name.replace("_", " ") for name in columns), "adds up"),
        [
            (one.edition_id, *(getattr(one, name) for name in columns), one.balanced)
            for one in found
        ],
        "No digest was owed to anybody.",
    )


def _ended(report: SendReport) -> int:
    return report.sent + report.refused + report.given_up + report.skipped + report.in_doubt


def _in_words(report: SendReport, waiting: int) -> str:
    """Say what became of mails, and of how many nothing: a pause keeps them, or a receiver."""
    counts = {
        "sent": report.sent,
        "refused": report.refused,
        "put off": report.deferred,
        "given up": report.given_up,
        "skipped": report.skipped,
        "in doubt": report.in_doubt,
    }
    parts = [f"{count:,} {what}" for what, count in counts.items() if count]
    if waiting:
        parts.append(f"{waiting:,} more wait: `mailer status` says for what")
    return f"{', '.join(parts)}." if parts else NOTHING_DUE
