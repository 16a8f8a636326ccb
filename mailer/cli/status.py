"""`mailer status`: the whole house at one glance."""

from dataclasses import dataclass
from datetime import datetime

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.newsletters import describe
from mailer.cli.output import json_option, print_facts, print_json, print_table, say, when
from mailer.delivery.model import LedgerStatus
from mailer.editions.calendar import next_due
from mailer.editions.model import Edition, EditionState, Newsletter
from mailer.feeds.model import Feed
from mailer.store.job_runs import JobRun
from mailer.subscribers.model import State


@dataclass(frozen=True, slots=True)
class Readers:
    """One newsletter with its readers."""

    newsletter: Newsletter
    active: int
    pending: int
    next_at: datetime


@dataclass(frozen=True, slots=True)
class House:
    """What is going on."""

    ledger: LedgerStatus
    newsletters: list[Readers]
    waiting: list[Edition]  # drafts and held ones: somebody has to say so
    troubled: list[Feed]
    runs: list[JobRun]


@click.command(epilog="Example: mailer status --json")
@json_option
@pass_context
def status(context: Context, *, as_json: bool) -> None:
    """Say what is due, under way and stuck, and what comes next; exit 1 when something is stuck."""
    house = _look(context)
    if as_json:
        print_json(_as_json(house))
    else:
        _print(house)
    if house.ledger.stuck or house.ledger.in_doubt:
        raise click.exceptions.Exit(1)


def _look(context: Context) -> House:
    mailer = context.mailer
    now = mailer.clock.now()
    with mailer.store.read() as tx:
        readers = [
            Readers(
                newsletter,
                tx.subscribers.count(newsletter_slug=newsletter.slug, state=State.ACTIVE),
                tx.subscribers.count(newsletter_slug=newsletter.slug, state=State.PENDING),
                next_due(newsletter.schedule, now).at,
            )
            for newsletter in tx.newsletters.all()
        ]
        return House(
            ledger=tx.ledger_reports.status(now),
            newsletters=readers,
            waiting=[
                edition
                for edition in tx.editions.list(limit=50)
                if edition.state in {EditionState.DRAFT, EditionState.HELD}
            ],
            troubled=[feed for feed in tx.feeds.all() if feed.trouble],
            runs=tx.job_runs.all(),
        )


def _print(house: House) -> None:
    ledger = house.ledger
    print_facts(
        [
            ("due now", ledger.due),
            (
                "due later",
                f"{ledger.later}" + (f", next {when(ledger.next_due_at)}" * bool(ledger.later)),
            ),
            ("under way", ledger.under_way),
            ("stuck", ledger.stuck),
            ("in doubt", ledger.in_doubt),
        ]
    )
    say("")
    print_table(
        ("newsletter", "readers", "unconfirmed", "goes out", "next"),
        [
            (
                row.newsletter.slug,
                row.active,
                row.pending,
                describe(row.newsletter.schedule),
                when(row.next_at, row.newsletter.schedule.zone),
            )
            for row in house.newsletters
        ],
        "There is no newsletter yet.",
    )
    for edition in house.waiting:
        say(f"Edition {edition.id} is {edition.state}: mailer editions show {edition.id}")
    for feed in house.troubled:
        say(f"Feed {feed.url}: {feed.trouble}")
    for run in house.runs:
        if run.failed:
            say(f"Job {run.name} failed at {when(run.started_at)}: {run.outcome}")
    if ledger.in_doubt:
        say("Some mails are in doubt: mailer deliveries list --state in_doubt")


def _as_json(house: House) -> dict[str, object]:
    return {
        "ledger": house.ledger,
        "newsletters": [
            {
                "newsletter": row.newsletter.slug,
                "active": row.active,
                "pending": row.pending,
                "next_slot_at": row.next_at,
            }
            for row in house.newsletters
        ],
        "waiting_editions": [edition.id for edition in house.waiting],
        "troubled_feeds": [{"url": feed.url, "trouble": feed.trouble} for feed in house.troubled],
        "jobs": house.runs,
    }
