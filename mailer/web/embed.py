"""The form on somebody else's site: in a frame, or drawn in place by a small script."""

import json
from functools import partial
from hashlib import sha256

from flask import Blueprint, Response, g, render_template, request

from mailer import resources
from mailer.editions.model import Newsletter
from mailer.languages.catalogue import N_
from mailer.rendering.accent import accent, palettes
from mailer.rendering.theme import declarations, direction
from mailer.subscribers.rules import consent_words
from mailer.web.builder import known
from mailer.web.inline_script import without_remarks
from mailer.web.language import words
from mailer.web.signup_form import entry_of, public_newsletter
from mailer.web.snippets import SCHEMES, VARIANTS
from mailer.wiring import Mailer

LABEL, BUTTON = N_("E-mail address"), N_("Sign up")
PRIVACY, AGAIN = N_("Privacy"), N_("Another address, or try again")
FAILED = N_("That did not work. Please try again in a minute.")
# What of the palette the form in a shadow root needs.
TOKENS = ("page", "card", "ink", "mute", "link", "btn", "btn_ink", "rule", "edge", "ok", "err")


class Embed:
    """`/embed/<newsletter>` for frames, `/embed.js` for scripts; `/proof.js` for both."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        folder = resources.folder("templates") / "web"
        self._rules = (folder / "embed.css").read_text("utf-8").replace("\n", "")
        # The base URL is the installation's own: put in once, as JSON, when it starts.
        base = json.dumps(mailer.links.base_url).replace("<", "\\u003c")
        source = without_remarks((folder / "embed.js").read_text("utf-8"))
        self._scripts = {
            "embed.js": source.replace("/*base*/ ''", base),
            "proof.js": without_remarks((folder / "proof.js").read_text("utf-8")),
        }

    def blueprint(self) -> Blueprint:
        made = Blueprint("embed", __name__)
        made.add_url_rule("/embed/<slug>", view_func=self.frame)
        made.add_url_rule("/embed/<slug>.json", view_func=self.words)
        for name in self._scripts:
            made.add_url_rule(
                f"/{name}", endpoint=name.replace(".", "_"), view_func=partial(self.script, name)
            )
        return made

    def frame(self, slug: str) -> str:
        """The form alone, for an iframe: `?variant=inline|footer&scheme=…&accent=RRGGBB`."""
        g.may_be_framed_by = "*"
        newsletter = public_newsletter(self._mailer, slug)
        return render_template(
            "embed.html",
            entry=entry_of(self._mailer, newsletter),
            accent=_accent(newsletter),
            variant=known(request.args.get("variant"), VARIANTS),
            scheme=known(request.args.get("scheme", "auto"), SCHEMES),
        )

    def words(self, slug: str) -> Response:
        """What the script needs to draw the form; the same for everybody but its token."""
        newsletter = public_newsletter(self._mailer, slug)
        spoken, privacy = words(), self._mailer.links.privacy
        told = {
            "name": newsletter.name,
            "description": newsletter.description,
            "consent": consent_words(newsletter),
            "language": newsletter.language,
            "dir": direction(newsletter.language),
            "label": spoken.gettext(LABEL),
            "button": spoken.gettext(BUTTON),
            "failed": spoken.gettext(FAILED),
            "privacy": privacy and [privacy, spoken.gettext(PRIVACY)],
            "again": spoken.gettext(AGAIN),
            "form": self._mailer.signup.form_token(),
            "wait": 1_000 * self._mailer.settings.signup.least_seconds + 1_000,  # milliseconds
            "css": host_css(self._rules, _accent(newsletter)),
        }
        response = Response(json.dumps(told), mimetype="application/json")
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "no-store"
        return response

    def script(self, name: str) -> Response:
        response = Response(self._scripts[name], mimetype="text/javascript")
        response.headers["Cache-Control"] = "public, max-age=300"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Access-Control-Allow-Origin"] = "*"  # embed.js imports one from elsewhere
        response.set_etag(sha256(self._scripts[name].encode()).hexdigest()[:16])
        response.make_conditional(request)
        return response


def _accent(newsletter: Newsletter) -> str | None:
    """Return the colour that this site asks for, when it is one, and else the newsletter's."""
    try:
        return accent(request.args.get("accent", "")).light
    except ValueError:
        return newsletter.accent


def host_css(rules: str, chosen: str | None) -> str:
    """Return the form's style in a shadow root: light, dark by itself, or as the site says."""
    light, dark = (declarations(palette, TOKENS) for palette in palettes(chosen))
    return (
        f":host{{display:block;color-scheme:light;{light}}}"
        f"@media(prefers-color-scheme:dark){{:host(:not([data-scheme=light]))"
        f"{{color-scheme:dark;{dark}}}}}"
        f":host([data-scheme=dark]){{color-scheme:dark;{dark}}}" + rules
    )
