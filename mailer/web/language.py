"""The language a page is in: set once a request, asked for by every template and macro.

Templates say `_("…")`, `ngettext("…", "…", n)`, `pgettext("…", "…")` or `{% trans %}`; values go in
by name, `_("Hello %(name)s", name=…)`, and are escaped.
"""

from datetime import datetime

from flask import Flask, g, request
from markupsafe import Markup

from mailer.clock import Clock
from mailer.languages import dates
from mailer.languages.catalogue import PSEUDO, SOURCE, Catalogue, catalogue, spoken
from mailer.rendering.theme import direction
from mailer.subscribers.rules import next_mail_of


def speak(language: str) -> None:
    """Answer this request in the language of a BCP 47 tag."""
    g.language = language


def language() -> str:
    """Return the tag this request is answered in."""
    if "language" not in g:  # a page that belongs to no newsletter: as the browser asks
        g.language = request.accept_languages.best_match([*spoken(), PSEUDO]) or SOURCE
    return str(g.language)


def words() -> Catalogue:
    """Return the words this request is answered in."""
    return catalogue(language())


def install(app: Flask, clock: Clock) -> None:
    """Give every template the words, the dates and the direction of the request's language."""
    made = app.jinja_env
    made.add_extension("jinja2.ext.i18n")
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        gettext=lambda message: words().gettext(message),
        ngettext=lambda one, many, number: words().ngettext(one, many, number),
        pgettext=lambda context, message: words().pgettext(context, message),
        npgettext=lambda context, one, many, n: words().npgettext(context, one, many, n),
        newstyle=True,
    )
    made.globals |= {"language": language, "direction": direction}
    made.filters |= {"long_date": _long_date, "short_date": _short_date, "clock_time": _time}
    made.filters["address"] = _address
    made.filters["near_moment"] = lambda moment, zone: dates.near_moment(
        words(), moment, zone, clock.now()
    )
    made.filters["next_mail"] = lambda found: next_mail_of(found, clock.now())


def _address(text: str) -> Markup:
    """Return an e-mail address in its own direction, and on one line where it has room."""
    return Markup('<bdi class="address" dir="ltr">{}</bdi>').format(text)


def _long_date(moment: datetime, zone: str) -> str:
    return dates.long_date(words(), moment, zone)


def _short_date(moment: datetime, zone: str) -> str:
    return dates.short_date(words(), moment, zone)


def _time(moment: datetime, zone: str) -> str:
    return dates.clock_time(words(), moment, zone)
