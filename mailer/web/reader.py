"""The pages behind the links in mails. GET shows a button; only POST does what it says."""

from datetime import timedelta

from flask import Blueprint, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from mailer.address import parse_address
from mailer.delivery.model import Notice
from mailer.editions.model import Rhythm
from mailer.errors import AddressError, MoveError, StoreError, TokenError, TokenExpired, UsageError
from mailer.languages.catalogue import N_
from mailer.subscribers.model import Origin, Reason, State, Way
from mailer.subscribers.preferences import less_often
from mailer.subscribers.screening import refusal
from mailer.subscribers.signup import Glimpse
from mailer.tokens import Purpose
from mailer.web.client import origin_of
from mailer.web.history import Step, steps
from mailer.web.language import speak, words
from mailer.web.preferences import change, preferences_page
from mailer.web.trouble import trouble_page
from mailer.web.way_back import way_back
from mailer.wiring import Mailer

ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}  # RFC 8058 section 3.2: the whole body
ASKED = N_("A mail with a link is on its way to that address, if it can be used.")
UNUSABLE = N_("That address cannot be used here.")
TRAP = "nothing"  # what the button says that no person sees (said.html)
PAUSE = "pause"
TO_PRESS_TWICE = timedelta(minutes=10)
EASING = frozenset({PAUSE, Rhythm.WEEKLY.value, Rhythm.MONTHLY.value})
# What a page of one's own mails, and to whom it belongs: fresh links, once the old one is over.
MAILED = {"data": Notice.DATA_LINK, "renew": Notice.PREFERENCES_LINK}
PRIVATE_LINKS = {"preferences": Notice.PREFERENCES_LINK, "data": Notice.DATA_LINK}


