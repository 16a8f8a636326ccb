"""`mailer subscribers edit`, `pause`, `resume` and `move`: what one reader gets, when, where."""

from datetime import date, datetime, timedelta

import click

from mailer.address import parse_address
from mailer.cli.context import Context, pass_context
from mailer.cli.newsletter_options import WEEKDAYS, minute_of_day
from mailer.cli.output import confirm, say
from mailer.editions.calendar import local_date
from mailer.editions.model import Rhythm
from mailer.editions.wording import coming_words, rhythm_words
from mailer.errors import NotFound, UsageError
from mailer.subscribers.model import State, Subscription
from mailer.subscribers.preferences import Wishes

OFFERED = [rhythm.value for rhythm in Rhythm if rhythm is not Rhythm.MINUTELY]
WEEKS = click.IntRange(1, 52)

newsletter_option = click.option("--newsletter", metavar="SLUG", required=True, help="Which one.")


@click.command(
    epilog="Example: mailer subscribers edit ada@example.org --newsletter brief --rhythm weekly"
    " --days monday,thursday --at 18:30"
)
@click.argument("address")
@newsletter_option
@click.option("--rhythm", type=click.Choice(OFFERED), help="How often.")
@click.option("--days", metavar="DAYS", help="For weekly: one or more, like monday,thursday.")
@click.option("--at", metavar="HH:MM", help="The hour in their zone, like 07:00.")
@click.option("--zone", help="Theirs, like Europe/Berlin.")
@click.option("--language", metavar="TAG", help="Like en or pt-BR; '' for the newsletter's.")
@click.option("--urgent", type=click.BOOL, metavar="yes|no", help="Urgent articles at once.")
@click.option(
    "--section",
    "sections",
    metavar="HEADING",
    multiple=True,
    help="Only what stands under it; again for more, '' for everything.",
)
@click.option("--text-only", type=click.BOOL, metavar="yes|no", help="Mails without HTML.")
@pass_context
def edit(
    context: Context,
    address: str,
    *,
    newsletter: str,
    rhythm: str | None,
    days: str | None,
    at: str | None,
    zone: str | None,
    language: str | None,
    urgent: bool | None,
    sections: tuple[str, ...],
    text_only: bool | None,
) -> None:
    """Change what one reader gets of a newsletter, and when."""
    wishes = Wishes(
        rhythm=None if rhythm is None else Rhythm(rhythm),
        days=None if days is None else _days(days),
        minute_of_day=None if at is None else _minute(at),
        zone=zone,
        language=language,
        urgent=urgent,
        sections=[name for name in sections if name] if sections else None,
        text_only=text_only,
    )
    if wishes == Wishes():
        raise UsageError(
            "say what to change: --rhythm, --days, --at, --zone, --language, --urgent, --section,"
            " --text-only"
        )
    found = context.mailer.preferences.edit(_key(context, address, newsletter), wishes)
    _say(context, address, newsletter, found)


@click.command(
    epilog="Example: mailer subscribers pause ada@example.org --newsletter brief --until 2026-12-24"
)
@click.argument("address")
@newsletter_option
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The first day with mail again.")
@click.option("--weeks", type=WEEKS, help="From their today, instead of a day.")
@pass_context
def pause(
    context: Context, address: str, *, newsletter: str, until: datetime | None, weeks: int | None
) -> None:
    """Send one reader nothing before a day; what came meanwhile is in the first mail after it."""
    if (until is None) == (weeks is None):
        raise UsageError("say either --until or --weeks")
    mailer, key = context.mailer, _key(context, address, newsletter)
    zone = mailer.preferences.look(key)[0].schedule.zone
    today = local_date(mailer.clock.now(), zone)
    day: date = until.date() if until is not None else today + timedelta(weeks=weeks or 0)
    found = mailer.preferences.pause(key, day)
    _say(context, address, newsletter, found)


@click.command(epilog="Example: mailer subscribers resume ada@example.org --newsletter brief")
@click.argument("address")
@newsletter_option
@pass_context
def resume(context: Context, address: str, *, newsletter: str) -> None:
    """End a reader's pause now."""
    found = context.mailer.preferences.resume(_key(context, address, newsletter))
    _say(context, address, newsletter, found)


@click.command(epilog="Example: mailer subscribers move ada@example.org ada@example.com --yes")
@click.argument("address")
@click.argument("wanted")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def move(context: Context, address: str, wanted: str, *, yes: bool) -> None:
    """Send everything of one reader to another address. The old one is told, and may undo it."""
    confirm(f"Send everything of {address} to {wanted} from now on?", yes=yes)
    context.mailer.moving.by_operator(parse_address(address), parse_address(wanted))
    say(f"{wanted} gets what {address} got. {address} is told, and may take it back for 7 days.")


@click.command(epilog="Example: mailer subscribers feed ada@example.org --newsletter brief")
@click.argument("address")
@newsletter_option
@click.option("--close", is_flag=True, help="Let its address lead nowhere from now on.")
@pass_context
def feed(context: Context, address: str, *, newsletter: str, close: bool) -> None:
    """Give one reader a feed of their own selection; the address it had before is closed."""
    key = _key(context, address, newsletter)
    if close:
        context.mailer.private_feed.close(key)
        say(f"{address} has no feed of {newsletter}.")
        return
    found = context.mailer.private_feed.open(key)
    if found.feed_since is not None:
        say(context.mailer.links.feed(found.id, found.feed_since))


def _key(context: Context, address: str, newsletter: str) -> int:
    with context.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        found = tx.subscriptions.find(person.id, tx.newsletters.by_slug(newsletter).id)
    if found is None:
        raise NotFound(
            f"subscription to {newsletter} of",
            address,
            help=f"`mailer subscribers show {address}` names what there is",
        )
    return found.id


def _days(text: str) -> list[int]:
    words = [word.strip().lower() for word in text.split(",")]
    wrong = [word for word in words if word not in WEEKDAYS]
    if wrong:
        raise UsageError(f"--days: {wrong[0]!r} is not one of {', '.join(WEEKDAYS)}")
    return [WEEKDAYS.index(word) for word in words]


def _minute(text: str) -> int:
    try:
        return minute_of_day(text)
    except ValueError as why:
        raise UsageError(f"--at: {why}") from why


def _say(context: Context, address: str, newsletter: str, found: Subscription) -> None:
    zone = found.schedule.zone
    only = f", only {' and '.join(found.sections)}" if found.sections else ""
    rhythm = f"{address} gets {newsletter} {rhythm_words(found.schedule)} {zone}{only}"
    urgent = ", urgent articles at once" if found.urgent else ""
    urgent += ", as text alone" if found.text_only else ""
    pause = ""
    if found.state is State.PAUSED and found.paused_until is not None:
        pause = f", and nothing before {local_date(found.paused_until, zone)}"
    say(f"{rhythm}{urgent}{pause}. {coming_words(found, context.mailer.clock.now())}.")
