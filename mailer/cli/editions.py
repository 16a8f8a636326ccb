"""`mailer editions`: what is sent, and why these stories."""

import tempfile
import webbrowser
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from mailer.address import parse_address
from mailer.checks.shots import shots
from mailer.cli.context import Context, pass_context
from mailer.cli.explain import Story, print_reasons, stories_of
from mailer.cli.output import confirm, json_option, print_facts, print_json, print_table, say, when
from mailer.cli.tree import Branch
from mailer.editions.explain import OUT
from mailer.editions.model import Edition, Reason, Tally
from mailer.errors import BrowserError, UsageError


@click.group(cls=Branch)
def editions() -> None:
    """What is sent, and why these stories."""


@editions.command("list", epilog="Example: mailer editions list --newsletter brief --json")
@click.option("--newsletter", metavar="SLUG", help="Only this newsletter's.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most.")
@json_option
@pass_context
def list_editions(context: Context, *, newsletter: str | None, limit: int, as_json: bool) -> None:
    """List editions, newest first."""
    with context.mailer.store.read() as tx:
        only = None if newsletter is None else tx.newsletters.by_slug(newsletter).id
        found = tx.editions.newest(newsletter_id=only, limit=limit)
        slugs = {known.id: known.slug for known in tx.newsletters.all()}
    if as_json:
        print_json([_as_json(edition, slugs[edition.newsletter_id]) for edition in found])
        return
    print_table(
        ("id", "newsletter", "no.", "slot", "state", "due", "subject"),
        [
            (
                edition.id,
                slugs[edition.newsletter_id],
                edition.number or None,
                edition.slot,
                edition.state,
                edition.due_at,
                edition.subject,
            )
            for edition in found
        ],
        "There is no edition yet: `mailer editions compose` makes one now.",
    )


@editions.command(epilog="Example: mailer editions show 12")
@click.argument("number", metavar="ID", type=int)
@json_option
@pass_context
def show(context: Context, number: int, *, as_json: bool) -> None:
    """Show an edition's stories in their order, and why each is in or out."""
    edition, newsletter, stories = stories_of(context.mailer, number)
    with context.mailer.store.read() as tx:
        said = tx.answers.of(number)
    if as_json:
        answers = {"good": said.good, "poor": said.poor}
        print_json({**_as_json(edition, newsletter.slug), "answers": answers, "stories": stories})
        return
    print_facts(
        [
            ("edition", f"{edition.id}, {newsletter.slug} {edition.slot}"),
            ("state", f"{edition.state}{_because(edition)}{_bare(stories)}"),
            ("due", when(edition.due_at, newsletter.schedule.zone)),
            ("subject", edition.subject),
            ("preheader", edition.preheader),
            *([("readers say", _said(said))] if any(said) or newsletter.feedback else []),
        ]
    )
    say("")
    print_table(
        ("place", "story", "score", "why"),
        [(told.place, told.title, told.score, _in_words(told.reasons)) for told in stories],
        "It has no stories.",
    )


@editions.command("explain", epilog="Example: mailer editions explain 12 --article 812")
@click.argument("number", metavar="ID", type=int)
@click.option("--article", metavar="ID", type=int, help="Only this one.")
@json_option
@pass_context
def explain_edition(context: Context, number: int, *, article: int | None, as_json: bool) -> None:
    """Say which rule let each article in or kept it out, and what each rule was worth."""
    edition, newsletter, stories = stories_of(context.mailer, number, article=article)
    if as_json:
        print_json(stories)
        return
    say(f"Edition {edition.id} of {newsletter.slug} for {edition.slot}, {edition.state}.")
    print_reasons(stories)


