"""The page behind an edition's last question: how was it? It asks once; only its button answers."""

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from mailer.web.language import speak
from mailer.web.reader import TRAP
from mailer.wiring import Mailer

WORDS = ("good", "poor")


class Answers:
    """What readers say of an edition."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("answers", __name__)
        made.before_request(_personal)
        made.add_url_rule("/answer/<token>/<word>", view_func=self.page)
        made.add_url_rule("/answer/<token>/<word>", view_func=self.answer, methods=["POST"])
        return made

    def page(self, token: str, word: str) -> str:
        """Show what is said, and a button."""
        asked = self._mailer.feedback.look(token)
        speak(asked.language)
        if word not in WORDS:
            abort(404)
        return render_template(
            "answer.html", newsletter=asked.newsletter, subject=asked.subject, word=word, done=False
        )

    def answer(self, token: str, word: str) -> ResponseReturnValue:
        """Count it."""
        if request.form.get("act") == TRAP:
            return self.page(token, word), 422
        if word not in WORDS:
            abort(404)
        asked = self._mailer.feedback.answer(token, good=word == "good")
        speak(asked.language)
        return render_template(
            "answer.html", newsletter=asked.newsletter, subject=asked.subject, word=word, done=True
        )


def _personal() -> None:
    g.personal = True
