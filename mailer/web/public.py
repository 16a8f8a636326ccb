"""The form, and the pages behind the links in mails."""

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mailer.address import parse_address
from mailer.editions.calendar import next_due
from mailer.editions.model import Newsletter
from mailer.errors import AddressError, NotFound
from mailer.subscribers.model import State, Way
from mailer.subscribers.rules import consent_words
from mailer.subscribers.signup import Glimpse
from mailer.tokens import Purpose
from mailer.web.client import origin_of
from mailer.web.language import speak
from mailer.wiring import Mailer

ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}  # RFC 8058 section 3.2: the whole body
CHECK = (
    "Check your inbox: we have sent you a link to confirm. It works for three days. If nothing"
    " came, look in the spam folder."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One newsletter as its form shows it."""

    newsletter: Newsletter
    consent: str


class Public:
    """Everything a visitor or a reader can do without an account."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("public", __name__)
        made.add_url_rule("/", view_func=self.front)
        form = partial(made.add_url_rule, "/subscribe/<slug>", provide_automatic_options=False)
        form(view_func=self.form)
        form(view_func=self.subscribe, methods=["POST"])
        form(view_func=self.preflight, methods=["OPTIONS"])
        made.add_url_rule("/subscribe/<slug>/check-your-inbox", view_func=self.check)
        made.add_url_rule("/confirm/<token>", view_func=self.confirm_page)
        made.add_url_rule("/confirm/<token>", view_func=self.confirm, methods=["POST"])
        made.add_url_rule("/leave/<token>", view_func=self.leave_page)
        made.add_url_rule("/leave/<token>", view_func=self.leave, methods=["POST"])
        return made

    def front(self) -> str:
        with self._mailer.store.read() as tx:
            public = [newsletter for newsletter in tx.newsletters.all() if newsletter.public]
        return render_template("front.html", entries=[_entry(found) for found in public])

    def form(self, slug: str) -> str:
        return render_template(
            "subscribe.html", entry=_entry(public_newsletter(self._mailer, slug))
        )

    def subscribe(self, slug: str) -> ResponseReturnValue:
        """Sign somebody up, from a form or as JSON, from any site. Everybody gets one answer."""
        typed, trap, way = _typed()
        try:
            address = parse_address(typed)
        except AddressError as why:
            return self._again(slug, typed, why.reason, way)
        if not trap:
            trusted = self._mailer.settings.web.trusted_proxies
            self._mailer.signup.subscribe(slug, address, origin_of(request, trusted, way))
        if way is Way.API:
            return self._json({"status": "check-your-inbox", "message": CHECK}, 202)
        return redirect(url_for("public.check", slug=slug), 303)

    def preflight(self, slug: str) -> Response:
        """Tell a browser on another site that its script may post JSON here."""
        del slug
        response = Response(status=204)
        response.headers["Allow"] = "GET, HEAD, POST, OPTIONS"
        return self._shared(response)

    def check(self, slug: str) -> str:
        with self._mailer.store.read() as tx:
            newsletter = tx.newsletters.by_slug(slug)
        speak(newsletter.language)
        return render_template("check.html", newsletter=newsletter, message=CHECK)

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

    def _again(self, slug: str, typed: str, reason: str, way: Way) -> ResponseReturnValue:
        """Show the form once more, with what was typed and what is wrong with it."""
        if way is Way.API:
            return self._json({"status": "error", "message": reason}, 422)
        entry = _entry(public_newsletter(self._mailer, slug))
        page = render_template("subscribe.html", entry=entry, typed=typed, error=reason)
        return page, 422

    def _json(self, value: dict[str, str], status: int) -> Response:
        response = jsonify(value)
        response.status_code = status
        return self._shared(response)

    def _shared(self, response: Response) -> Response:
        """Let scripts of allowed sites read the answer. It holds nothing about anybody."""
        allowed = self._mailer.settings.web.allowed_origins
        origin = request.headers.get("Origin", "")
        if "*" in allowed or origin in allowed:
            response.headers["Access-Control-Allow-Origin"] = "*" if "*" in allowed else origin
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Vary"] = "Origin"
        return response


def public_newsletter(mailer: Mailer, slug: str) -> Newsletter:
    """Return a newsletter that strangers may see; raise NotFound for others."""
    with mailer.store.read() as tx:
        found = tx.newsletters.by_slug(slug)
    if not found.public:
        raise NotFound("newsletter", slug)
    speak(found.language)
    return found


def _entry(newsletter: Newsletter) -> Entry:
    return Entry(newsletter, consent_words(newsletter))


def _typed() -> tuple[str, bool, Way]:
    """Return the address as it was typed, whether a robot gave itself away, and the way it came."""
    if not request.is_json:
        return request.form.get("email", ""), bool(request.form.get("website")), Way.FORM
    sent = request.get_json(silent=True)
    fields = sent if isinstance(sent, dict) else {}
    typed = fields.get("email")
    return typed if isinstance(typed, str) else "", bool(fields.get("website")), Way.API
