"""The stylesheets, under addresses that change with their content: a page asks for one of them.

Past editions and the builder have rules of their own, which would be a third of what a reader's
page weighs.
"""

from functools import partial
from hashlib import sha256

from flask import Blueprint, Response

from mailer import resources
from mailer.errors import NotFound
from mailer.rendering.accent import palettes
from mailer.rendering.theme import css_variables

# Files of templates/web, for each sheet.
SHEETS = {
    "style": ("style.css",),
    "archive-style": ("style.css", "archive.css"),
    "builder-style": ("style.css", "builder.css"),
}


class Stylesheets:
    """The design tokens, light and dark, and what SHEETS names behind them.

    With a newsletter's accent in its address, a sheet has that instead of our own blue. Whatever
    colour is asked for, what comes can be read.
    """

    def __init__(self) -> None:
        folder = resources.folder("templates") / "web"
        self._rules = {
            name: "".join((folder / file).read_text("utf-8") for file in files)
            for name, files in SHEETS.items()
        }
        self._stems = {
            name: f"/{name}-{sha256((css_variables() + rules).encode()).hexdigest()[:12]}"
            for name, rules in self._rules.items()
        }

    def url(self, name: str, chosen: str | None = None) -> str:
        """Return the address of one of SHEETS, with an accent (#RRGGBB) or without."""
        return self._stems[name] + (f"-{chosen.lstrip('#').lower()}.css" if chosen else ".css")

    def blueprint(self) -> Blueprint:
        made = Blueprint("style", __name__)
        for name, stem in self._stems.items():
            sheet = partial(self.sheet, name)
            made.add_url_rule(f"{stem}.css", endpoint=name, view_func=sheet)
            made.add_url_rule(f"{stem}-<accent>.css", endpoint=f"{name}-accent", view_func=sheet)
        return made

    def sheet(self, name: str, accent: str | None = None) -> Response:
        try:
            tokens = css_variables(palettes=palettes(accent))
        except ValueError as why:
            raise NotFound("stylesheet", str(accent)) from why
        response = Response(tokens + self._rules[name], mimetype="text/css")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