@editions.command(epilog="Example: mailer editions compose --newsletter brief --json")
@click.option("--newsletter", metavar="SLUG", required=True, help="Which one.")
@json_option
@pass_context
def compose(context: Context, *, newsletter: str, as_json: bool) -> None:
    """Make today's edition now, as a draft, of what is new since the last one; with pictures."""
    mailer = context.mailer
    edition = mailer.compose.by_hand(newsletter)
    mailer.illustrate.due()
    if as_json:
        print_json(_as_json(edition, newsletter))
        return
    say(f"Edition {edition.id} of {newsletter} for {edition.slot}: “{edition.subject}”")
    say(f"  mailer editions show {edition.id}")
    say(f"  mailer editions preview {edition.id} --text")
    say(f"  mailer editions approve {edition.id}")


@editions.command(
    epilog="Example: mailer editions preview 12 --shots shots --subscriber ada@example.org"
)
@click.argument("number", metavar="ID", type=int)
@click.option("--html", "part", type=str, flag_value="html", help="Print the HTML part.")
@click.option("--text", "part", type=str, flag_value="text", help="Print the text part.")
@click.option(
    "--eml",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write into this folder exactly the bytes that would be sent.",
)
@click.option(
    "--shots",
    "pictures",
    type=click.Path(file_okay=False, path_type=Path),
    help="Draw into this folder how clients show it: light, dark, on a phone … (needs Chromium).",
)
@click.option("--open", "opened", is_flag=True, help="Open it in this machine's browser.")
@click.option("--subscriber", metavar="ADDRESS", help="As this reader gets it.")
@pass_context
def preview(
    context: Context,
    number: int,
    *,
    part: str | None,
    folder: Path | None,
    pictures: Path | None,
    opened: bool,
    subscriber: str | None,
) -> None:
    """Look at an edition without sending it."""
    if part is None and folder is None and pictures is None and not opened:
        raise UsageError("say what to look at: --html, --text, --eml, --shots FOLDER or --open")
    mailer = context.mailer
    job = mailer.preview.job(number, None if subscriber is None else parse_address(subscriber))
    page = mailer.render.preview(number, job.since, job.apart, job.language)
    filled = mailer.preview.page(job, page)
    if part is not None:
        click.echo(filled.html if part == "html" else filled.text)
    if folder is not None:
        path = _file(folder, f"edition-{number}-{job.subscription_id}.eml")
        path.write_bytes(mailer.preview.message(job, page))
        say(f"Wrote {path}")
    if pictures is not None:
        for path in shots(filled, pictures, mailer.preview.picture):
            say(f"Drew {path}")
    if opened:
        path = _file(Path(tempfile.mkdtemp(prefix="mailer-")), f"edition-{number}.html")
        path.write_text(filled.html, "utf-8")
        say(f"Wrote {path}")
        if not webbrowser.open(path.as_uri()):
            raise BrowserError(f"no browser opens {path}", help="set $BROWSER, or open it yourself")


