"""`mailer feeds`: where the articles come from."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.progress import Progress

from mailer.cli.context import Context, pass_context
from mailer.cli.output import json_option, print_json, print_json_line, print_table, say
from mailer.clock import SystemClock
from mailer.errors import Conflict, FeedError, UsageError
from mailer.feeds.as_json import error_as_json, parsed_as_json
from mailer.feeds.model import Feed, Look, LookStatus
from mailer.feeds.parse import parse_document
from mailer.store.database import Transaction


@click.group()
def feeds() -> None:
    """Where the articles come from."""


@feeds.command("list", epilog="Example: mailer feeds list --newsletter brief --json")
@click.option("--newsletter", metavar="SLUG", help="Only this newsletter's.")
@json_option
@pass_context
def list_feeds(context: Context, *, newsletter: str | None, as_json: bool) -> None:
    """List the feeds, with what the last look at each came to."""
    with context.mailer.store.read() as tx:
        found = _chosen(tx, newsletter)
        used_by = {
            source.feed_id: known.slug
            for known in tx.newsletters.all()
            for source in tx.newsletters.sources(known.id)
        }
    if as_json:
        print_json(found)
        return
    print_table(
        ("id", "newsletter", "title", "address", "last look", "next look", "trouble"),
        [
            (
                feed.id,
                used_by.get(feed.id),
                feed.title,
                feed.url,
                feed.last_looked_at,
                feed.next_look_at if feed.state == "active" else "gone",
                feed.trouble,
            )
            for feed in found
        ],
        "There is no feed yet: `mailer feeds add URL --newsletter SLUG`",
    )


@feeds.command(epilog="Example: mailer feeds add https://example.org/feed.xml --newsletter brief")
@click.argument("url")
@click.option("--newsletter", metavar="SLUG", required=True, help="Which newsletter draws from it.")
@click.option("--section", default="News", show_default=True, help="The heading of its stories.")
@pass_context
def add(context: Context, url: str, *, newsletter: str, section: str) -> None:
    """Let a newsletter draw from a feed. A feed may serve several newsletters."""
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise UsageError(f"{url} is not a web address", help="it begins with https://")
    mailer = context.mailer
    with mailer.store.write() as tx:
        known = tx.newsletters.by_slug(newsletter)
        try:
            feed = tx.feeds.add(url, mailer.clock.now())
        except Conflict:
            feed = tx.feeds.by_url(url)
        tx.newsletters.add_source(known.id, feed.id, section)
    say(f"{newsletter} draws from feed {feed.id}, {url}, under “{section}”.")


@feeds.command(
    epilog="Example: mailer feeds remove https://example.org/feed.xml --newsletter brief"
)
@click.argument("url")
@click.option("--newsletter", metavar="SLUG", required=True)
@pass_context
def remove(context: Context, url: str, *, newsletter: str) -> None:
    """Let a newsletter draw no longer from a feed. What it brought stays in past editions."""
    with context.mailer.store.write() as tx:
        known = tx.newsletters.by_slug(newsletter)
        tx.newsletters.remove_source(known.id, tx.feeds.by_url(url).id)
    say(f"{newsletter} no longer draws from {url}.")


@feeds.command(epilog="Example: mailer feeds gather --newsletter brief")
@click.option("--newsletter", metavar="SLUG", help="Only this newsletter's.")
@json_option
@pass_context
def gather(context: Context, *, newsletter: str | None, as_json: bool) -> None:
    """Look at the feeds now, whatever their time; exit 1 when none of them could be read."""
    with context.mailer.store.read() as tx:
        chosen = _chosen(tx, newsletter)
    with _progress(len(chosen), quiet=as_json) as bar:
        report = context.mailer.gather.feeds(chosen, bar)
    if as_json:
        print_json(report.looks)
    else:
        print_table(
            ("feed", "title", "answer", "new", "trouble"),
            [(look.url, look.title, look.status, look.new, look.trouble) for look in report.looks],
            "There is no feed to look at: `mailer feeds add URL --newsletter SLUG`",
        )
    failed = [look for look in report.looks if look.status is LookStatus.FAILED]
    if not report.looks or len(failed) == len(report.looks):
        raise click.exceptions.Exit(1)


@feeds.command(epilog="Example: mailer feeds parse feed.xml --json")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def parse(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Read feed files and show their articles; no database, no network.

    With --json one object a line, one line a file. Exit 1 when a file could not be read.
    """
    failed = False
    for file in files:
        told = _parsed(file)
        failed = failed or told["error"] is not None
        if as_json:
            print_json_line(told)
        else:
            _print_articles(told)
    if failed:
        raise click.exceptions.Exit(1)


def _parsed(file: Path) -> dict[str, object]:
    try:
        found = parse_document(file.read_bytes(), url=file.name, now=SystemClock().now())
    except OSError as why:
        return error_as_json(str(file), FeedError(str(file), str(why.strerror)))
    except FeedError as why:
        return error_as_json(str(file), why)
    return parsed_as_json(str(file), found)


def _print_articles(told: dict[str, object]) -> None:
    if told["error"] is not None:
        say(f"{told['file']}: {told['error']}")
        return
    articles = told["articles"]
    assert isinstance(articles, list)  # noqa: S101 - as feeds.as_json makes it
    say(f"{told['file']}: {told['title']}, {len(articles)} articles")
    rows = [(article["published"], article["title"], article["url"]) for article in articles]
    print_table(("published", "title", "address"), rows, "It has no articles.")


def _chosen(tx: Transaction, newsletter: str | None) -> list[Feed]:
    if newsletter is None:
        return tx.feeds.all()
    sources = tx.newsletters.sources(tx.newsletters.by_slug(newsletter).id)
    return tx.feeds.by_ids([source.feed_id for source in sources])


class _Bar:
    """Moves on with each look that ends."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._task = None if progress is None else progress.add_task("Looking", total=total)

    def __call__(self, look: Look) -> None:
        del look
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[_Bar]:
    """Show a bar on a terminal, and nothing elsewhere: the table says it all."""
    if quiet or not sys.stderr.isatty():
        yield _Bar(None, total)
        return
    with Progress(transient=True) as progress:
        yield _Bar(progress, total)
