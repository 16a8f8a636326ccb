"""The front page, and the icon that browsers ask every site for."""

from flask import Blueprint, Response, render_template

from mailer import resources
from mailer.web.signup_form import entry_of
from mailer.wiring import Mailer

A_WEEK = 7 * 24 * 3600  # seconds


class Public:
    """What a visitor sees first."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._icon = (resources.folder("templates") / "web" / "icon.svg").read_bytes()

    def blueprint(self) -> Blueprint:
        made = Blueprint("public", __name__)
        made.add_url_rule("/", view_func=self.front)
        made.add_url_rule("/favicon.ico", view_func=self.icon)
        return made

    def icon(self) -> Response:
        """Return it under the name that is asked for unasked: a page that names one is longer."""
        answer = Response(self._icon, mimetype="image/svg+xml")
        answer.cache_control.public = True
        answer.cache_control.max_age = A_WEEK
        return answer

    def front(self) -> str:
        with self._mailer.store.read() as tx:
            public = [newsletter for newsletter in tx.newsletters.all() if newsletter.public]
        return render_template(
            "front.html", entries=[entry_of(self._mailer, found) for found in public]
        )
