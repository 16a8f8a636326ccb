"""The one stylesheet of all pages, under an address that changes with its content."""

from hashlib import sha256

from flask import Blueprint, Response

from mailer import resources
from mailer.rendering.theme import css_variables


class Stylesheet:
    """The design tokens, light and dark, and templates/web/style.css behind them."""

    def __init__(self) -> None:
        rules = (resources.folder("templates") / "web" / "style.css").read_text("utf-8")
        self._css = css_variables() + rules
        self.url = f"/style-{sha256(self._css.encode()).hexdigest()[:12]}.css"

    def blueprint(self) -> Blueprint:
        made = Blueprint("style", __name__)
        made.add_url_rule(self.url, view_func=self.sheet)
        return made

    def sheet(self) -> Response:
        response = Response(self._css, mimetype="text/css")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
