"""The stylesheets, under addresses that change with their content: a page asks for one of them.

Past editions and the builder have rules of their own, which would be a third of what a reader's
page weighs.
"""

from functools import partial
from hashlib import sha256

from flask import Blueprint, Response

from mailer import resources
from mailer.rendering.theme import css_variables

# Files of templates/web, for each sheet.
SHEETS = {
    "style": ("style.css",),
    "archive-style": ("style.css", "archive.css"),
    "builder-style": ("style.css", "builder.css"),
}


class Stylesheets:
    """The design tokens, light and dark, and what SHEETS names behind them."""

    def __init__(self) -> None:
        folder = resources.folder("templates") / "web"
        self._css = {
            name: css_variables() + "".join((folder / file).read_text("utf-8") for file in files)
            for name, files in SHEETS.items()
        }
        self._urls = {
            name: f"/{name}-{sha256(css.encode()).hexdigest()[:12]}.css"
            for name, css in self._css.items()
        }

    def url(self, name: str) -> str:
        """Return the address of one of SHEETS."""
        return self._urls[name]

    def blueprint(self) -> Blueprint:
        made = Blueprint("style", __name__)
        for name, url in self._urls.items():
            made.add_url_rule(url, endpoint=name, view_func=partial(self.sheet, name))
        return made

    def sheet(self, name: str) -> Response:
        response = Response(self._css[name], mimetype="text/css")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
