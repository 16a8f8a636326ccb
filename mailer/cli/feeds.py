"""`mailer feeds`: where the articles come from."""

from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import (
    confirm,
    json_option,
    print_json,
    print_json_line,
    print_table,
    progress,
    say,
    when,
)
from mailer.cli.rule_options import changed_rules, rule_options, rules_in_words
from mailer.cli.tree import Branch
from mailer.clock import SystemClock
from mailer.editions.model import Newsletter
from mailer.errors import Conflict, FeedError, NotFound
from mailer.feeds.as_json import article_as_json, error_as_json, parsed_as_json
from mailer.feeds.check import Findings
from mailer.feeds.excerpt import MOST_WORDS
from mailer.feeds.model import Feed, FeedState, Label, Look, Source
from mailer.feeds.opml import Outline, read_opml, write_opml
from mailer.feeds.reader import Reader
from mailer.feeds.urls import feed_url
from mailer.store.database import Transaction
from mailer.wiring import Mailer

SHOWN = 10  # articles of a check
NO_LIMIT = -1  # of an excerpt, as options say it
OWN = ("title", "moved", "read_pages", "excerpt_words", "pictures")  # of a feed, whoever uses it
NO_FEED = "There is no feed yet: `mailer feeds add URL --newsletter SLUG`"


@click.group(cls=Branch)
def feeds() -> None:
    """Where the articles come from."""


@feeds.command("list", epilog="Example: mailer feeds list --newsletter brief --json")
@click.option("--newsletter", metavar="SLUG", help="Only this newsletter's.")
@json_option
@pass_context
def list_feeds(context: Context, *, newsletter: str | None, as_json: bool) -> None:
    """List the feeds, with what the last look at each came to."""
    found = _feeds(context.mailer, newsletter)
    readers = _newsletters_by_feed(context.mailer)
    if as_json:
        print_json([_as_json(feed, readers.get(feed.id, [])) for feed in found])
        return
    print_table(
        ("feed", "title", "newsletters", "last look", "next look", "trouble"),
        [
            (
                feed.url,
                feed.title,
                ", ".join(readers.get(feed.id, [])),
                feed.last_looked_at,
                feed.next_look_at if feed.state is FeedState.ACTIVE else "never: it is gone",
                _trouble(feed),
            )
            for feed in found
        ],
        NO_FEED,
    )


@feeds.command(epilog="Example: mailer feeds add https://example.org/feed.xml --newsletter brief")
@click.argument("url")
@click.option("--newsletter", metavar="SLUG", required=True, help="The one that draws from it.")
@click.option("--section", default="News", show_default=True, help="The heading of its stories.")
@click.option("--read-pages", is_flag=True, help="Read an article's page when it has no text.")
@pass_context
def add(context: Context, url: str, *, newsletter: str, section: str, read_pages: bool) -> None:
    """Let a newsletter draw from a feed; again to give it another section.

    A feed may serve several newsletters. It is looked at by `mailer run`, or with
    `mailer feeds gather`.
    """
    address, now = feed_url(url), context.mailer.clock.now()
    with context.mailer.store.write() as tx:
        known = tx.newsletters.by_slug(newsletter)
        feed = _known_or_new(tx, address, now)
        if read_pages:
            tx.feeds.configure(replace(feed, read_pages=True))
        tx.newsletters.add_source(known.id, feed.id, section)
    say(f"{newsletter} draws from {address}, under “{section}”.")


def _known_or_new(tx: Transaction, address: str, now: datetime, title: str = "") -> Feed:
    """Return a feed that is looked at from now on, whatever was known of it."""
    try:
        return tx.feeds.add(address, now, title)
    except Conflict:
        feed = tx.feeds.by_url(address)
    if feed.state is FeedState.GONE:  # the operator knows better: it is asked again
        feed = replace(feed, state=FeedState.ACTIVE, next_look_at=now)
        tx.feeds.keep_look(feed)
    return feed


