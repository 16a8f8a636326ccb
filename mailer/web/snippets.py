"""Four ways to put a newsletter's form on a site, as HTML to be copied there."""

from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from mailer.editions.model import Newsletter
from mailer.languages.catalogue import Catalogue, catalogue
from mailer.links import Links
from mailer.subscribers.rules import consent_words
from mailer.web.way_back import FIELD

WAYS = ("script", "frame", "html", "link")
VARIANTS = ("inline", "footer")
# `host`: the site's own switch (data-theme) or else the reader's system; `auto`: that system alone.
SCHEMES = ("host", "auto", "light", "dark")
HEIGHTS = {"inline": 330, "footer": 300}  # pixels kept free, so that nothing on the page jumps


@dataclass(frozen=True, slots=True)
class Look:
    """How a form looks on a site."""

    variant: str = "inline"  # one of VARIANTS
    scheme: str = "host"  # one of SCHEMES
    accent: str | None = None  # #RRGGBB; None: the newsletter's own


def snippet(way: str, newsletter: Newsletter, links: Links, look: Look) -> str:
    """Return what is copied into a page, for one of WAYS."""
    match way:
        case "script":
            return scripted(newsletter, links, look)
        case "frame":
            return framed(newsletter, links, look)
        case "html":
            return plain(newsletter, links)
        case "link":
            return linked(newsletter, links)
        case _:
            raise ValueError(way)


def linked(newsletter: Newsletter, links: Links) -> str:
    """Return a link to our own page with the form."""
    words = catalogue(newsletter.language)
    label = f"{words.gettext('Sign up')}: {newsletter.name}"
    return f'<a href="{escape(links.subscribe(newsletter.slug))}">{escape(label)}</a>'


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


def scripted(newsletter: Newsletter, links: Links, look: Look) -> str:
    """Return the place for the box that the script draws."""
    colours = "" if look.scheme == "host" else f' data-colours="{look.scheme}"'
    if look.accent is not None:
        colours += f' data-accent="{look.accent.lstrip("#")}"'
    return f"""\
<div data-newsletter="{newsletter.slug}" data-variant="{look.variant}"{colours} \
style="min-height:{HEIGHTS[look.variant]}px">
  <a href="{escape(links.subscribe(newsletter.slug))}">{escape(newsletter.name)}</a>
</div>
<script async src="{escape(links.base_url)}/embed.js"></script>"""


def framed(newsletter: Newsletter, links: Links, look: Look) -> str:
    """Return a frame with the form in it."""
    query = {"variant": look.variant, "scheme": look.scheme}
    if look.accent is not None:
        query["accent"] = look.accent.lstrip("#")
    url = f"{links.base_url}/embed/{newsletter.slug}?{urlencode(query)}"
    return f"""\
<iframe src="{escape(url)}" title="{escape(newsletter.name)}" width="100%" \
height="{HEIGHTS[look.variant]}" style="border:0"></iframe>
<script async src="{escape(links.base_url)}/embed.js"></script>"""
