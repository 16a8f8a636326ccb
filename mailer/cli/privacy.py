"""`mailer subscribers erase|export|history`: what is kept of one person."""

import json
import sys
from datetime import datetime

import click

from mailer.address import parse_address
from mailer.cli.context import Context, pass_context
from mailer.cli.output import confirm, json_option, note, print_json, print_table, say


@click.command(epilog="Example: mailer subscribers erase ada@example.org --yes")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def erase(context: Context, address: str, *, yes: bool) -> None:
    """Erase all we keep of a person; only a keyed hash stays, so that nobody adds them again."""
    confirm(f"Erase everything about {address}? It cannot be taken back.", yes=yes)
    scrubbed = context.mailer.privacy.erase_by_operator(parse_address(address))
    say("Erased. Backups that were made before still hold it.")
    if not scrubbed:
        note("Bytes of it are still on the database's disk: `mailer db scrub` lets go of them.")


@click.command(epilog="Example: mailer subscribers export ada@example.org > ada.json")
@click.argument("address")
@pass_context
def export(context: Context, address: str) -> None:
    """Print all that is kept of a person, as JSON."""
    copy = context.mailer.privacy.copy_by_operator(parse_address(address))
    json.dump(copy, sys.stdout, default=_as_json, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


@click.command(epilog="Example: mailer subscribers history ada@example.org")
@click.argument("address")
@json_option
@pass_context
def history(context: Context, address: str, *, as_json: bool) -> None:
    """Show each step of a person's consent: when, how, from where, in which words."""
    with context.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address(address))
        steps = [
            (tx.newsletters.by_id(tie.newsletter_id).slug, event)
            for tie in tx.subscriptions.of_subscriber(person.id)
            for event in tx.consent.history(tie.id)
        ]
    if as_json:
        print_json([{"newsletter": slug, "event": event} for slug, event in steps])
        return
    print_table(
        ("when", "newsletter", "what", "how", "page", "network", "browser", "words", "why"),
        [
            (
                event.at,
                slug,
                event.act,
                event.origin.way,
                event.origin.page,
                event.origin.network,
                event.origin.user_agent,
                event.wording,
                event.reason,
            )
            for slug, event in steps
        ],
        "No history.",
    )


def _as_json(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
