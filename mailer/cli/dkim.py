"""`mailer dkim`: the keys that sign mails."""

import os
import re
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import json_option, print_json, print_table, say
from mailer.cli.tree import Branch
from mailer.config.settings import DkimSettings, Secret
from mailer.errors import UsageError
from mailer.message.signing_key import USUAL_BITS, generate_ed25519, generate_rsa, load_keys
from mailer.message.verify import verify

BARE_LF = re.compile(rb"(?<!\r)\n")


@click.group(cls=Branch)
def dkim() -> None:
    """The keys that sign your mails: receivers see by them who a mail is from (RFC 6376)."""


@dkim.command(epilog="Example: mailer dkim generate example.org")
@click.argument("domain")
@click.option("--selector", default="mailer", show_default=True, help="The key's name in the DNS.")
@click.option(
    "--type",
    "kind",
    type=click.Choice(["rsa", "ed25519"]),
    default="rsa",
    show_default=True,
    help="Every receiver knows rsa; ed25519 only beside it, with another selector.",
)
@click.option(
    "--bits",
    type=click.IntRange(1024, 4096),
    default=USUAL_BITS,
    show_default=True,
    help="Of an RSA key.",
)
@pass_context
def generate(context: Context, *, domain: str, selector: str, kind: str, bits: int) -> None:
    """Make a key beside config.toml, and say what to write where. Never overwrites one."""
    pem = generate_rsa(bits) if kind == "rsa" else generate_ed25519()
    [key] = load_keys([DkimSettings(domain, selector, Secret(pem))])
    path = context.config.parent / f"dkim-{key.domain}-{key.selector}.pem"
    _write(path, pem)
    say(f"The key is in {path}, and only you can read it.")
    say("\nAdd this to config.toml when the record below can be seen in the DNS:\n")
    say(f'[[dkim]]\ndomain = "{key.domain}"\nselector = "{key.selector}"')
    say(f'key = {{ file = "{path.name}" }}')
    say(f"\nPublish this TXT record:\n\n{key.zone_line}")


@dkim.command(epilog="Example: mailer dkim show")
@json_option
@pass_context
def show(context: Context, *, as_json: bool) -> None:
    """Show the DNS record of each key of the settings. Exit 1 when there is none."""
    keys = load_keys(context.settings.dkim)
    if as_json:
        print_json(
            [
                {
                    "domain": key.domain,
                    "selector": key.selector,
                    "algorithm": key.algorithm,
                    "name": key.name,
                    "record": key.record,
                }
                for key in keys
            ]
        )
    else:
        for key in keys:
            say(key.zone_line)
    if not keys:
        if not as_json:
            say("No key is configured; `mailer dkim generate DOMAIN` makes one.")
        raise click.exceptions.Exit(1)


@dkim.command("verify", epilog="Example: mailer dkim verify received.eml")
@click.argument("message", type=click.File("rb"))
@json_option
@pass_context
def verify_message(context: Context, *, message: BinaryIO, as_json: bool) -> None:
    """Say whether a mail (- is standard input) came through as it was signed with our keys.

    The DNS is not asked: `mailer dkim show` says what must stand there. Exit 1 unless one of our
    signatures is there and each of them is right.
    """
    keys = load_keys(context.settings.dkim)
    verdicts = verify(BARE_LF.sub(b"\r\n", message.read()), keys)
    if as_json:
        print_json([{**asdict(one), "good": one.good} for one in verdicts])
    else:
        print_table(
            ("domain", "selector", "algorithm", "verdict"),
            [(one.domain, one.selector, one.algorithm, one.fault or "right") for one in verdicts],
            nothing="The mail has no DKIM-Signature.",
        )
    ours = [one for one in verdicts if one.ours]
    if not ours or not all(one.good for one in ours):
        raise click.exceptions.Exit(1)


def _write(path: Path, pem: str) -> None:
    """Write a key that nobody else can read, and that was not there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as why:
        raise UsageError(
            f"{path} is there already",
            help="a new key needs another --selector: the old one verifies mails under way",
        ) from why
    with ExitStack() as half:
        half.callback(path.unlink)  # a second try must not find half of a key
        with os.fdopen(descriptor, "w") as file:
            file.write(pem)
        half.pop_all()