@feeds.command(
    epilog="Example: mailer feeds edit https://example.org/feed.xml --newsletter brief --weight 2"
)
@click.argument("url")
@click.option("--newsletter", metavar="SLUG", help="The one whose use of the feed is changed.")
@click.option("--section", help="The heading of its stories.")
@click.option(
    "--position", type=click.IntRange(1), help="Among the newsletter's feeds; 1 is first."
)
@click.option("--weight", type=click.FloatRange(0, 10), help="1 is usual; more is told more often.")
@click.option("--first", type=click.IntRange(0), help="Only so many of its newest; 0 for all.")
@rule_options
@click.option("--title", help="For every newsletter: the outlet's name. '' for the feed's own.")
@click.option("--url", "moved", metavar="NEW", help="For every newsletter: where it is now.")
@click.option(
    "--read-pages/--no-read-pages",
    default=None,
    help="For every newsletter: read an article's page when the feed has no text of it.",
)
@click.option(
    "--excerpt-words",
    type=click.IntRange(-1, MOST_WORDS),
    help="For every newsletter: tell at most so many; 0 for the headline alone, -1 for no limit.",
)
@click.option(
    "--pictures/--no-pictures",
    default=None,
    help="For every newsletter: whether its pictures may be shown.",
)
@click.option(
    "--label",
    "labels",
    type=click.Choice([*(label.value for label in Label), "none"]),
    multiple=True,
    help="For every newsletter: what each of its articles is, said before the headline; or none.",
)
@pass_context
def edit(context: Context, /, url: str, newsletter: str | None, **given: Any) -> None:
    """Change a feed, or, with --newsletter, what that one makes of it."""
    address = feed_url(url)
    own = {name: given.pop(name) for name in OWN}
    labels = tuple(Label(one) for one in given["labels"] if one != "none")
    labelled = bool(given.pop("labels"))
    used = any(value is not None and value != () for value in given.values())
    if used and newsletter is None:
        raise click.UsageError("say with --newsletter whose use of the feed that changes")
    if not (used or labelled) and all(value is None for value in own.values()):
        raise click.UsageError("say what is to be changed; `mailer feeds edit --help` names it all")
    with context.mailer.store.write() as tx:
        feed = tx.feeds.by_url(address)
        known = None if newsletter is None else tx.newsletters.by_slug(newsletter)
        source = None if known is None else _changed_source(tx, known, feed, given)
        changed = _changed_feed(tx, feed, **own)
    if labelled:
        context.mailer.retract.label_feed(changed, labels)
        changed = replace(changed, labels=labels)
    say(f"{changed.url}: {_as_it_is(changed)}.")
    if source is not None:
        rules = rules_in_words(source.rules) or "everything"
        say(f"{newsletter} takes from {changed.url}: {rules}; weight {source.weight:g}.")


def _changed_feed(
    tx: Transaction,
    feed: Feed,
    *,
    title: str | None,
    moved: str | None,
    read_pages: bool | None,
    excerpt_words: int | None,
    pictures: bool | None,
) -> Feed:
    changed = replace(
        feed,
        title=feed.title if title is None else title,
        read_pages=feed.read_pages if read_pages is None else read_pages,
        excerpt_words=feed.excerpt_words if excerpt_words is None else excerpt_words,
        pictures=feed.pictures if pictures is None else pictures,
    )
    if changed.excerpt_words == NO_LIMIT:
        changed = replace(changed, excerpt_words=None)
    tx.feeds.configure(changed)
    if moved is not None:
        new = feed_url(moved)
        if new != feed.url and not tx.feeds.move(feed.id, new):
            raise Conflict("feed", new)
        changed = replace(changed, url=new)
    return changed


def _changed_source(
    tx: Transaction, newsletter: Newsletter, feed: Feed, given: dict[str, Any]
) -> Source:
    found = [one for one in tx.newsletters.sources(newsletter.id) if one.feed_id == feed.id]
    if not found:
        raise NotFound(
            f"feed of {newsletter.slug} at", feed.url, help="`mailer feeds list` names them all"
        )
    place, weight = given["position"], given["weight"]
    changed = replace(
        found[0],
        section=given["section"] or found[0].section,
        position=found[0].position if place is None else place - 1,
        weight=found[0].weight if weight is None else weight,
        rules=changed_rules(found[0].rules, given),
    )
    tx.newsletters.change_source(newsletter.id, changed)
    return changed


def _as_it_is(feed: Feed) -> str:
    pages = "pages are read" if feed.read_pages else "pages are not read"
    shown = "" if feed.pictures else ", no pictures"
    shown += f", labelled {' and '.join(feed.labels)}" if feed.labels else ""
    if feed.excerpt_words is None:
        return f"“{feed.title}”, {pages}, excerpts as long as they fit{shown}"
    return f"“{feed.title}”, {pages}, excerpts of {feed.excerpt_words} words at most{shown}"


