"""The page for what went wrong: what it is, and what to do next."""

from flask import render_template

from mailer.languages.catalogue import N_
from mailer.web.language import words

TITLES = {
    400: N_("That request made no sense"),
    404: N_("There is nothing here"),
    405: N_("That is not how this page is asked for"),
    410: N_("This link has expired"),
    413: N_("That was too much"),
    429: N_("Too many requests"),
    500: N_("Something broke on our side"),
    503: N_("Back in a moment"),
}


def trouble_page(code: int) -> str:
    """Return the page for an HTTP status."""
    title = words().gettext(TITLES.get(code, TITLES[400]))
    return render_template("trouble.html", title=title, code=code)
