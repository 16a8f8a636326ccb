"""`mailer subscribers`: who gets it."""

from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path

import click

from mailer.address import Address, parse_address
from mailer.cli import privacy
from mailer.cli.address_file import read_addresses
from mailer.cli.context import Context, pass_context
from mailer.cli.explain import print_reasons, stories_of, stories_to_come
from mailer.cli.output import (
    confirm,
    json_option,
    note,
    print_facts,
    print_json,
    print_table,
    progress,
    say,
    when,
)
from mailer.cli.preferences import edit, feed, move, pause, resume
from mailer.cli.tree import Branch
from mailer.editions.forecast import NextMail
from mailer.editions.wording import coming_words, rhythm_words
from mailer.errors import NotFound
from mailer.subscribers.model import Added, State

LAST_DIGESTS = 5
NOBODY = "Nobody yet: `mailer newsletters embed SLUG` prints a form for your site."
AT_A_TIME = 500  # people who are put on a list in one transaction


@click.group(cls=Branch)
def subscribers() -> None:
    """Who gets it."""


for one in (privacy.erase, privacy.export, privacy.history, edit, pause, resume, move, feed):
    subscribers.add_command(one)


@subscribers.command("list", epilog="Example: mailer subscribers list --newsletter brief --json")
@click.option("--newsletter", metavar="SLUG", help="Only this newsletter's.")
@click.option(
    "--state", type=click.Choice([state.value for state in State]), help="Only those in this state."
)
@click.option("--search", metavar="TEXT", help="Any part of an address.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most.")
@click.option("--offset", type=click.IntRange(0), default=0, help="Leave out so many.")
@json_option
@pass_context
def list_subscribers(
    context: Context,
    *,
    newsletter: str | None,
    state: str | None,
    search: str | None,
    limit: int,
    offset: int,
    as_json: bool,
) -> None:
    """List people with what they subscribed to, by address."""
    wanted = None if state is None else State(state)
    with context.mailer.store.read() as tx:
        rows = tx.subscribers.listing(
            newsletter_slug=newsletter, state=wanted, search=search, limit=limit, offset=offset
        )
        total = tx.subscribers.count(newsletter_slug=newsletter, state=wanted, search=search)
    if as_json:
        print_json(rows)
        return
    print_table(
        ("address", "newsletter", "state", "rhythm", "signed up", "confirmed", "next mail"),
        [
            (
                row.address,
                row.newsletter,
                row.state,
                row.rhythm,
                row.requested_at,
                row.confirmed_at,
                row.next_due_at,
            )
            for row in rows
        ],
        "Nobody like that." if newsletter or state or search else NOBODY,
    )
    if offset + len(rows) < total:
        note(f"{total - offset - len(rows):,} more: --offset {offset + len(rows)}")


@subscribers.command(epilog="Example: mailer subscribers show ada@example.org")
@click.argument("address")
@json_option
@pass_context
def show(context: Context, address: str, *, as_json: bool) -> None:
    """Show one person: subscriptions, and each step of their consent in its words."""
    with context.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        found = [
            (subscription, tx.newsletters.by_id(subscription.newsletter_id))
            for subscription in tx.subscriptions.of_subscriber(person.id)
        ]
        histories = {tie.id: tx.consent.history(tie.id) for tie, _ in found}
    if as_json:
        ties = [
            {"newsletter": known.slug, "subscription": tie, "history": histories[tie.id]}
            for tie, known in found
        ]
        print_json({"address": person.address, "since": person.created_at, "subscriptions": ties})
        return
    print_facts([("address", person.address), ("known since", person.created_at)])
    for tie, known in found:
        say("")
        zone = tie.schedule.zone
        coming = coming_words(tie, context.mailer.clock.now())
        say(f"{known.slug}: {tie.state}, {rhythm_words(tie.schedule)} {zone}. {coming}.")
        rows = [
            (event.at, event.act, event.origin.way, event.origin.page, event.origin.network)
            for event in histories[tie.id]
        ]
        print_table(("when", "what", "how", "page", "network"), rows, "No history.")
        words = [event.wording for event in histories[tie.id] if event.wording]
        if words:
            say(f"  agreed to: “{words[-1]}”")


@subscribers.command(
    "explain", epilog="Example: mailer subscribers explain ada@example.org --article 812"
)
@click.argument("address")
@click.option("--article", metavar="ID", type=int, help="Only this one.")
@json_option
@pass_context
def explain_mails(context: Context, address: str, *, article: int | None, as_json: bool) -> None:
    """Say what this reader gets next and got last, and which rule kept the rest out."""
    with context.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        digests = tx.ledger_reports.digests_of(person.id, LAST_DIGESTS)
    coming = context.mailer.forecast.next_mails(person.id, article)
    told = []
    for digest in digests:
        with suppress(NotFound):  # this one did not look at the article
            edition, newsletter, stories = stories_of(
                context.mailer, digest.edition_id, digest.since, article, digest.apart
            )
            told.append((digest, edition, newsletter, stories))
    if as_json:
        past = [{**asdict(digest), "stories": stories} for digest, _, _, stories in told]
        print_json([*(_coming_as_json(mail) for mail in coming), *past])
        return
    for mail in coming:
        _print_coming(mail)
    if not told:
        say(f"{address} has had no digest {'with that article' if article else 'yet'}.")
    for digest, edition, newsletter, stories in told:
        say(f"{newsletter.slug} {edition.slot}, {digest.state}: “{edition.subject}”")
        print_reasons(stories)
        say("")


