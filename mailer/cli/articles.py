"""`mailer articles`: what the feeds said, and what may be told of it."""

from dataclasses import asdict
from pathlib import Path

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import (
    confirm,
    json_option,
    print_facts,
    print_json,
    print_table,
    say,
    when,
)
from mailer.cli.tree import Branch
from mailer.errors import NotFound, UsageError
from mailer.feeds.clean import safe_html
from mailer.feeds.model import Article, ArticleState, Label
from mailer.feeds.text import bounded, one_line
from mailer.feeds.urls import feed_url
from mailer.wiring import Mailer


@click.group(cls=Branch)
def articles() -> None:
    """What the feeds said, and what may be told of it."""


@articles.command("list", epilog="Example: mailer articles list --state held --json")
@click.option("--newsletter", metavar="SLUG", help="Only of the feeds it draws from.")
@click.option("--feed", metavar="URL", help="Only of this feed.")
@click.option(
    "--state", type=click.Choice([state.value for state in ArticleState]), help="Only those."
)
@click.option("--changed", is_flag=True, help="Only those that were told otherwise since.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="At most.")
@json_option
@pass_context
def list_articles(
    context: Context,
    *,
    newsletter: str | None,
    feed: str | None,
    state: str | None,
    changed: bool,
    limit: int,
    as_json: bool,
) -> None:
    """List articles, newest first."""
    wanted = None if state is None else ArticleState(state)
    with context.mailer.store.read() as tx:
        feeds: list[int] | None = None
        if newsletter is not None:
            sources = tx.newsletters.sources(tx.newsletters.by_slug(newsletter).id)
            feeds = [source.feed_id for source in sources]
        if feed is not None:
            feeds = [tx.feeds.by_url(feed_url(feed)).id]
        found = tx.articles.listing(feeds, wanted, limit, changed=changed)
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "published", "state", "title", "address"),
        [(one.id, one.published_at, one.state, one.title, one.url) for one in found],
        "No article like that."
        if newsletter or feed or state or changed
        else "There is no article yet: `mailer feeds gather` looks for news.",
    )


@articles.command(epilog="Example: mailer articles show 812")
@click.argument("number", metavar="ID", type=int)
@json_option
@pass_context
def show(context: Context, number: int, *, as_json: bool) -> None:
    """Show one article as it would be told."""
    article = _article(context.mailer, number)
    with context.mailer.store.read() as tx:
        corrections = tx.corrections.of_article(number)
    if as_json:
        print_json({**asdict(article), "corrections": [one for one, _, _ in corrections]})
        return
    print_facts(
        [
            ("article", article.id),
            ("state", article.state),
            ("title", article.title),
            ("address", article.url),
            ("published", article.published_at),
            ("author", article.author),
            ("original", article.original_publisher or article.original_url),
            ("topics", ", ".join(article.topics)),
            ("labels", ", ".join(article.labels)),
            ("words", article.words),
            ("told otherwise", article.changed_at),
            ("urgent since", article.urgent_at),
            ("gone because", article.gone_because),
            *(
                ("correction", f"{one.kind} {when(one.at)}, {owed:,} owed it, {told:,} planned")
                for one, owed, told in corrections
            ),
        ]
    )
    say("")
    say(article.summary)


@articles.command(epilog="Example: mailer articles hold 812")
@click.argument("numbers", metavar="ID...", nargs=-1, required=True, type=int)
@pass_context
def hold(context: Context, numbers: tuple[int, ...]) -> None:
    """Keep articles out of digests for now; what has left has left."""
    for number in numbers:
        _article(context.mailer, number)
    changed = context.mailer.retract.hold(numbers)
    say(f"{changed} held. `mailer articles release` lets them go on.")


@articles.command(epilog="Example: mailer articles release --feed https://example.org/feed.xml")
@click.argument("numbers", metavar="ID...", nargs=-1, type=int)
@click.option("--feed", metavar="URL", help="All that are held of this feed.")
@pass_context
def release(context: Context, numbers: tuple[int, ...], *, feed: str | None) -> None:
    """Let articles go on that were held: they are new again for everybody."""
    mailer = context.mailer
    if bool(numbers) == (feed is not None):
        raise UsageError("say which: their numbers, or --feed URL")
    for number in numbers:
        _article(mailer, number)
    if feed is not None:
        with mailer.store.read() as tx:
            key = tx.feeds.by_url(feed_url(feed)).id
            found = tx.articles.listing([key], ArticleState.HELD, 1_000_000)
        numbers = tuple(article.id for article in found)
    changed = mailer.retract.release(numbers) if numbers else 0
    say(f"{changed} released.")


