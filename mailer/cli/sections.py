"""`mailer sections`: headings by topic."""

from dataclasses import replace

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import json_option, print_json, print_table, say
from mailer.cli.tree import Branch
from mailer.editions.model import TopicSection
from mailer.errors import NotFound


@click.group(cls=Branch)
def sections() -> None:
    """Headings by topic, whatever feed an article is from."""


@sections.command("list", epilog="Example: mailer sections list --newsletter brief")
@click.option("--newsletter", metavar="SLUG", required=True, help="Which one.")
@json_option
@pass_context
def list_sections(context: Context, *, newsletter: str, as_json: bool) -> None:
    """List a newsletter's headings by topic; those of its feeds follow them."""
    with context.mailer.store.read() as tx:
        found = tx.sections.all(tx.newsletters.by_slug(newsletter).id)
    if as_json:
        print_json(found)
        return
    print_table(
        ("heading", "topics", "points", "at once since"),
        [(one.name, ", ".join(one.topics), one.points, one.urgent_since) for one in found],
        "No headings by topic: stories stand under the heading of their feed.",
    )


@sections.command(
    "set", epilog="Example: mailer sections set Politics --newsletter brief --topic elections"
)
@click.argument("name")
@click.option("--newsletter", metavar="SLUG", required=True, help="Which one.")
@click.option(
    "--topic",
    "topics",
    metavar="TOPIC",
    multiple=True,
    help="Articles of it stand here; again for more, '' for none.",
)
@click.option("--points", type=click.FloatRange(-10, 10), help="For each story under it.")
@click.option("--position", type=click.IntRange(1), help="Among the headings; 1 is first.")
@click.option(
    "--urgent",
    type=click.BOOL,
    metavar="yes|no",
    help="What comes from now on goes at once to readers who chose that.",
)
@pass_context
def set_section(
    context: Context,
    name: str,
    *,
    newsletter: str,
    topics: tuple[str, ...],
    points: float | None,
    position: int | None,
    urgent: bool | None,
) -> None:
    """Make a heading, or change what is named of one that is there."""
    with context.mailer.store.write() as tx:
        known = tx.newsletters.by_slug(newsletter)
        here = [one for one in tx.sections.all(known.id) if one.name == name]
        wanted = here[0] if here else TopicSection(name, ())
        if topics:
            wanted = replace(wanted, topics=tuple(topic for topic in topics if topic))
        if points is not None:
            wanted = replace(wanted, points=points)
        if urgent is not None:
            since = wanted.urgent_since or context.mailer.clock.now()
            wanted = replace(wanted, urgent_since=since if urgent else None)
        tx.sections.put(known.id, wanted, None if position is None else position - 1)
    told = ", ".join(wanted.topics) or "only what feeds put there"
    say(f"{newsletter} has “{name}”: {told}{'; at once' if wanted.urgent_since else ''}.")


@sections.command(epilog="Example: mailer sections remove Politics --newsletter brief")
@click.argument("name")
@click.option("--newsletter", metavar="SLUG", required=True, help="Which one.")
@pass_context
def remove(context: Context, name: str, *, newsletter: str) -> None:
    """Forget a heading; its stories stand under those of their feeds again."""
    with context.mailer.store.write() as tx:
        known = tx.newsletters.by_slug(newsletter)
        if not tx.sections.remove(known.id, name):
            raise NotFound(
                f"heading of {newsletter} called",
                name,
                help=f"`mailer sections list --newsletter {newsletter}` names them",
            )
    say(f"{newsletter} has “{name}” no more.")
