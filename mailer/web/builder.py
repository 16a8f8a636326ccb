"""A page for whoever has a site: choose how our form stands on it, look at that, copy the snippet.

It is in English, as the command line is: readers never see it. It says nothing that the form does
not say to everybody, and what is shown in its preview sends nothing.
"""

import re

from flask import Blueprint, g, render_template, request

from mailer.rendering.accent import accent
from mailer.web.inline_script import allow
from mailer.web.language import speak
from mailer.web.signup_form import public_newsletter
from mailer.web.snippets import HEIGHTS, SCHEMES, VARIANTS, WAYS, Look, snippet
from mailer.wiring import Mailer

GROUNDS = ("system", "light", "dark")  # of the page on which the preview shows a form
STYLES = re.compile(r' style="[^"]*"')  # our own policy lets none through; builder.css has the same


class Builder:
    """`/embed/<newsletter>/snippets`, and what is framed in it."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("builder", __name__)
        made.add_url_rule("/embed/<slug>/snippets", view_func=self.choose)
        made.add_url_rule("/embed/<slug>/preview", view_func=self.preview)
        return made

    def choose(self, slug: str) -> str:
        """The choices, the snippet for them, and a preview: `?way=…&variant=…&scheme=…`."""
        newsletter = public_newsletter(self._mailer, slug)
        speak("en")
        g.not_to_be_found = True
        allow("'self'", "frame-src")
        allow("'self'", "connect-src")
        asked = request.args.get("accent", "").strip()
        way, look = _way(), _look()
        return render_template(
            "builder.html",
            newsletter=newsletter,
            base_url=self._mailer.links.base_url,
            way=way,
            look=look,
            ground=_ground(),
            asked=asked,
            remark=_remark(asked),
            snippet=snippet(way, newsletter, self._mailer.links, look),
        )

    def preview(self, slug: str) -> str:
        """A page as the owner's may be, with the form on it; for the frame in ours alone."""
        newsletter = public_newsletter(self._mailer, slug)
        speak("en")
        g.not_to_be_found = True
        g.may_be_framed_by = "'self'"
        # Whatever name this page was asked for by, a snippet has that of the settings.
        for directive in ("script-src", "connect-src", "frame-src"):
            allow(self._mailer.links.base_url, directive)
        # Without allow-forms no form in it is sent, nor in the frames within (HTML, 4.10.22.3).
        allow("allow-scripts allow-same-origin", "sandbox")
        look = _look()
        shown = snippet(_way(), newsletter, self._mailer.links, look)
        return render_template(
            "preview.html",
            newsletter=newsletter,
            snippet=STYLES.sub("", shown),
            ground=_ground(),
            height=HEIGHTS[look.variant],
        )


def _way() -> str:
    return known(request.args.get("way"), WAYS)


def _ground() -> str:
    return known(request.args.get("ground"), GROUNDS)


def _look() -> Look:
    return Look(
        variant=known(request.args.get("variant"), VARIANTS),
        scheme=known(request.args.get("scheme"), SCHEMES),
        accent=_accent(request.args.get("accent", "").strip()),
    )


def _accent(asked: str) -> str | None:
    """Return a colour that can be read for the one that is asked for; None: for none."""
    try:
        return accent(asked).light
    except ValueError:
        return None


def _remark(asked: str) -> str:
    """Return what is to be said of a colour that was asked for."""
    try:
        return accent(asked).told if asked else ""
    except ValueError:
        return f"{asked} is not a colour like #0B5A87: the newsletter's own is used."


def known(word: str | None, words: tuple[str, ...]) -> str:
    """Return the word when it is one of these, and else the first of them."""
    return word if word in words else words[0]