def _coming_as_json(mail: NextMail) -> dict[str, object]:
    return {
        "edition_id": None if mail.edition is None else mail.edition.id,
        "newsletter": mail.newsletter.slug,
        "slot": mail.slot,
        "due_at": mail.due_at,
        "state": "next",
        "subject": mail.subject,
        "nothing_because": mail.nothing_because,
        "corrections": mail.corrections,
        "stories": stories_to_come(mail),
    }


def _print_coming(mail: NextMail) -> None:
    slug = mail.newsletter.slug
    if mail.slot is None:
        say(f"No mail of {slug} is to come: the subscription {mail.nothing_because}.")
        say("")
        return
    due = when(mail.due_at, mail.zone)
    if mail.nothing_because is not None:
        say(f"Next of {slug}, {mail.slot}, due {due}: no mail, as {mail.nothing_because}.")
    else:
        say(f"Next of {slug}, {mail.slot}, due {due}, as things are: “{mail.subject}”")
    if mail.corrections:
        say(f"With {mail.corrections} corrections of what they got before.")
    print_reasons(stories_to_come(mail))
    say("")


@subscribers.command(epilog="Example: mailer subscribers add ada@example.org --newsletter brief")
@click.argument("address")
@click.option("--newsletter", metavar="SLUG", required=True, help="Which one.")
@pass_context
def add(context: Context, address: str, *, newsletter: str) -> None:
    """Put somebody on the list at once, without a confirmation. You answer for their consent."""
    made = context.mailer.signup.add(newsletter, parse_address(address))
    rhythm = f"{rhythm_words(made.schedule)} {made.schedule.zone}"
    coming = coming_words(made, context.mailer.clock.now())
    say(f"{address} gets {newsletter} {rhythm}. {coming}.")


@subscribers.command(
    "confirm", epilog="Example: mailer subscribers confirm ada@example.org --newsletter brief"
)
@click.argument("address")
@click.option("--newsletter", metavar="SLUG", required=True, help="Which one.")
@pass_context
def confirm_signup(context: Context, address: str, *, newsletter: str) -> None:
    """Confirm a waiting signup by hand."""
    made = context.mailer.signup.confirm_by_operator(newsletter, parse_address(address))
    coming = coming_words(made, context.mailer.clock.now())
    say(f"{address} is confirmed for {newsletter}. {coming}.")


@subscribers.command(epilog="Example: mailer subscribers unsubscribe ada@example.org --yes")
@click.argument("address")
@click.option("--newsletter", metavar="SLUG", help="Only this one; all of them otherwise.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def unsubscribe(context: Context, address: str, *, newsletter: str | None, yes: bool) -> None:
    """End somebody's subscriptions; exit 1 when there was none to end."""
    confirm(f"Unsubscribe {address} from {newsletter or 'everything'}?", yes=yes)
    ended = context.mailer.signup.unsubscribe(parse_address(address), newsletter)
    if not ended:
        say(f"{address} was not on the list.")
        raise click.exceptions.Exit(1)
    say(f"{address} has left {', '.join(known.slug for known in ended)}.")


@subscribers.command(
    "import",
    epilog="Example: mailer subscribers import readers.txt --newsletter brief --state active --yes",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--newsletter", metavar="SLUG", required=True, help="Which one.")
@click.option("--state", type=click.Choice(["active"]), required=True, help="What they become.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def import_file(
    context: Context, file: Path, *, newsletter: str, state: str, dry_run: bool, yes: bool
) -> None:
    """Put the addresses of a file on the list: one a line, or a column of a CSV file.

    That is the first column, or the one with the heading email. You answer for their consent.
    Lines that hold no address are named, and exit is 1 then. The same file again adds whom it did
    not add before.
    """
    addresses, faults = read_addresses(file)
    for fault in faults:
        note(fault)
    with context.mailer.store.read() as tx:
        tx.newsletters.by_slug(newsletter)
    if dry_run:
        say(f"{len(addresses):,} addresses in the file, {len(faults):,} lines without one.")
    else:
        confirm(f"Add {len(addresses):,} addresses to {newsletter}, as {state}?", yes=yes)
        became = _add_all(context, newsletter, addresses)
        say(
            f"{became[Added.ADDED]:,} added, {became[Added.KNOWN]:,} were known,"
            f" {became[Added.NEVER_MAILED]:,} want no mail, {len(faults):,} lines without an"
            " address."
        )
    if faults:
        raise click.exceptions.Exit(1)


def _add_all(context: Context, newsletter: str, addresses: list[Address]) -> Counter[Added]:
    """Put them on the list, some at a time: what was added stays, whatever ends the command."""
    became: Counter[Added] = Counter()
    with progress("Adding", len(addresses)) as tell, ExitStack() as half:
        half.callback(
            lambda: note(
                f"{became[Added.ADDED]:,} were added before that; the same command goes on there."
            )
        )
        for begin in range(0, len(addresses), AT_A_TIME):
            some = addresses[begin : begin + AT_A_TIME]
            became += context.mailer.signup.add_all(newsletter, some)
            tell(begin + len(some))
        half.pop_all()
    return became