class Reader:
    """Everything a reader can do without an account."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("reader", __name__)
        pages = {
            "confirm": (self.confirm_page, self.confirm),
            "leave": (self.leave_page, self.leave),
            "undo": (self.undo_page, self.undo),
            "refuse": (self.refuse_page, self.refuse),
            "data": (self.data_page, self.data),
            "preferences": (self.preferences_page, self.preferences),
        }
        for name, (page, act) in pages.items():
            made.add_url_rule(f"/{name}/<token>", view_func=page)
            made.add_url_rule(f"/{name}/<token>", view_func=act, methods=["POST"])
        made.add_url_rule("/why/<token>", view_func=self.why_page)
        made.before_request(_personal)
        made.register_error_handler(TokenExpired, self.expired)
        return made

    def confirm_page(self, token: str) -> str:
        glimpse = self._look(Purpose.CONFIRM, token)
        if glimpse is not None and glimpse.state is State.PENDING:
            return render_template("confirm.html", glimpse=glimpse, newsletter=glimpse.newsletter)
        return self._confirmed(glimpse)

    def confirm(self, token: str) -> ResponseReturnValue:
        """Put a reader on the list; for who pressed what nobody sees, show the page again."""
        if request.form.get("act") == TRAP:
            return self.confirm_page(token), 422
        glimpse = self._mailer.signup.confirm(token, self._origin(Way.PAGE))
        # Whoever pressed the button has the mailbox; the page alone may be opened by others, and
        # the mail be forwarded once it has done.
        found, now = glimpse.subscription, self._mailer.clock.now()
        is_new = found.confirmed_at is not None and now - found.confirmed_at < TO_PRESS_TWICE
        choices = self._mailer.links.preferences(found.id, now) if is_new else None
        return self._confirmed(glimpse, choices)

    def leave_page(self, token: str) -> str:
        try:
            glimpse = self._look(Purpose.LEAVE, token)
        except (
            StoreError
        ):  # the link is ours, or it had been refused; a press on its button is kept
            return render_template("leave_away.html")
        if glimpse is None or glimpse.state is State.LEFT:
            return self._left(glimpse)
        return render_template(
            "leave.html",
            glimpse=glimpse,
            newsletter=glimpse.newsletter,
            fewer=less_often(glimpse.subscription.schedule.rhythm),
        )

    def leave(self, token: str) -> ResponseReturnValue:
        """End a subscription: by the page's button, or by a receiver's one-click POST."""
        body = request.form.to_dict(flat=False)
        if body == ONE_CLICK:
            self._leave(token, Way.ONE_CLICK)
            return Response("You have been unsubscribed.\n", mimetype="text/plain")
        act = body.get("act", [""])[0]
        if act in PRIVATE_LINKS:
            return self._mail(token, PRIVATE_LINKS[act], Purpose.LEAVE)
        if act in EASING:
            return self._ease(token, act)
        if act in set(Reason):
            return self._explain(token, Reason(act))
        if act != "leave":
            return self.leave_page(token), 422
        return self._left(self._leave(token, Way.PAGE))

    def _leave(self, token: str, way: Way) -> Glimpse | None:
        """End a subscription, or keep that for when the database is there again: then None."""
        try:
            return self._mailer.signup.leave(token, self._origin(way))
        except StoreError as why:
            try:
                self._mailer.leave_later.park(token, way)
            except OSError:
                raise why from None  # nor can it be kept
            return None

    def why_page(self, token: str) -> str:
        """Say how the address came to be on the list: all of it to who has a link to their choices.

        Whoever has a link to leave, which may have been forwarded, sees which steps, when and how.
        """
        try:
            glimpse, whole = self._look(Purpose.LEAVE, token), False
        except TokenError:
            glimpse, whole = self._look(Purpose.PREFERENCES, token), True
        if glimpse is None:
            return render_template("why.html", glimpse=None)
        return render_template(
            "why.html",
            glimpse=glimpse,
            newsletter=glimpse.newsletter,
            events=self._steps(glimpse, whole=whole),
            leave_url=None if whole else f"/leave/{token}",
            choices_url=f"/preferences/{token}" if whole else None,
        )

    def undo_page(self, token: str) -> str:
        glimpse = self._look(Purpose.UNDO, token)
        if glimpse is not None and glimpse.state is State.LEFT:
            return render_template("undo.html", glimpse=glimpse, newsletter=glimpse.newsletter)
        return self._confirmed(glimpse)

    def undo(self, token: str) -> ResponseReturnValue:
        if request.form.get("act") == TRAP:
            return self.undo_page(token), 422
        return self._confirmed(self._mailer.signup.undo(token, self._origin(Way.PAGE)))

    def refuse_page(self, token: str) -> str:
        glimpse = self._look(Purpose.REFUSE, token)
        pending = glimpse is not None and glimpse.state is State.PENDING
        name = "refuse.html" if pending else "refused.html"
        newsletter = None if glimpse is None else glimpse.newsletter
        return render_template(name, glimpse=glimpse, newsletter=newsletter)

    def refuse(self, token: str) -> ResponseReturnValue:
        if request.form.get("act") == TRAP:
            return self.refuse_page(token), 422
        glimpse = self._look(Purpose.REFUSE, token)
        self._mailer.signup.refuse(token)
        newsletter = None if glimpse is None else glimpse.newsletter
        return render_template("refused.html", newsletter=newsletter)

    def data_page(self, token: str) -> str:
        glimpse = self._look(Purpose.DATA, token)
        if glimpse is None:
            return render_template("data.html", glimpse=None)
        events = self._steps(glimpse, whole=True)
        newsletter = glimpse.newsletter
        return render_template("data.html", glimpse=glimpse, newsletter=newsletter, events=events)

    def data(self, token: str) -> ResponseReturnValue:
        """Hand out a copy of all that is kept of a person, or erase it."""
        match request.form.get("act"):
            case "copy":
                answer = jsonify(self._mailer.privacy.copy(token))
                answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
                return answer
            case "renew":
                return self._mail(token, Notice.DATA_LINK, Purpose.DATA)
            case "erase":
                self._look(Purpose.DATA, token)  # afterwards nobody knows their language
                self._mailer.privacy.erase(token)
                return render_template("erased.html")
            case _:
                return self.data_page(token), 422

    def preferences_page(self, token: str, *, kept: bool = False) -> str:
        glimpse = self._look(Purpose.PREFERENCES, token)
        if glimpse is None or glimpse.state not in {State.ACTIVE, State.PAUSED}:
            return self._left(glimpse)
        return preferences_page(self._mailer, glimpse, kept=kept)

    def preferences(self, token: str) -> ResponseReturnValue:
        """Keep what a reader chose, and show what holds now."""
        act = request.form.get("act", "")
        if act in MAILED:
            return self._mail(token, MAILED[act], Purpose.PREFERENCES)
        glimpse = self._look(Purpose.PREFERENCES, token)
        if glimpse is None or glimpse.state not in {State.ACTIVE, State.PAUSED}:
            return self._left(glimpse)
        if request.form.get("act") == "address":
            return self._ask_for_address(glimpse)
        refused = change(self._mailer, glimpse)
        return refused or self.preferences_page(token, kept=True)

    def _ask_for_address(self, glimpse: Glimpse) -> ResponseReturnValue:
        """Mail a link to another address; the answer is one, whatever is known of that."""
        newsletter = glimpse.newsletter
        unusable = words().gettext(UNUSABLE)
        try:
            wanted = parse_address(request.form.get("email", ""))
        except AddressError:
            return preferences_page(self._mailer, glimpse, error=unusable), 422
        if refusal(wanted, self._mailer.settings.signup) is not None:
            return preferences_page(self._mailer, glimpse, error=unusable), 422
        self._mailer.moving.ask(glimpse.subscription.id, wanted)
        return render_template("check.html", newsletter=newsletter, message=words().gettext(ASKED))

    def expired(self, _why: TokenExpired) -> tuple[str, int]:
        """Say so in the reader's language, and offer what leads on: a fresh link, or a signup."""
        name, token = request.path.split("/")[1:3]
        name = "preferences" if name == "why" else name  # the other link to it never expires
        purpose = Purpose[name.upper()]
        glimpse = self._mailer.signup.look_expired(purpose, token)
        if glimpse is None:
            return trouble_page(410), 410
        speak(glimpse.language)
        kept = glimpse.state in {State.ACTIVE, State.PAUSED}
        renews = purpose is Purpose.DATA or (purpose is Purpose.PREFERENCES and kept)
        page = render_template(
            "expired.html",
            glimpse=glimpse,
            newsletter=glimpse.newsletter,
            renews_at=f"/{name}/{token}" if renews else None,
        )
        return page, 410

    def _mail(self, token: str, notice: Notice, purpose: Purpose) -> str:
        """Mail a private link to the owner of the address; the page does not say whether."""
        self._mailer.privacy.mail_link(token, notice, purpose)
        glimpse = self._mailer.signup.look_expired(purpose, token)
        if glimpse is not None:
            speak(glimpse.language)
        newsletter = None if glimpse is None else glimpse.newsletter
        return render_template("mailed.html", newsletter=newsletter)

    def _ease(self, token: str, act: str) -> ResponseReturnValue:
        """Lower the rhythm or pause, for whoever has the link: the reader is told by mail."""
        glimpse = self._look(Purpose.LEAVE, token)
        if glimpse is None or glimpse.state is State.LEFT:
            return self._left(glimpse)
        key, preferences = glimpse.subscription.id, self._mailer.preferences
        try:
            if act == PAUSE:
                preferences.rest(key)
            else:
                preferences.ease(key, Rhythm(act))
        except (UsageError, MoveError):
            return self.leave_page(token), 422
        eased = self._look(Purpose.LEAVE, token)
        return render_template("eased.html", glimpse=eased, newsletter=glimpse.newsletter)

    def _explain(self, token: str, why: Reason) -> str:
        return self._left(
            self._mailer.signup.explain(token, why, self._origin(Way.PAGE)), thanked=True
        )

    def _steps(self, glimpse: Glimpse, *, whole: bool) -> list[Step]:
        with self._mailer.store.read() as tx:
            return steps(tx.consent.history(glimpse.subscription.id), whole=whole)

    def _look(self, purpose: Purpose, token: str) -> Glimpse | None:
        glimpse = self._mailer.signup.look(purpose, token)
        if glimpse is not None:
            speak(glimpse.language)
        return glimpse

    def _origin(self, way: Way) -> Origin:
        return origin_of(request, self._mailer.settings.web.trusted_proxies, way)

    def _confirmed(self, glimpse: Glimpse | None, choices_url: str | None = None) -> str:
        assert glimpse is not None  # noqa: S101 - its subscription is there, or it raises
        newsletter, found = glimpse.newsletter, glimpse.subscription
        speak(glimpse.language)
        with self._mailer.store.read() as tx:
            page = tx.consent.page_of_signup(found.id)
        return render_template(
            "confirmed.html",
            glimpse=glimpse,
            newsletter=newsletter,
            choices_url=choices_url,
            back=way_back(page or "", self._mailer.settings.web.allowed_origins),
        )

    def _left(self, glimpse: Glimpse | None, *, thanked: bool = False) -> str:
        newsletter = None if glimpse is None else glimpse.newsletter
        undo = why = None  # whoever never confirmed has nothing to take back
        if glimpse is not None:
            found = glimpse.subscription
            speak(glimpse.language)
            if found.left_at is not None and found.confirmed_at is not None:
                undo = self._mailer.links.undo(found.id, found.left_at)
                why = None if thanked else self._mailer.links.leave(found.id, found.left_at)
        return render_template(
            "left.html",
            glimpse=glimpse,
            newsletter=newsletter,
            undo=undo,
            thanked=thanked,
            why_url=why,
        )


def _personal() -> None:
    g.personal = True
