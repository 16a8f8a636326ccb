"""The form on somebody else's site: in a frame, or drawn in place by a small script."""

import json
from hashlib import sha256

from flask import Blueprint, Response, g, render_template, request

from mailer import resources
from mailer.subscribers.rules import consent_words
from mailer.web.signup_form import entry_of, public_newsletter
from mailer.web.style import declarations_of_both
from mailer.wiring import Mailer

VARIANTS = ("inline", "footer")
SCHEMES = ("auto", "light", "dark")


class Embed:
    """`/embed/<newsletter>` for frames, `/embed.js` for scripts."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        # The base URL and colours are the installation's own: put in once, as JSON, when it starts.
        source = (resources.folder("templates") / "web" / "embed.js").read_text("utf-8")
        facts = {"base": mailer.links.base_url, "colours": declarations_of_both()}
        self._script = source.replace("/*facts*/ {}", json.dumps(facts).replace("<", "\\u003c"))
        self._etag = sha256(self._script.encode()).hexdigest()[:16]

    def blueprint(self) -> Blueprint:
        made = Blueprint("embed", __name__)
        made.add_url_rule("/embed/<slug>", view_func=self.frame)
        made.add_url_rule("/embed/<slug>.json", view_func=self.words)
        made.add_url_rule("/embed.js", view_func=self.script)
        return made

    def frame(self, slug: str) -> str:
        """The form alone, for an iframe: `?variant=inline|footer&scheme=auto|light|dark`."""
        g.may_be_framed = True
        newsletter = public_newsletter(self._mailer, slug)
        return render_template(
            "embed.html",
            entry=entry_of(self._mailer, newsletter),
            variant=_known(request.args.get("variant"), VARIANTS),
            scheme=_known(request.args.get("scheme"), SCHEMES),
        )

    def words(self, slug: str) -> Response:
        """What the script needs to draw the form; the same for everybody."""
        newsletter = public_newsletter(self._mailer, slug)
        words = {
            "name": newsletter.name,
            "description": newsletter.description,
            "consent": consent_words(newsletter),
            "language": newsletter.language,
            "form": self._mailer.signup.form_token(),
        }
        response = Response(json.dumps(words), mimetype="application/json")
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "no-store"
        return response

    def script(self) -> Response:
        response = Response(self._script, mimetype="text/javascript")
        response.headers["Cache-Control"] = "public, max-age=300"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.set_etag(self._etag)
        response.make_conditional(request)
        return response


def _known(word: str | None, words: tuple[str, ...]) -> str:
    return word if word in words else words[0]