@feeds.command(
    epilog="Example: mailer feeds remove https://example.org/feed.xml --newsletter brief"
)
@click.argument("url")
@click.option("--newsletter", metavar="SLUG", required=True, help="The one that drew from it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def remove(context: Context, url: str, *, newsletter: str, yes: bool) -> None:
    """Let a newsletter draw no longer from a feed. What it brought stays in past editions.

    A feed that no newsletter draws from is not looked at any more.
    """
    address = feed_url(url)
    store = context.mailer.store
    with store.read() as tx:
        _drawn(tx, newsletter, address)
    confirm(f"Take {address} from {newsletter}?", yes=yes)
    with store.write() as tx:
        feed, readers = _drawn(tx, newsletter, address)
        known = tx.newsletters.by_slug(newsletter)
        tx.newsletters.remove_source(known.id, feed.id)
        if readers == [known.id]:
            tx.feeds.keep_look(replace(feed, state=FeedState.GONE))
    say(f"{newsletter} no longer draws from {address}.")


def _drawn(tx: Transaction, newsletter: str, address: str) -> tuple[Feed, list[int]]:
    """Return a feed of a newsletter, and all newsletters that draw from it; raise NotFound."""
    known, feed = tx.newsletters.by_slug(newsletter), tx.feeds.by_url(address)
    readers = [
        other.id
        for other in tx.newsletters.all()
        if any(source.feed_id == feed.id for source in tx.newsletters.sources(other.id))
    ]
    if known.id not in readers:
        raise NotFound(
            f"feed of {newsletter} at", address, help="`mailer feeds list` names them all"
        )
    return feed, readers


@feeds.command(epilog="Example: mailer feeds discover https://example.org/")
@click.argument("url")
@json_option
@pass_context
def discover(context: Context, url: str, *, as_json: bool) -> None:
    """Find the feeds of a site; exit 1 when it has none."""
    found = context.mailer.discover.feeds(feed_url(url))
    if as_json:
        print_json(found)
    else:
        print_table(
            ("feed", "title", "articles"),
            [(one.url, one.title, one.articles) for one in found],
            f"No feed was found at {url}, nor where feeds usually are.",
        )
    if not found:
        raise click.exceptions.Exit(1)


@feeds.command(epilog="Example: mailer feeds check https://example.org/feed.xml")
@click.argument("url")
@click.option(
    "--read-pages/--no-read-pages", default=None, help="As a feed with that setting would."
)
@json_option
@pass_context
def check(context: Context, url: str, *, read_pages: bool | None, as_json: bool) -> None:
    """Say what a look at a feed would find, and keep nothing; exit 1 when that is nothing."""
    found = context.mailer.check.feed(feed_url(url), read_pages=read_pages)
    if as_json:
        print_json({**asdict(found), "articles": [article_as_json(one) for one in found.articles]})
    else:
        for line in findings_in_words(found):
            say(line)
    if found.trouble is not None:
        raise click.exceptions.Exit(1)
    if not as_json:
        rows = [(one.published_at, one.title, one.summary) for one in found.articles[:SHOWN]]
        print_table(("published", "title", "excerpt"), rows, "It has no articles.")


@feeds.command("import", epilog="Example: mailer feeds import feeds.opml --newsletter brief")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--newsletter", metavar="SLUG", required=True, help="The one that draws from them.")
@pass_context
def import_opml(context: Context, file: Path, *, newsletter: str) -> None:
    """Let a newsletter draw from all feeds of an OPML file; its folders become sections."""
    outlines = read_opml(file.read_bytes(), str(file))
    now, added = context.mailer.clock.now(), 0
    with context.mailer.store.write() as tx:
        known = tx.newsletters.by_slug(newsletter)
        here = {source.feed_id for source in tx.newsletters.sources(known.id)}
        for outline in outlines:
            feed = _known_or_new(tx, outline.url, now, outline.title)
            if feed.id not in here:
                tx.newsletters.add_source(known.id, feed.id, outline.section or "News")
                added += 1
    say(f"{newsletter} draws from {added} more feeds; {len(outlines) - added} it had already.")


@feeds.command("export", epilog="Example: mailer feeds export --newsletter brief > feeds.opml")
@click.option("--newsletter", metavar="SLUG", help="Only this newsletter's.")
@pass_context
def export_opml(context: Context, *, newsletter: str | None) -> None:
    """Print the feeds as OPML, which every feed reader takes."""
    found = _feeds(context.mailer, newsletter)
    sections: dict[int, str] = {}
    if newsletter is not None:
        with context.mailer.store.read() as tx:
            sources = tx.newsletters.sources(tx.newsletters.by_slug(newsletter).id)
            sections = {source.feed_id: source.section for source in sources}
    outlines = [Outline(feed.url, feed.title, sections.get(feed.id)) for feed in found]
    click.echo(write_opml(newsletter or "Feeds", outlines).decode(), nl=False)


@feeds.command(epilog="Example: mailer feeds gather --newsletter brief")
@click.option("--newsletter", metavar="SLUG", help="Only this newsletter's.")
@json_option
@pass_context
def gather(context: Context, *, newsletter: str | None, as_json: bool) -> None:
    """Look at the feeds now, whatever their time; exit 1 when none of them could be read."""
    chosen = _feeds(context.mailer, newsletter)
    looks: list[Look] = []
    with progress("Looking at feeds", len(chosen)) as done:

        def heard(look: Look) -> None:
            looks.append(look)
            done(len(looks))

        report = context.mailer.gather.feeds(chosen, heard)
    if as_json:
        print_json(report.looks)
    else:
        print_table(
            ("feed", "title", "answer", "new articles", "trouble"),
            [(look.url, look.title, look.status, look.new, look.trouble) for look in report.looks],
            NO_FEED,
        )
    if report.failed == len(report.looks):
        raise click.exceptions.Exit(1)


@feeds.command(epilog="Example: mailer feeds parse feed.xml --json")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@json_option
def parse(files: tuple[str, ...], *, as_json: bool) -> None:
    """Show the articles of feed files: no database, no network, no settings.

    With --json one object a file, each on its own line; a file that cannot be read has its reason
    in "error". Exit 1 when none could be read.
    """
    unread = 0
    with Reader() as reader:
        for file in files:
            told = _parsed(file, reader)
            unread += told["error"] is not None
            if as_json:
                print_json_line(told)
            else:
                _print_articles(told)
    if unread == len(files):
        raise click.exceptions.Exit(1)


def findings_in_words(found: Findings) -> list[str]:
    """Return for people what a look would find, a line each."""
    if found.trouble is not None:
        return [f"{found.url}: {found.trouble}"]
    count = len(found.articles)
    new = f"{found.new} of them are not kept yet" if found.known else "no newsletter draws from it"
    lines = [
        f"{found.url}: “{found.title}”, {count} articles, {new}",
        f"without a date: {found.without_date}; without a text: {found.without_text}",
        "it can say that nothing has changed"
        if found.conditional
        else "it sends everything at each look: it gives neither ETag nor Last-Modified",
    ]
    if found.max_age:
        lines.append(f"it asks not to be looked at more often than every {found.max_age} seconds")
    if found.moved_to is not None:
        lines.append(f"it has moved for good, to {found.moved_to}")
    return lines


def _feeds(mailer: Mailer, newsletter: str | None) -> list[Feed]:
    with mailer.store.read() as tx:
        if newsletter is None:
            return tx.feeds.all()
        sources = tx.newsletters.sources(tx.newsletters.by_slug(newsletter).id)
        return tx.feeds.by_ids([source.feed_id for source in sources])


def _trouble(feed: Feed) -> str | None:
    if feed.trouble:
        return f"{feed.trouble} ({feed.failures} times)"
    return f"silent since {when(feed.silent_since)}" if feed.silent_since else None


def _newsletters_by_feed(mailer: Mailer) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    with mailer.store.read() as tx:
        for newsletter in tx.newsletters.all():
            for source in tx.newsletters.sources(newsletter.id):
                found.setdefault(source.feed_id, []).append(newsletter.slug)
    return found


def _as_json(feed: Feed, newsletters: list[str]) -> dict[str, object]:
    return {
        "id": feed.id,
        "url": feed.url,
        "title": feed.title,
        "site_url": feed.site_url,
        "state": feed.state,
        "newsletters": newsletters,
        "last_looked_at": feed.last_looked_at,
        "last_changed_at": feed.last_changed_at,
        "next_look_at": feed.next_look_at if feed.state is FeedState.ACTIVE else None,
        "failures": feed.failures,
        "trouble": feed.trouble,
        "silent_since": feed.silent_since,
        "read_pages": feed.read_pages,
        "excerpt_words": feed.excerpt_words,
        "pictures": feed.pictures,
        "labels": feed.labels,
    }


def _parsed(file: str, reader: Reader) -> dict[str, Any]:
    try:
        found = reader.read(Path(file).read_bytes(), url=file, now=SystemClock().now())
    except OSError as why:
        return error_as_json(file, FeedError(file, f"cannot be opened: {why.strerror}"))
    except FeedError as why:
        return error_as_json(file, why)
    return parsed_as_json(file, found)


def _print_articles(told: dict[str, Any]) -> None:
    if told["error"]:
        say(f"{told['file']}: {told['error']}")
        return
    articles = told["articles"]
    say(f"{told['file']}: {told['title'] or 'no title'}, {len(articles)} articles")
    rows = [(article["published"], article["title"], article["url"]) for article in articles]
    print_table(("published", "title", "address"), rows, "It has no articles.")
