"""`mailer newsletters`: make them, change them, look at them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import click

from mailer.address import parse_address
from mailer.cli.context import Context, pass_context
from mailer.cli.output import json_option, print_facts, print_json, print_table, say
from mailer.editions.calendar import next_due, zone_named
from mailer.editions.model import Approval, Newsletter, Rhythm, Schedule
from mailer.errors import AddressError, UsageError

Function = TypeVar("Function", bound=Callable[..., Any])

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")

OPTIONS = (
    click.option("--name", help="What readers see."),
    click.option("--sender", help="The address it comes from."),
    click.option("--reply-to", help="Where answers go; people should read it."),
    click.option("--description", help="One sentence for the form and the pages."),
    click.option("--postal-address", help="Stands in every mail, as the law wants."),
    click.option("--language", help="Like en or pt-BR."),
    click.option("--zone", help="Like Europe/Berlin."),
    click.option("--rhythm", help="daily, weekdays, weekly or monthly."),
    click.option("--at", help="The hour in that zone, like 07:00."),
    click.option("--weekday", help="For weekly: monday to sunday."),
    click.option("--approval", help="automatic or manual."),
    click.option("--max-stories", help="At most so many in one edition."),
    click.option("--public/--private", default=None, help="Whether the form is open to everybody."),
)


def newsletter_options(command: Function) -> Function:
    """Give a command an option for each thing a newsletter has."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group()
def newsletters() -> None:
    """What people can subscribe to."""


@newsletters.command("list", epilog="Example: mailer newsletters list --json")
@json_option
@pass_context
def list_newsletters(context: Context, *, as_json: bool) -> None:
    """List every newsletter."""
    with context.mailer.store.read() as tx:
        found = tx.newsletters.all()
    if as_json:
        print_json([_as_json(newsletter) for newsletter in found])
        return
    print_table(
        ("newsletter", "name", "goes out", "from", "approval", "form"),
        [
            (
                newsletter.slug,
                newsletter.name,
                describe(newsletter.schedule),
                newsletter.sender,
                newsletter.approval,
                "public" if newsletter.public else "private",
            )
            for newsletter in found
        ],
        "There is no newsletter yet: `mailer newsletters create SLUG --name … --sender …`",
    )


@newsletters.command(epilog="Example: mailer newsletters show brief")
@click.argument("slug")
@json_option
@pass_context
def show(context: Context, slug: str, *, as_json: bool) -> None:
    """Show one newsletter with its feeds."""
    mailer = context.mailer
    with mailer.store.read() as tx:
        newsletter = tx.newsletters.by_slug(slug)
        sources = tx.newsletters.sources(newsletter.id)
        feeds = {feed.id: feed for feed in tx.feeds.by_ids([source.feed_id for source in sources])}
    next_at = next_due(newsletter.schedule, mailer.clock.now()).at
    if as_json:
        listed = [
            {"section": source.section, "url": feeds[source.feed_id].url} for source in sources
        ]
        print_json({**_as_json(newsletter), "next_slot_at": next_at, "feeds": listed})
        return
    print_facts(
        [
            ("newsletter", newsletter.slug),
            ("name", newsletter.name),
            ("description", newsletter.description),
            ("from", newsletter.sender),
            ("replies to", newsletter.reply_to),
            ("goes out", describe(newsletter.schedule)),
            ("next time", next_at),
            ("approval", newsletter.approval),
            ("at most", f"{newsletter.max_stories} stories"),
            ("language", newsletter.language),
            ("form", "public" if newsletter.public else "private"),
            ("postal address", newsletter.postal_address),
            ("form page", mailer.links.subscribe(newsletter.slug)),
        ]
    )
    rows = [(source.section, feeds[source.feed_id].url) for source in sources]
    print_table(("section", "feed"), rows, "It has no feeds yet: `mailer feeds add URL …`")


@newsletters.command(
    epilog='Example: mailer newsletters create brief --name "The Brief" --sender brief@example.org'
)
@click.argument("slug")
@newsletter_options
@pass_context
def create(context: Context, /, slug: str, **given: object) -> None:
    """Make a newsletter. What is not said begins as daily at 07:00 UTC, approved by itself."""
    mailer = context.mailer
    if SLUG.fullmatch(slug) is None:
        raise UsageError(f"{slug!r} is not a slug: small letters, digits and hyphens, up to 63")
    missing = [f"--{name}" for name in ("name", "sender") if given[name] is None]
    if missing:
        raise UsageError(f"a newsletter needs {' and '.join(missing)}")
    blank = blank_newsletter(slug, str(given["name"]), str(given["sender"]), mailer.clock.now())
    wanted = changed(blank, given)
    with mailer.store.write() as tx:
        tx.newsletters.add(wanted)
    say(f"Made {slug}: {describe(wanted.schedule)}. Its form: {mailer.links.subscribe(slug)}")


@newsletters.command(epilog="Example: mailer newsletters edit brief --at 06:30 --zone Asia/Tokyo")
@click.argument("slug")
@newsletter_options
@pass_context
def edit(context: Context, /, slug: str, **given: object) -> None:
    """Change what is named, leave the rest. Readers keep the rhythm they signed up for."""
    if all(value is None for value in given.values()):
        raise UsageError("nothing to change was named", help="mailer newsletters edit --help")
    with context.mailer.store.write() as tx:
        before = tx.newsletters.by_slug(slug)
        after = changed(before, given)
        tx.newsletters.change(after)
        moved = tx.subscriptions.follow(before, after, context.mailer.clock.now())
    say(f"Changed {slug}: {describe(after.schedule)}.")
    if moved:
        say(f"{moved} readers with the newsletter's own rhythm follow it.")


