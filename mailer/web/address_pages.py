"""The pages behind the links about another address. GET shows a button; only POST does it."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from mailer.errors import TokenExpired
from mailer.subscribers.model import Origin, Way
from mailer.subscribers.moving import Move, Past, Standing
from mailer.tokens import Purpose
from mailer.web.client import origin_of
from mailer.web.language import speak
from mailer.web.reader import TRAP
from mailer.wiring import Mailer


class AddressPages:
    """What the owners of the new address and of the old one can do."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("addresses", __name__)
        pages = {
            "move": (self.move_page, self.move),
            "restore": (self.restore_page, self.restore),
        }
        for name, (page, act) in pages.items():
            made.add_url_rule(f"/{name}/<token>", view_func=page)
            made.add_url_rule(f"/{name}/<token>", view_func=act, methods=["POST"])
        made.before_request(_personal)
        made.register_error_handler(TokenExpired, self.expired)
        return made

    def move_page(self, token: str) -> str:
        found = self._mailer.moving.look(Purpose.MOVE, token)
        return _page("move.html" if found.standing is Standing.ASKED else "moved.html", found)

    def move(self, token: str) -> ResponseReturnValue:
        if request.form.get("act") == TRAP:
            return self.move_page(token), 422
        if request.form.get("act") == "renew":
            return self._renew(Purpose.MOVE, token)
        return _page("moved.html", self._mailer.moving.confirm(token, self._origin()))

    def restore_page(self, token: str) -> str:
        found = self._mailer.moving.look(Purpose.RESTORE, token)
        return _page("moved.html" if found.standing is Standing.UNDONE else "restore.html", found)

    def restore(self, token: str) -> ResponseReturnValue:
        if request.form.get("act") == TRAP:
            return self.restore_page(token), 422
        if request.form.get("act") == "renew":
            return self._renew(Purpose.RESTORE, token)
        return _page("moved.html", self._mailer.moving.undo(token, self._origin()))

    def expired(self, _why: TokenExpired) -> tuple[str, int]:
        """Say so, and offer what leads on: the page on which another address is asked for."""
        name, token = request.path.split("/")[1:3]
        past = self._past(Purpose[name.upper()], token)
        newsletter = None if past is None else past.newsletter
        return render_template("move_expired.html", newsletter=newsletter), 410

    def _renew(self, purpose: Purpose, token: str) -> str:
        """Mail the reader a link to their choices; the page does not say whether."""
        self._mailer.moving.renew(purpose, token)
        past = self._past(purpose, token)
        newsletter = None if past is None else past.newsletter
        return render_template("mailed.html", newsletter=newsletter)

    def _past(self, purpose: Purpose, token: str) -> Past | None:
        found = self._mailer.moving.look_expired(purpose, token)
        if found is not None:
            speak(found.language)
        return found

    def _origin(self) -> Origin:
        return origin_of(request, self._mailer.settings.web.trusted_proxies, Way.PAGE)


def _page(name: str, move: Move) -> str:
    speak(move.language)
    return render_template(name, newsletter=move.newsletter, move=move)


def _personal() -> None:
    g.personal = True
