"""The front page."""

from flask import Blueprint, render_template

from mailer.web.signup_form import entry_of
from mailer.wiring import Mailer


class Public:
    """What a visitor sees first."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("public", __name__)
        made.add_url_rule("/", view_func=self.front)
        return made

    def front(self) -> str:
        with self._mailer.store.read() as tx:
            public = [newsletter for newsletter in tx.newsletters.all() if newsletter.public]
        return render_template(
            "front.html", entries=[entry_of(self._mailer, found) for found in public]
        )
