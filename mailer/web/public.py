"""The front page, and the pages behind the links in mails."""

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from mailer.editions.calendar import next_due
from mailer.subscribers.model import State, Way
from mailer.subscribers.signup import Glimpse
from mailer.tokens import Purpose
from mailer.web.client import origin_of
from mailer.web.language import speak
from mailer.web.signup_form import entry_of
from mailer.wiring import Mailer

ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}  # RFC 8058 section 3.2: the whole body


class Public:
    """Everything a visitor or a reader can do without an account."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("public", __name__)
        made.add_url_rule("/", view_func=self.front)
        made.add_url_rule("/confirm/<token>", view_func=self.confirm_page)
        made.add_url_rule("/confirm/<token>", view_func=self.confirm, methods=["POST"])
        made.add_url_rule("/leave/<token>", view_func=self.leave_page)
        made.add_url_rule("/leave/<token>", view_func=self.leave, methods=["POST"])
        return made

    def front(self) -> str:
        with self._mailer.store.read() as tx:
            public = [newsletter for newsletter in tx.newsletters.all() if newsletter.public]
        return render_template(
            "front.html", entries=[entry_of(self._mailer, found) for found in public]
        )

    def confirm_page(self, token: str) -> str:
        g.personal = True
        glimpse = self._mailer.signup.look(Purpose.CONFIRM, token)
        if glimpse is not None and glimpse.state is State.PENDING:
            speak(glimpse.newsletter.language)
            return render_template("confirm.html", glimpse=glimpse, newsletter=glimpse.newsletter)
        return self._confirmed(glimpse)

    def confirm(self, token: str) -> str:
        g.personal = True
        trusted = self._mailer.settings.web.trusted_proxies
        return self._confirmed(
            self._mailer.signup.confirm(token, origin_of(request, trusted, Way.PAGE))
        )

    def leave_page(self, token: str) -> ResponseReturnValue:
        g.personal = True
        return self._leaving(token)

    def leave(self, token: str) -> ResponseReturnValue:
        """End a subscription: by the page's button, or by a receiver's one-click POST."""
        g.personal = True
        body = request.form.to_dict(flat=False)
        way = Way.ONE_CLICK if body == ONE_CLICK else Way.PAGE
        if way is Way.PAGE and body.get("act") != ["leave"]:
            return self._leaving(token), 422
        trusted = self._mailer.settings.web.trusted_proxies
        glimpse = self._mailer.signup.leave(token, origin_of(request, trusted, way))
        if way is Way.ONE_CLICK:
            return Response("You have been unsubscribed.\n", mimetype="text/plain")
        return self._left(glimpse)

    def _confirmed(self, glimpse: Glimpse | None) -> str:
        assert glimpse is not None  # noqa: S101 - a confirmation's subscription is there, or it raises
        newsletter = glimpse.newsletter
        speak(newsletter.language)
        due = (
            glimpse.subscription.next_due_at
            or next_due(glimpse.subscription.schedule, self._mailer.clock.now()).at
        )
        return render_template("confirmed.html", glimpse=glimpse, newsletter=newsletter, due=due)

    def _leaving(self, token: str) -> str:
        glimpse = self._mailer.signup.look(Purpose.LEAVE, token)
        if glimpse is None or glimpse.state is State.LEFT:
            return self._left(glimpse)
        speak(glimpse.newsletter.language)
        return render_template("leave.html", glimpse=glimpse, newsletter=glimpse.newsletter)

    def _left(self, glimpse: Glimpse | None) -> str:
        newsletter = None if glimpse is None else glimpse.newsletter
        if newsletter is not None:
            speak(newsletter.language)
        return render_template("left.html", glimpse=glimpse, newsletter=newsletter)