@articles.command(epilog="Example: mailer articles withdraw 812 --note 'It was not true.' --yes")
@click.argument("number", metavar="ID", type=int)
@click.option("--note", default="", help="A sentence of yours for those who got it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def withdraw(context: Context, number: int, *, note: str, yes: bool) -> None:
    """Take an article out of every digest that has not left, and of the public pages.

    Whoever got it finds a line about it in their next digest, and nobody else does.
    """
    article = _article(context.mailer, number)
    confirm(f"Withdraw “{article.title}”?", yes=yes)
    owed = context.mailer.retract.withdraw(number, one_line(note))
    say(f"“{article.title}” is withdrawn. {_who_is_told(owed)}")


@articles.command(epilog="Example: mailer articles correct 812 --note 'The bridge is in Avonport.'")
@click.argument("number", metavar="ID", type=int)
@click.option("--note", required=True, help="What was wrong, in a sentence.")
@pass_context
def correct(context: Context, number: int, *, note: str) -> None:
    """Have a correction told in the next digest of those who got an article, and of nobody else."""
    if not one_line(note):
        raise UsageError("say with --note what was wrong")
    owed = context.mailer.retract.correct(number, one_line(note))
    say(f"A correction is kept. {_who_is_told(owed)}")


@articles.command(epilog="Example: mailer articles urgent 812")
@click.argument("numbers", metavar="ID...", nargs=-1, required=True, type=int)
@click.option("--no", is_flag=True, help="They are not, after all; what has left has left.")
@pass_context
def urgent(context: Context, numbers: tuple[int, ...], *, no: bool) -> None:
    """Send articles at once to readers who chose that, and leave them out of their next digest."""
    for number in numbers:
        _article(context.mailer, number)
    context.mailer.retract.mark_urgent(numbers, urgent=not no)
    if no:
        say(f"{len(numbers)} not urgent.")
    else:
        say(f"{len(numbers)} urgent: `mailer run` sends it at once, or `mailer jobs run urgent`.")


@articles.command(epilog="Example: mailer articles label 812 --sponsored")
@click.argument("numbers", metavar="ID...", nargs=-1, required=True, type=int)
@click.option("--sponsored", is_flag=True, help="Somebody pays for it.")
@click.option("--opinion", is_flag=True, help="It is somebody's opinion.")
@click.option("--subscribers-only", is_flag=True, help="Its outlet's subscribers alone read it.")
@click.option("--none", "nothing", is_flag=True, help="Nothing of that, whatever its feed says.")
@click.option("--as-found", is_flag=True, help="What its feed says.")
@pass_context
def label(
    context: Context,
    numbers: tuple[int, ...],
    *,
    sponsored: bool,
    opinion: bool,
    subscribers_only: bool,
    nothing: bool,
    as_found: bool,
) -> None:
    """Say in words, before its headline, what an article is.

    That holds for mails that have not left and for public pages, in place of what its feed says.
    """
    given = zip(Label, (sponsored, opinion, subscribers_only), strict=True)
    labels = [label for label, said in given if said]
    if bool(labels) + nothing + as_found != 1:
        raise UsageError("say one thing of it", help="mailer articles label --help")
    for number in numbers:
        _article(context.mailer, number)
    context.mailer.retract.label(numbers, None if as_found else labels)
    for number in numbers:
        article = _article(context.mailer, number)
        say(f"“{article.title}”: {', '.join(article.labels) or 'no label'}.")


@articles.command(epilog="Example: mailer articles clean page.html")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def clean(file: Path) -> None:
    """Print the safe HTML of a file: no database, no network, no settings."""
    click.echo(safe_html(bounded(file.read_text("utf-8", errors="replace"))))


def _article(mailer: Mailer, number: int) -> Article:
    with mailer.store.read() as tx:
        found = tx.articles.by_ids([number])
    if not found:
        raise NotFound("article", number, help="`mailer articles list` names them")
    return found[0]


def _who_is_told(owed: int) -> str:
    if not owed:
        return "Nobody had got it."
    return f"{owed:,} {'reader who got it is' if owed == 1 else 'readers who got it are'} told."
