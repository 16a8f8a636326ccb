"""The stylesheets, under addresses that change with their content: a page asks for one of them.

Past editions have rules of their own, which would be a third of what a reader's page weighs.
"""

from hashlib import sha256

from flask import Blueprint, Response

from mailer import resources
from mailer.rendering.theme import css_variables


class Stylesheet:
    """The design tokens, light and dark, and files of templates/web behind them."""

    def __init__(self, name: str, *files: str) -> None:
        folder = resources.folder("templates") / "web"
        rules = "".join((folder / file).read_text("utf-8") for file in files)
        self._name = name
        self._css = css_variables() + rules
        self.url = f"/{name}-{sha256(self._css.encode()).hexdigest()[:12]}.css"

    def blueprint(self) -> Blueprint:
        made = Blueprint(self._name, __name__)
        made.add_url_rule(self.url, view_func=self.sheet)
        return made

    def sheet(self) -> Response:
        response = Response(self._css, mimetype="text/css")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
