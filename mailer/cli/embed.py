"""`mailer newsletters embed`: the form, ready to be put into somebody's pages."""

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import say
from mailer.errors import UsageError
from mailer.web.snippets import SCHEMES, VARIANTS, Look, framed, plain, scripted


@click.command(epilog="Example: mailer newsletters embed brief --variant footer --scheme dark")
@click.argument("slug")
@click.option(
    "--variant", type=click.Choice(VARIANTS), default="inline", show_default=True,
    help="In an article, or at the page's foot.",
)  # fmt: skip
@click.option(
    "--scheme", type=click.Choice(SCHEMES), default="host", show_default=True,
    help="Colours; host: as the page's data-theme says, or else as auto: the reader's system.",
)  # fmt: skip
@click.option(
    "--return-to", metavar="ADDRESS",
    help="Of the article, as your site's templates write it: plain HTML then leads back to it.",
)  # fmt: skip
@pass_context
def embed(context: Context, slug: str, *, variant: str, scheme: str, return_to: str | None) -> None:
    """Print four ways to put a newsletter's form on a site."""
    with context.mailer.store.read() as tx:
        newsletter = tx.newsletters.by_slug(slug)
    if not newsletter.public:
        raise UsageError(
            f"{slug} has no form: it is private", help=f"mailer newsletters edit {slug} --public"
        )
    links, look = context.mailer.links, Look(variant, scheme)
    say("A page to choose on, to look at each of these, and to copy it:\n")
    say(f"{links.snippets(slug)}\n")
    say("A link to our own page:\n")
    say(f"{links.subscribe(slug)}\n")
    say("Plain HTML, for any page, without a script:\n")
    say(plain(newsletter, links, return_to))
    if return_to is not None:
        say("\nThe way back leads to sites that [web] allowed_origins names, and to no other.")
    say("\nA box that answers in place and follows the page's colours. Under a strict")
    say(f"Content-Security-Policy it needs: script-src {links.base_url}; connect-src the same.\n")
    say(scripted(newsletter, links, look))
    say("\nA frame; the script beside it gives it the height it needs:\n")
    say(framed(newsletter, links, look))
