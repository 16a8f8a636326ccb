"""`mailer newsletters embed`: the form, ready to be put into somebody's pages."""

from html import escape

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import say
from mailer.editions.model import Newsletter
from mailer.errors import UsageError
from mailer.languages.catalogue import Catalogue, catalogue
from mailer.links import Links
from mailer.subscribers.rules import consent_words
from mailer.web.way_back import FIELD

HEIGHTS = {"inline": 330, "footer": 300}  # pixels kept free, so that nothing on the page jumps


@click.command(epilog="Example: mailer newsletters embed brief --variant footer --scheme dark")
@click.argument("slug")
@click.option(
    "--variant", type=click.Choice(["inline", "footer"]), default="inline", show_default=True,
    help="In an article, or at the page's foot.",
)  # fmt: skip
@click.option(
    "--scheme", type=click.Choice(["auto", "light", "dark"]), default="auto", show_default=True,
    help="Colours; auto follows the page's own data-theme, or else the reader's system.",
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
    links = context.mailer.links
    say("A link to our own page:\n")
    say(f"{links.subscribe(slug)}\n")
    say("Plain HTML, for any page, without a script:\n")
    say(plain(newsletter, links, return_to))
    if return_to is not None:
        say("\nThe way back leads to sites that [web] allowed_origins names, and to no other.")
    say("\nA box that answers in place and follows the page's colours. Under a strict")
    say(f"Content-Security-Policy it needs: script-src {links.base_url}; connect-src the same.\n")
    say(scripted(newsletter, links, variant, scheme))
    say("\nA frame; the script beside it gives it the height it needs:\n")
    say(framed(newsletter, links, variant, scheme))


def plain(newsletter: Newsletter, links: Links, return_to: str | None = None) -> str:
    """Return a form as HTML that works on any page, and may lead back to an article."""
    words = catalogue(newsletter.language)
    name = f"{newsletter.slug}-email"
    return f"""\
<form method="post" action="{escape(links.subscribe(newsletter.slug))}">
  <label for="{name}">{escape(words.gettext("E-mail address"))}</label>
  <input id="{name}" name="email" type="email" inputmode="email" autocomplete="email"
    autocapitalize="none" spellcheck="false" maxlength="254" required
    aria-describedby="{name}-consent">
  <button type="submit">{escape(words.gettext("Sign up"))}</button>{_back(return_to)}
  <p id="{name}-consent">{escape(consent_words(newsletter))}{_privacy(links, words)}</p>
</form>"""


def _back(return_to: str | None) -> str:
    if return_to is None:
        return ""
    return f'\n  <input type="hidden" name="{FIELD}" value="{escape(return_to)}">'


def _privacy(links: Links, words: Catalogue) -> str:
    if links.privacy is None:
        return ""
    return f' <a href="{escape(links.privacy)}">{escape(words.gettext("Privacy"))}</a>'


def scripted(newsletter: Newsletter, links: Links, variant: str, scheme: str) -> str:
    """Return the place for the box that the script draws."""
    colours = "" if scheme == "auto" else f' data-colours="{scheme}"'
    return f"""\
<div data-newsletter="{newsletter.slug}" data-variant="{variant}"{colours} \
style="min-height:{HEIGHTS[variant]}px">
  <a href="{escape(links.subscribe(newsletter.slug))}">{escape(newsletter.name)}</a>
</div>
<script async src="{escape(links.base_url)}/embed.js"></script>"""


def framed(newsletter: Newsletter, links: Links, variant: str, scheme: str) -> str:
    """Return a frame with the form in it."""
    url = f"{links.base_url}/embed/{newsletter.slug}?variant={variant}&scheme={scheme}"
    return f"""\
<iframe src="{escape(url)}" title="{escape(newsletter.name)}" width="100%" \
height="{HEIGHTS[variant]}" style="border:0"></iframe>
<script async src="{escape(links.base_url)}/embed.js"></script>"""
