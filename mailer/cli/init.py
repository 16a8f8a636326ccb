"""`mailer init`: from nothing to a working installation in one folder."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from mailer.address import parse_address
from mailer.cli.context import Context
from mailer.cli.faults import fault, wrong_options
from mailer.cli.newsletter_options import SLUG, describe, new_newsletter
from mailer.cli.output import print_facts, say, somebody_answers
from mailer.cli.relay_url import quoted, read_relay_url
from mailer.clock import SystemClock
from mailer.editions.model import Newsletter
from mailer.errors import MailerError, UsageError
from mailer.feeds.urls import feed_url, web_url
from mailer.store import migrate

FIRST_SECTION = "News"
TEMPLATE = """\
# Settings of this installation. The program's config.example.toml explains all there are.
# This file holds secrets: it is readable for its owner alone.

[site]
# Signs every link in every mail: losing it breaks them.
secret_key = {secret}
# Every link in every mail begins with this.
base_url = {base_url}
# The name of the installation, on its front page.
# name = "Mailer"

# [database]
# Without this line everything is kept in data/mailer.db, beside this file.
# url = "postgresql://mailer:password@db.example.org/mailer"

# [web]
# Where the pages are served; a web server that speaks HTTPS belongs before it.
# host = "127.0.0.1"
# port = 8080
# trusted_proxies = ["127.0.0.1/32"]

# The server that takes our mail.
{relay}"""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that has to be known, and how to know a wrong answer."""

    option: str
    text: str
    default: str  # may hold {newsletter}
    check: Callable[[str], object]  # raises MailerError


def _slug(text: str) -> None:
    if SLUG.fullmatch(text) is None:
        raise UsageError(f"{text!r} is not a short name: small letters, digits, hyphens, up to 63")


def _base_url(text: str) -> None:
    if web_url(text) is None:
        raise UsageError(f"{text!r} is not an address like https://news.example.org")


def _feed(text: str) -> None:
    if text:
        feed_url(text)


QUESTIONS = (
    Question("newsletter", "Short name of the newsletter, for its addresses", "brief", _slug),
    Question("sender", "Address it comes from", "{newsletter}@example.org", parse_address),
    Question("base_url", "Address its pages will have", "http://127.0.0.1:8080", _base_url),
    Question("relay", "Server that takes the mail", "smtp://127.0.0.1:25", read_relay_url),
    Question("feed", "Address of its feed (nothing for none yet)", "", _feed),
)


@click.command(
    epilog="Example: mailer init --yes --newsletter brief --sender brief@example.org"
    " --relay smtp://me:secret@smtp.example.org:587 --feed https://example.org/feed.xml"
)
@click.option("--yes", is_flag=True, help="Ask nothing; what is not said gets its default.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where to make it; here, if not said.",
)
@click.option("--base-url", metavar="URL", help="Every link in every mail begins with it.")
@click.option("--newsletter", metavar="SLUG", help="The first newsletter's short name.")
@click.option("--sender", metavar="ADDRESS", help="The address it comes from.")
@click.option(
    "--relay",
    metavar="URL",
    help="smtp://user:password@host:port (STARTTLS; no TLS on this machine), smtps:// (TLS from"
    " the first byte) or smtp+none:// (no TLS). Percent-encode what is special in a password.",
)
@click.option("--feed", metavar="URL", help="Where its articles come from.")
def init(*, yes: bool, folder: Path, **given: str | None) -> None:
    """Make a working installation: settings with a fresh secret, database, first newsletter.

    Asks for what is not said. Never overwrites anything.
    """
    path = folder / "config.toml"
    if path.exists():
        raise UsageError(f"{path} exists already", help="choose another --dir, or edit that file")
    with somebody_answers("nothing was made"):
        answers = _answers(given, yes=yes)
    slug = answers["newsletter"]
    name = slug.replace("-", " ").title()
    first = new_newsletter(slug, {"name": name, **answers}, SystemClock().now())
    with ExitStack() as half:
        _make_secretly(path)
        half.callback(path.unlink)  # a second try must not find half of the first
        _write(path, answers)
        database = _fill(path, first, answers["feed"])
        half.pop_all()
    _say_what_next(path, database, first, answers["feed"])


def _answers(given: Mapping[str, str | None], *, yes: bool) -> dict[str, str]:
    """Return an answer to every question; raise UsageError naming all wrong ones."""
    answers: dict[str, str] = {}
    faults = []
    for question in QUESTIONS:
        default = question.default.format_map({"newsletter": "brief", **answers})
        said = given.get(question.option)
        if said is None and not yes:
            said = _ask(question, default)
        answers[question.option] = default if said is None else said
        try:
            question.check(answers[question.option])
        except MailerError as why:
            faults.append(fault(question.option, why))
    if faults:
        raise wrong_options(faults, help="mailer init --help")
    return answers


def _ask(question: Question, default: str) -> str:
    def read(text: str) -> str:
        try:
            question.check(text)
        except MailerError as why:
            raise click.BadParameter(str(why)) from why  # click says so, and asks again
        return text

    return str(
        click.prompt(
            question.text, default=default, show_default=bool(default), value_proc=read, err=True
        )
    )


def _make_secretly(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)  # before anything secret is in it


def _write(path: Path, answers: Mapping[str, str]) -> None:
    path.write_text(
        TEMPLATE.format(
            secret=quoted(secrets.token_urlsafe(48)),
            base_url=quoted(answers["base_url"]),
            relay=read_relay_url(answers["relay"]).toml(),
        ),
        "utf-8",
    )


def _fill(path: Path, first: Newsletter, feed: str) -> str:
    """Make the database with the newsletter and its feed; return where it is, for people."""
    context = Context(path)
    context.settings.site.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    mailer = context.unchecked
    migrate.upgrade(mailer.store)
    with mailer.store.write() as tx:
        made = tx.newsletters.add(first)
        if feed:
            kept = tx.feeds.add(feed_url(feed), mailer.clock.now())
            tx.newsletters.add_source(made.id, kept.id, FIRST_SECTION)
    return mailer.store.place


def _say_what_next(path: Path, database: str, first: Newsletter, feed: str) -> None:
    slug = first.slug
    mailer = "mailer" if path.parent == Path() else f"mailer --config {path}"
    print_facts(
        [
            ("settings", path),
            ("database", database),
            ("newsletter", f"{slug}, {describe(first.schedule)}, from {first.sender}"),
            ("feed", feed or f"none yet: {mailer} feeds add URL --newsletter {slug}"),
        ]
    )
    say("")
    say("Next:")
    say(f"  {mailer} newsletters edit {slug} --help     its name, hour, zone, postal address")
    if feed:
        say(f"  {mailer} feeds gather --newsletter {slug}   look at the feeds now")
    say(f"  {mailer} run                               web server, scheduler and sender")
