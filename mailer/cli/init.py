"""`mailer init`: from nothing to a working installation in one folder."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from mailer.cli.context import Context
from mailer.cli.newsletters import SLUG, blank_newsletter, describe
from mailer.cli.output import say
from mailer.clock import SystemClock
from mailer.config.settings import Tls
from mailer.errors import UsageError
from mailer.store import migrate

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TEMPLATE = """\
# Settings of this installation. The program's config.example.toml explains all of them.
# This file holds secrets: keep it readable for its owner alone.

[site]
# Signs every link in every mail: losing it breaks them.
secret_key = "{secret}"
# Every link in every mail begins with this.
base_url = "{base_url}"
"""


@dataclass(frozen=True, slots=True)
class RelayAddress:
    """`smtp://user:password@host:port`, read."""

    host: str
    port: int
    tls: Tls
    username: str | None
    password: str | None

    def toml(self) -> str:
        """Return the table `[[relay]]`."""
        lines = ["", "# The server that takes our mail.", "[[relay]]", 'name = "main"']
        lines += [f"host = {_quoted(self.host)}", f"port = {self.port}", f'tls = "{self.tls}"']
        if self.username is not None and self.password is not None:
            lines += [f"username = {_quoted(self.username)}"]
            lines += [f"password = {_quoted(self.password)}"]
        return "\n".join(lines) + "\n"


@click.command(
    epilog="Example: mailer init --yes --newsletter brief --sender brief@example.org"
    " --relay smtp://me:secret@smtp.example.org:587 --feed https://example.org/feed.xml"
)
@click.option("--yes", is_flag=True, help="Ask nothing; what is not said gets its default.")
@click.option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--base-url", help="Every link in every mail begins with it.")
@click.option("--newsletter", metavar="SLUG", help="The first newsletter's short name.")
@click.option("--sender", help="The address it comes from.")
@click.option(
    "--relay",
    metavar="URL",
    help="smtp://user:password@host:port (STARTTLS; none on loopback) or smtps:// (TLS from the"
    " first byte). Percent-encode what is special.",
)
@click.option("--feed", metavar="URL", help="Where its articles come from.")
def init(
    *,
    yes: bool,
    folder: Path,
    base_url: str | None,
    newsletter: str | None,
    sender: str | None,
    relay: str | None,
    feed: str | None,
) -> None:
    """Make a working installation: settings with a fresh secret, database, first newsletter."""
    path = folder / "config.toml"
    if path.exists():
        raise UsageError(f"{path} exists already", help="choose another --dir, or edit that file")
    ask = _answer_defaults if yes else _ask
    slug = newsletter or ask("The newsletter's short name, for its addresses", "brief")
    if SLUG.fullmatch(slug) is None:
        raise UsageError(f"{slug!r} is not a slug: small letters, digits and hyphens, up to 63")
    base_url = base_url or ask("Where its pages will be found", "http://127.0.0.1:8080")
    sender = sender or ask("The address it comes from", f"{slug}@example.org")
    relay = relay or ask("The server that takes your mail", "smtp://127.0.0.1:25")
    feed = feed or ask("The address of its feed; nothing for none yet", "")
    first = blank_newsletter(slug, slug.replace("-", " ").title(), sender, SystemClock().now())
    _write(path, base_url, read_relay(relay))
    context = Context(path)
    mailer = context.unchecked
    migrate.upgrade(mailer.store)
    with mailer.store.write() as tx:
        made = tx.newsletters.add(first)
        if feed:
            kept = tx.feeds.add(feed, mailer.clock.now())
            tx.newsletters.add_source(made.id, kept.id, "News")
    _say_what_next(path, context.settings.database_url, describe(made.schedule), slug, feed)


def read_relay(text: str) -> RelayAddress:
    """Return what a relay's URL says; raise UsageError."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as why:
        raise UsageError(f"--relay {why}") from why
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise UsageError("--relay is an address like smtp://user:password@smtp.example.org:587")
    if (url.username is None) != (url.password is None):
        raise UsageError("--relay has a user or a password, and needs both or none")
    implicit = url.scheme == "smtps"
    plain = Tls.NONE if url.hostname in LOOPBACK else Tls.STARTTLS
    return RelayAddress(
        host=url.hostname,
        port=port or (465 if implicit else 587),
        tls=Tls.IMPLICIT if implicit else plain,
        username=None if url.username is None else unquote(url.username),
        password=None if url.password is None else unquote(url.password),
    )


def _write(path: Path, base_url: str, relay: RelayAddress) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)  # before anything secret is in it
    settings = TEMPLATE.format(secret=secrets.token_urlsafe(48), base_url=base_url)
    path.write_text(settings + relay.toml(), "utf-8")


def _say_what_next(path: Path, database: str, rhythm: str, slug: str, feed: str) -> None:
    say(f"Settings:    {path}")
    say(f"Database:    {database}")
    say(f"Newsletter:  {slug}, {rhythm}")
    say(f"Feed:        {feed or 'none yet: mailer feeds add URL --newsletter ' + slug}")
    say("")
    say("Next:")
    say(f"  mailer newsletters edit {slug} --help      its name, hour, zone, postal address")
    say(f"  mailer feeds gather --newsletter {slug}    look at the feeds now")
    say("  mailer run                                web server, scheduler and sender")
    if path.parent != Path():
        say(f"(in {path.parent}, or with --config {path})")


def _ask(question: str, default: str) -> str:
    return str(click.prompt(question, default=default, show_default=bool(default)))


def _answer_defaults(question: str, default: str) -> str:
    del question
    return default


def _quoted(text: str) -> str:
    """Return a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if not escaped.isprintable():
        raise UsageError("--relay contains a control character")
    return f'"{escaped}"'