def _file(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


@editions.command(epilog="Example: mailer editions lint 12 --json")
@click.argument("number", metavar="ID", type=int)
@json_option
@pass_context
def lint(context: Context, number: int, *, as_json: bool) -> None:
    """Check an edition as its readers would get it: Stop, Look or Ready. Stop gives exit code 1."""
    report = context.mailer.inspect.edition(number)
    address = context.settings.site.leave_address
    if as_json:
        print_json(asdict(report) | {"verdict": report.verdict, "leave_address": address})
    else:
        print_facts(
            [
                ("verdict", report.verdict.capitalize()),
                ("HTML", f"{report.size:,} bytes"),
                ("support", f"{report.score:.1f} of 100, {report.word:.1f} in Outlook on Windows"),
                ("contrast", f"{report.contrast:.2f} at least"),
                ("leaving", f"by the link, or a mail to {address}" if address else "by the link"),
            ]
        )
        for finding in report.findings:
            say(f"  {finding.verdict.capitalize():5} {finding.rule}: {finding.message}")
    if report.stops:
        raise click.exceptions.Exit(1)


@editions.command(epilog="Example: mailer editions illustrate 12")
@click.argument("number", metavar="ID", type=int)
@pass_context
def illustrate(context: Context, number: int) -> None:
    """Ask once more for pictures that an edition lacks; `lint` says why it does."""
    with context.mailer.store.read() as tx:
        tx.editions.by_id(number)
    report = context.mailer.illustrate.again(number)
    say(f"{report.made} of {report.asked} pictures made.")


@editions.command(epilog="Example: mailer editions approve 12 --yes")
@click.argument("number", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--despite", is_flag=True, help="Even if the checks stop it.")
@pass_context
def approve(context: Context, number: int, *, yes: bool, despite: bool) -> None:
    """Let an edition out: its readers get it at its hour, or at once when it was made by hand.

    What `mailer editions lint` calls Stop holds it.
    """
    with context.mailer.store.read() as tx:
        edition = tx.editions.by_id(number)
        newsletter = tx.newsletters.by_id(edition.newsletter_id)
    confirm(f"Send “{edition.subject}” to the readers of {newsletter.slug}?", yes=yes)
    context.mailer.approve.approve(number, despite=despite)
    say(f"Edition {number} is approved. `mailer run` sends it, or `mailer deliveries send`.")


@editions.command(epilog="Example: mailer editions hold 12")
@click.argument("number", metavar="ID", type=int)
@pass_context
def hold(context: Context, number: int) -> None:
    """Stop an edition for now; what has left has left. `approve` lets it go on."""
    context.mailer.approve.hold(number)
    say(f"Edition {number} is held.")


@editions.command(epilog="Example: mailer editions freeze 12")
@click.argument("number", metavar="ID", type=int)
@pass_context
def freeze(context: Context, number: int) -> None:
    """Give this edition to readers of later hours too, instead of one with newer articles."""
    edition = context.mailer.approve.freeze(number)
    say(f"Edition {number} is what every reader of {edition.slot} gets.")


@editions.command(epilog="Example: mailer editions hide 12")
@click.argument("number", metavar="ID", type=int)
@click.option("--undo", is_flag=True, help="Show it again.")
@pass_context
def hide(context: Context, number: int, *, undo: bool) -> None:
    """Take an edition out of the archive's lists, feeds and search; its own page stays."""
    edition = context.mailer.approve.hide(number, hidden=not undo)
    what = "is in the archive" if undo else "is in no list; who has its address may read it"
    say(f"Edition {number}, “{edition.subject}”, {what}.")


@editions.command(epilog="Example: mailer editions cancel 12 --yes")
@click.argument("number", metavar="ID", type=int)
@click.option("--because", metavar="TEXT", default="", help="What its page in the archive says.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def cancel(context: Context, number: int, *, because: str, yes: bool) -> None:
    """Stop an edition for good; what has left has left, and its page says that it is withdrawn."""
    with context.mailer.store.read() as tx:
        edition = tx.editions.by_id(number)
    confirm(f"Cancel edition {number}, “{edition.subject}”, for good?", yes=yes)
    context.mailer.approve.cancel(number, because)
    say(f"Edition {number} is cancelled.")


def _because(edition: Edition) -> str:
    why = edition.held_because or edition.cancelled_because
    if why is not None:
        return f", because {why}"
    return "" if edition.canary_since is None else ", and the others wait for those who go first"


def _said(said: Tally) -> str:
    return f"{said.good:,} it was good, {said.poor:,} it could be better"


def _bare(stories: Sequence[Story]) -> str:
    """Say it when all that was in an edition is out of it by now."""
    gone = stories and all(told.place == OUT for told in stories)
    return ", and none of its stories is left: nobody is mailed" if gone else ""


def _in_words(reasons: Sequence[Reason]) -> str:
    return "; ".join(f"{reason.points:+.1f} {reason.rule}: {reason.note}" for reason in reasons)


def _as_json(edition: Edition, newsletter: str) -> dict[str, object]:
    return {
        "id": edition.id,
        "newsletter": newsletter,
        "number": edition.number,
        "slot": edition.slot,
        "state": edition.state,
        "due_at": edition.due_at,
        "at_once": edition.at_once,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "composed_at": edition.composed_at,
        "approved_at": edition.approved_at,
        "held_because": edition.held_because,
        "canary_since": edition.canary_since,
    }