@newsletters.command(epilog="Example: mailer newsletters remove brief --yes")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def remove(context: Context, slug: str, *, yes: bool) -> None:
    """Remove a newsletter that nobody ever subscribed to and that never had an edition."""
    if not yes:
        click.confirm(f"Remove {slug}?", abort=True)
    with context.mailer.store.write() as tx:
        newsletter = tx.newsletters.by_slug(slug)
        if tx.newsletters.in_use(newsletter.id):
            raise UsageError(
                f"{slug} has subscribers or editions",
                help=f"close its form instead: mailer newsletters edit {slug} --private",
            )
        tx.newsletters.remove(newsletter.id)
    say(f"Removed {slug}.")


def describe(schedule: Schedule) -> str:
    """Return a schedule in words: `weekly on monday at 07:00 Europe/Berlin`."""
    if schedule.rhythm is Rhythm.MINUTELY:
        return "minutely"
    day = f" on {WEEKDAYS[schedule.weekday]}" if schedule.rhythm is Rhythm.WEEKLY else ""
    hour, minute = divmod(schedule.minute_of_day, 60)
    return f"{schedule.rhythm}{day} at {hour:02}:{minute:02} {schedule.zone}"


def blank_newsletter(slug: str, name: str, sender: str, now: datetime) -> Newsletter:
    """Return a newsletter with only what it must have; `now` is its time of birth."""
    return Newsletter(
        id=0,
        slug=slug,
        name=name,
        description=f"The latest from {name}.",
        sender=parse_address(sender),
        reply_to=None,
        postal_address="",
        language="en",
        schedule=Schedule(Rhythm.DAILY, 7 * 60, 0, "UTC"),
        approval=Approval.AUTOMATIC,
        max_stories=12,
        public=True,
        created_at=now,
    )


def changed(newsletter: Newsletter, given: Mapping[str, object]) -> Newsletter:
    """Return the newsletter with the options applied; raise UsageError naming every wrong one."""
    faults: list[str] = []

    def take(option: str, read: Callable[[str], Any], known: Any) -> Any:
        value = given.get(option)
        if value is None:
            return known
        try:
            return read(str(value))
        except (ValueError, UsageError, AddressError) as why:
            faults.append(f"--{option.replace('_', '-')}: {why}")
            return known

    schedule = newsletter.schedule
    wanted = replace(
        newsletter,
        name=take("name", _line, newsletter.name),
        sender=take("sender", parse_address, newsletter.sender),
        reply_to=take("reply_to", parse_address, newsletter.reply_to),
        description=take("description", _line, newsletter.description),
        postal_address=take("postal_address", _line, newsletter.postal_address),
        language=take("language", _language, newsletter.language),
        approval=take("approval", _word(Approval), newsletter.approval),
        max_stories=take("max_stories", _max_stories, newsletter.max_stories),
        public=newsletter.public if given.get("public") is None else bool(given["public"]),
        schedule=Schedule(
            rhythm=take("rhythm", _word(Rhythm), schedule.rhythm),
            minute_of_day=take("at", _minute_of_day, schedule.minute_of_day),
            weekday=take("weekday", _weekday, schedule.weekday),
            zone=take("zone", lambda name: zone_named(name).key, schedule.zone),
        ),
    )
    if faults:
        raise UsageError("; ".join(faults))
    return wanted


def _line(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > 200:
        raise ValueError("one line of 1 to 200 characters")
    return text.strip()


def _language(text: str) -> str:
    if LANGUAGE.fullmatch(text) is None:
        raise ValueError("a language tag, like en or pt-BR")
    return text


def _word(kind: type[Rhythm] | type[Approval]) -> Callable[[str], Rhythm | Approval]:
    def read(text: str) -> Rhythm | Approval:
        try:
            return kind(text)
        except ValueError as why:
            raise ValueError(f"one of {', '.join(kind)}") from why

    return read


def _minute_of_day(text: str) -> int:
    found = AT.fullmatch(text)
    if found is None:
        raise ValueError("an hour like 07:00")
    return int(found[1]) * 60 + int(found[2])


def _weekday(text: str) -> int:
    if text.lower() not in WEEKDAYS:
        raise ValueError(f"one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(text.lower())


def _max_stories(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise ValueError("a number from 1 to 100")
    return int(text)


def _as_json(newsletter: Newsletter) -> dict[str, object]:
    schedule = newsletter.schedule
    hour, minute = divmod(schedule.minute_of_day, 60)
    return {
        "slug": newsletter.slug,
        "name": newsletter.name,
        "description": newsletter.description,
        "sender": newsletter.sender,
        "reply_to": newsletter.reply_to,
        "postal_address": newsletter.postal_address,
        "language": newsletter.language,
        "rhythm": schedule.rhythm,
        "at": f"{hour:02}:{minute:02}",
        "weekday": WEEKDAYS[schedule.weekday],
        "zone": schedule.zone,
        "approval": newsletter.approval,
        "max_stories": newsletter.max_stories,
        "public": newsletter.public,
        "created_at": newsletter.created_at,
    }
