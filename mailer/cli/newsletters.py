"""`mailer newsletters`: make them, change them, look at them."""

from collections.abc import Iterator, Mapping, Sequence

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.embed import embed
from mailer.cli.newsletter_options import (
    WEEKDAYS,
    changed,
    describe,
    hour,
    new_newsletter,
    newsletter_options,
)
from mailer.cli.output import confirm, json_option, print_facts, print_json, print_table, say, when
from mailer.cli.tree import Branch
from mailer.editions.calendar import next_due
from mailer.editions.model import Newsletter
from mailer.errors import UsageError
from mailer.rendering.accent import accent
from mailer.subscribers.model import Alarm, AlarmKind


@click.group(cls=Branch)
def newsletters() -> None:
    """What people can subscribe to."""


newsletters.add_command(embed)


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
        rest = next(_rests(newsletter, tx.signup_alarms.open(mailer.clock.now())), None)
        urls = {
            feed.id: feed.url for feed in tx.feeds.by_ids([source.feed_id for source in sources])
        }
    feeds = [(source.section, urls[source.feed_id]) for source in sources]
    next_at = next_due(newsletter.schedule, mailer.clock.now()).at
    if as_json:
        listed = [{"section": section, "url": url} for section, url in feeds]
        more = {"next_due_at": next_at, "rest": rest, "feeds": listed}
        print_json({**_as_json(newsletter), **more})
        return
    print_facts(
        [
            ("newsletter", newsletter.slug),
            ("name", newsletter.name),
            ("description", newsletter.description),
            ("from", newsletter.sender),
            ("replies to", newsletter.reply_to),
            ("goes out", describe(newsletter.schedule)),
            ("next time", when(next_at, newsletter.schedule.zone)),
            ("approval", newsletter.approval),
            ("at most", f"{newsletter.max_stories} stories"),
            ("pictures", "shown" if newsletter.pictures else "not shown"),
            ("feedback", "asked for" if newsletter.feedback else "not asked for"),
            ("accent", newsletter.accent or "ours"),
            ("language", newsletter.language),
            ("form", "public" if newsletter.public else "private"),
            ("signups", "taken" if rest is None else _resting(rest)),
            ("form page", mailer.links.subscribe(newsletter.slug)),
            ("postal address", newsletter.postal_address),
        ]
    )
    say("")
    print_table(
        ("section", "feed"), feeds, f"No feeds yet: `mailer feeds add URL --newsletter {slug}`"
    )


@newsletters.command(
    epilog='Example: mailer newsletters create brief --name "The Brief" --sender brief@example.org'
)
@click.argument("slug")
@newsletter_options
@pass_context
def create(context: Context, /, slug: str, **given: object) -> None:
    """Make a newsletter. What is not said begins as daily at 07:00 UTC, approved by itself."""
    mailer = context.mailer
    wanted = new_newsletter(slug, given, mailer.clock.now())
    with mailer.store.write() as tx:
        tx.newsletters.add(wanted)
    _say_accent(given)
    say(f"Made {slug}: {describe(wanted.schedule)}. Its form: {mailer.links.subscribe(slug)}")


@newsletters.command(epilog="Example: mailer newsletters edit brief --at 06:30 --zone Asia/Tokyo")
@click.argument("slug")
@newsletter_options
@pass_context
def edit(context: Context, /, slug: str, **given: object) -> None:
    """Change what is named, leave the rest. Readers keep the rhythm they chose themselves."""
    if all(value in {None, ()} for value in given.values()):
        raise UsageError("nothing to change was named", help="mailer newsletters edit --help")
    with context.mailer.store.write() as tx:
        before = tx.newsletters.by_slug(slug)
        after = changed(before, given)
        tx.newsletters.change(after)
        moved = tx.subscriptions.follow(before, after, context.mailer.clock.now())
    _say_accent(given)
    say(f"Changed {slug}: {describe(after.schedule)}.")
    if moved:
        say(f"Subscriptions that follow the new hour: {moved:,}.")


@newsletters.command(epilog="Example: mailer newsletters reopen brief")
@click.argument("slug")
@pass_context
def reopen(context: Context, slug: str) -> None:
    """Let a newsletter take signups again that rests, because too few confirmations were answered.

    What stood open before is not counted again. Exit 1 when it does not rest.
    """
    if not context.mailer.watch.reopen(slug):
        say(f"{slug} does not rest.")
        raise click.exceptions.Exit(1)
    say(f"{slug} takes signups again.")


@newsletters.command(epilog="Example: mailer newsletters remove brief --yes")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def remove(context: Context, slug: str, *, yes: bool) -> None:
    """Remove a newsletter that nobody ever subscribed to and that never had an edition."""
    with context.mailer.store.read() as tx:
        _require_unused(slug, in_use=tx.newsletters.in_use(tx.newsletters.by_slug(slug).id))
    confirm(f"Remove {slug}?", yes=yes)
    with context.mailer.store.write() as tx:
        newsletter = tx.newsletters.by_slug(slug)
        _require_unused(slug, in_use=tx.newsletters.in_use(newsletter.id))
        tx.newsletters.remove(newsletter.id)
    say(f"Removed {slug}.")


def _rests(newsletter: Newsletter, alarms: Sequence[Alarm]) -> Iterator[Alarm]:
    for alarm in alarms:
        if alarm.kind is AlarmKind.REST and alarm.newsletter_id == newsletter.id:
            yield alarm


def _resting(rest: Alarm) -> str:
    return f"rest until {when(rest.until)}: {rest.reason}"


def _say_accent(given: Mapping[str, object]) -> None:
    """Say what became of a colour that was given, which need not be what is used."""
    if given.get("accent"):
        say(accent(str(given["accent"])).told)


def _require_unused(slug: str, *, in_use: bool) -> None:
    if in_use:
        raise UsageError(
            f"{slug} has subscribers or editions, and their history is kept",
            help=f"close its form instead: mailer newsletters edit {slug} --private",
        )


def _as_json(newsletter: Newsletter) -> dict[str, object]:
    schedule = newsletter.schedule
    return {
        "slug": newsletter.slug,
        "name": newsletter.name,
        "description": newsletter.description,
        "sender": newsletter.sender,
        "reply_to": newsletter.reply_to,
        "postal_address": newsletter.postal_address,
        "language": newsletter.language,
        "rhythm": schedule.rhythm,
        "at": hour(schedule),
        "weekday": WEEKDAYS[schedule.weekday],
        "zone": schedule.zone,
        "approval": newsletter.approval,
        "max_stories": newsletter.max_stories,
        "public": newsletter.public,
        "pictures": newsletter.pictures,
        "feedback": newsletter.feedback,
        "accent": newsletter.accent,
        "created_at": newsletter.created_at,
    }
