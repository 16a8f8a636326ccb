"""`mailer status`: the whole house at one glance."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.newsletter_options import describe
from mailer.cli.output import json_option, print_facts, print_json, print_table, say, when
from mailer.delivery.limits import Ruling, last_leaves
from mailer.delivery.model import LedgerStatus, Pause, Receiver, Wave
from mailer.editions.calendar import next_due
from mailer.editions.model import Edition, EditionState, Newsletter
from mailer.feeds.model import Feed
from mailer.jobs.catalogue import JOBS
from mailer.store.database import Transaction
from mailer.subscribers.model import Alarm, AlarmKind, State
from mailer.wiring import Mailer

LATELY = timedelta(minutes=5)  # what is sent in this time says how fast we are
SILENCE = timedelta(minutes=15)  # jobs begin each minute or so, where a scheduler runs
NEWEST = 50  # editions; an older one waits for nobody


@dataclass(frozen=True, slots=True)
class Readers:
    """One newsletter with its readers."""

    newsletter: Newsletter
    active: int
    pending: int
    next_at: datetime


@dataclass(frozen=True, slots=True)
class LastRun:
    """How one job last went."""

    job: str
    started_at: datetime | None  # None: it never ran
    outcome: str | None
    failed: bool


@dataclass(frozen=True, slots=True)
class Traffic:
    """What stands in the way of mail, and how long it takes."""

    pauses: list[Pause]
    receivers: list[Receiver]  # that had enough of us
    waves: dict[int, Wave]  # editions whose others wait for those who go first
    limits: dict[str, list[Ruling]]  # by relay
    last_leaves_at: datetime | None  # of what is owed by now; None: nobody can say


@dataclass(frozen=True, slots=True)
class House:
    """What is going on."""

    ledger: LedgerStatus
    traffic: Traffic
    newsletters: list[Readers]
    waiting: list[Edition]  # drafts and held ones: by themselves they go nowhere, or not yet
    troubled: list[Feed]
    silent: list[Feed]
    held: list[tuple[Feed, int]]  # feeds that brought too much at once, and how much is held
    alarms: list[Alarm]
    runs: list[LastRun]
    has_lost_a_secret: bool
    at: datetime  # when it was looked at


@click.command(epilog="Example: mailer status --json")
@json_option
@pass_context
def status(context: Context, *, as_json: bool) -> None:
    """Say what is due, under way and stuck, and what comes next; exit 1 when something is stuck.

    Stuck is what a sender held that did not end well: the next one that runs takes it over.
    """
    house = _look(context)
    if as_json:
        print_json(_as_json(house))
    else:
        _print(house)
    if house.ledger.stuck:
        raise click.exceptions.Exit(1)


def _look(context: Context) -> House:
    mailer = context.mailer
    now = mailer.clock.now()
    with mailer.store.read() as tx:
        ties = tx.subscriptions.counts()
        return House(
            ledger=(ledger := tx.ledger_reports.status(now)),
            traffic=_traffic(tx, mailer, ledger, now),
            newsletters=[
                Readers(
                    newsletter,
                    ties[newsletter.id, State.ACTIVE],
                    ties[newsletter.id, State.PENDING],
                    next_due(newsletter.schedule, now).at,
                )
                for newsletter in tx.newsletters.all()
            ],
            waiting=[
                edition
                for edition in tx.editions.newest(limit=NEWEST)
                if edition.state in {EditionState.DRAFT, EditionState.HELD}
            ],
            troubled=[feed for feed in tx.feeds.all() if feed.trouble],
            silent=[feed for feed in tx.feeds.all() if feed.silent_since],
            held=[(tx.feeds.by_id(key), count) for key, count in tx.articles.held().items()],
            alarms=tx.signup_alarms.open(now),
            runs=_last_runs(mailer),
            has_lost_a_secret=not mailer.privacy.knows_who_wants_no_mail(),
            at=now,
        )


def _traffic(tx: Transaction, mailer: Mailer, ledger: LedgerStatus, now: datetime) -> Traffic:
    limits = {
        relay.name: tx.pacing.rulings(relay.name, relay.limits, relay.warm_up, now)
        for relay in mailer.settings.relay
    }
    owed = ledger.due + ledger.under_way
    rate = tx.ledger_reports.sent_since(now - LATELY) / LATELY.total_seconds()
    waves = {key: tx.canaries.wave(key) for key in tx.canaries.under_way()}
    return Traffic(
        pauses=tx.steering.pauses(),
        receivers=tx.pacing.receivers(),
        waves={key: wave for key, wave in waves.items() if wave is not None},
        limits=limits,
        last_leaves_at=last_leaves(owed, list(limits.values()), rate or None, now),
    )


def _last_runs(mailer: Mailer) -> list[LastRun]:
    with mailer.store.read() as tx:
        runs = {run.name: run for run in tx.job_runs.all()}
    return [
        LastRun(job.name, run.started_at, run.outcome, run.failed)
        if (run := runs.get(job.name))
        else LastRun(job.name, None, None, failed=False)
        for job in JOBS
    ]


def _print(house: House) -> None:
    ledger = house.ledger
    later = f", next {when(ledger.next_due_at)}" if ledger.later else ""
    print_facts(
        [
            ("due now", ledger.due),
            ("due later", f"{ledger.later:,}{later}"),
            ("under way", ledger.under_way),
            ("stuck", ledger.stuck),
            ("in doubt", ledger.in_doubt),
            ("last one leaves", _last_one(house)),
            *_limits(house.traffic),
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
        "There is no newsletter yet: `mailer newsletters create SLUG --name … --sender …`",
    )
    say("")
    print_table(
        ("job", "last run", "outcome"),
        [(run.job, run.started_at or "never", _outcome(run)) for run in house.runs],
        "There are no jobs.",
    )
    _print_what_wants_a_person(house)


def _last_one(house: House) -> str:
    if not house.ledger.due + house.ledger.under_way:
        return "nothing is owed"
    at = house.traffic.last_leaves_at
    return "nobody can say before the first" if at is None else f"about {when(at)}"


def _limits(traffic: Traffic) -> list[tuple[str, str]]:
    return [
        (f"relay {name}", ", ".join(f"{one.left:,} left of {one.limit}" for one in rulings))
        for name, rulings in traffic.limits.items()
        if rulings
    ]


def _outcome(run: LastRun) -> str | None:
    if run.started_at is None:
        return None
    return f"{'failed: ' if run.failed else ''}{run.outcome or 'under way'}"


def _print_what_wants_a_person(house: House) -> None:
    told = [*_about_jobs(house), *_about_mail(house), *_about_feeds(house)]
    if house.has_lost_a_secret:
        told.append(
            "The last one of [site] secret_key is not the one it was: whoever wants no mail is not"
            " known again. Put the old one back, as the last of a list"
        )
    if house.ledger.in_doubt:
        told.append(
            "Nobody knows whether some mails arrived: mailer deliveries list --state in_doubt"
        )
    if told:
        say("")
    for line in told:
        say(line)


def _about_jobs(house: House) -> list[str]:
    begun = [run.started_at for run in house.runs if run.started_at is not None]
    if not house.newsletters or (begun and house.at - max(begun) <= SILENCE):
        return []
    since = f"since {when(max(begun))}" if begun else "yet"
    return [f"No job has begun {since}: `mailer run` is what begins them, and sends"]


def _about_mail(house: House) -> list[str]:
    return [
        *(_paused(pause) for pause in house.traffic.pauses),
        *(
            f"{one.name} rests until {when(one.silent_until)}, then gets {one.at_once} at a time:"
            f" {one.cause}"
            for one in house.traffic.receivers
        ),
        *(_alarm(house, alarm) for alarm in house.alarms),
        *(
            f"Edition {key} went to {wave.size} first: {wave.answered} answers,"
            f" {wave.refused} of them refusals; the others wait"
            for key, wave in house.traffic.waves.items()
        ),
        *(
            f"Edition {edition.id} is {edition.state}{_because(edition)}: mailer editions show"
            f" {edition.id}"
            for edition in house.waiting
        ),
    ]


def _about_feeds(house: House) -> list[str]:
    return [
        *(
            f"Feed {feed.url} failed{_how_often(feed.failures)}: {feed.trouble}"
            for feed in house.troubled
        ),
        *(
            f"Feed {feed.url} is silent for unusually long: nothing new since"
            f" {when(feed.silent_since)}"
            for feed in house.silent
        ),
        *(
            f"{count} articles of {feed.url} are held: `mailer articles list --state held`, then"
            f" `mailer articles release --feed {feed.url}`"
            for feed, count in house.held
        ),
    ]


def _how_often(times: int) -> str:
    return f" {times} times in a row" if times > 1 else ""


def _because(edition: Edition) -> str:
    return f", because {edition.held_because}" if edition.held_because else ""


def _paused(pause: Pause) -> str:
    which = f" --newsletter {pause.newsletter}" if pause.newsletter else ""
    return (
        f"Digests of {pause.newsletter or 'every newsletter'} are paused: {pause.reason}."
        f" mailer deliveries resume{which}"
    )


def _alarm(house: House, alarm: Alarm) -> str:
    if alarm.kind is AlarmKind.PROOF:
        return f"Forms want a proof of work until {when(alarm.until)}: {alarm.reason}"
    names = {row.newsletter.id: row.newsletter.slug for row in house.newsletters}
    slug = names.get(alarm.newsletter_id, "?")
    return (
        f"{slug} takes no signups until {when(alarm.until)}: {alarm.reason}."
        f" mailer newsletters reopen {slug}"
    )


def _as_json(house: House) -> dict[str, object]:
    return {
        "ledger": house.ledger,
        "last_leaves_at": house.traffic.last_leaves_at,
        "pauses": house.traffic.pauses,
        "receivers": [one._asdict() for one in house.traffic.receivers],
        "canary_waves": [
            {"edition": key, "readers": wave.size, **wave._asdict()}
            for key, wave in house.traffic.waves.items()
        ],
        "limits": {
            name: [{"limit": str(one.limit), "left": one.left} for one in rulings]
            for name, rulings in house.traffic.limits.items()
        },
        "newsletters": [
            {
                "newsletter": row.newsletter.slug,
                "active": row.active,
                "pending": row.pending,
                "next_due_at": row.next_at,
            }
            for row in house.newsletters
        ],
        "waiting_editions": [edition.id for edition in house.waiting],
        "troubled_feeds": [{"url": feed.url, "trouble": feed.trouble} for feed in house.troubled],
        "silent_feeds": [{"url": feed.url, "since": feed.silent_since} for feed in house.silent],
        "held_articles": [{"url": feed.url, "articles": count} for feed, count in house.held],
        "signup_alarms": house.alarms,
        "jobs": house.runs,
        "has_lost_a_secret": house.has_lost_a_secret,
    }
