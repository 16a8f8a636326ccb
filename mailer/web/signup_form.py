"""The signup form: on our pages, on anybody's, and as JSON. Guarded alike, answered alike.

A form that we gave out carries a token, so that it is known when. One that somebody wrote into
their own page carries none: whoever sends it gets ours, filled in, to press once more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from mailer.address import Address, parse_address
from mailer.config.settings import SignupSettings
from mailer.editions.model import Newsletter
from mailer.errors import AddressError, NotFound
from mailer.languages.catalogue import N_, SOURCE
from mailer.subscribers.model import Ask, FormState, Origin, Verdict, Way
from mailer.subscribers.proof import Challenge
from mailer.subscribers.rules import consent_words
from mailer.subscribers.screening import probably_meant, refusal
from mailer.web.client import origin_of
from mailer.web.inline_script import allow
from mailer.web.language import speak, words
from mailer.web.together import Together
from mailer.web.way_back import FIELD, way_back
from mailer.wiring import Mailer

# Each on one line of its own: translators get the sentence as it is.
CHECK = N_(
    "Check your inbox: we have sent you a link to confirm. It works for three days. If nothing came, look in the spam folder."  # noqa: E501 - see above
)
ONCE_MORE = {
    FormState.MISSING: N_("One more press, please. It tells us that a person is asking."),
    FormState.EARLY: N_("That was quick. Please press once more."),
    FormState.OLD: N_("This page was open for long. Please press once more."),
}
NO_ADDRESS = N_("This is not an e-mail address. Please check it.")
TOO_MANY = N_("More people are signing up than we can take at once. Please try again in an hour.")
MEANT = N_("Did you mean %(address)s? Correct it, or send it again as it is.")
RETRY_AFTER = "3600"  # seconds


@dataclass(frozen=True, slots=True)
class Entry:
    """One newsletter as its form shows it."""

    newsletter: Newsletter
    consent: str
    token: str
    challenge: Challenge | None  # to be solved before the form is sent; None: nothing


@dataclass(frozen=True, slots=True)
class Typed:
    """What came in a form, or as JSON."""

    email: str
    token: str
    sure: str  # the address that was asked about, when it was sent again as it is
    proof: str  # of work, where that was wanted
    trap: bool  # filled in the field that nobody sees
    back: str  # the address of the article in which the form stands
    way: Way


@dataclass(frozen=True, slots=True)
class Remark:
    """Why the form is shown again."""

    status: str  # for scripts
    message: str  # in English
    token: str  # for the form that is shown
    is_error: bool = True  # of what was typed
    sure: str = ""
    values: Mapping[str, str] | None = None  # what the message names

    @property
    def words(self) -> str:
        """What is said, in the language of the answer."""
        said = words().gettext(self.message)
        return said if self.values is None else said % self.values


class SignupForm:
    """`/subscribe/<newsletter>`."""

    def __init__(self, mailer: Mailer, stroke: float) -> None:
        self._mailer = mailer
        self._together = Together(mailer.signup, stroke)

    def blueprint(self) -> Blueprint:
        made = Blueprint("signup", __name__)
        form = partial(made.add_url_rule, "/subscribe/<slug>", provide_automatic_options=False)
        form(view_func=self.form)
        form(view_func=self.subscribe, methods=["POST"])
        form(view_func=self.preflight, methods=["OPTIONS"])
        made.add_url_rule("/subscribe/<slug>/check-your-inbox", view_func=self.check)
        return made

    def form(self, slug: str) -> str:
        entry = entry_of(self._mailer, public_newsletter(self._mailer, slug))
        return render_template("subscribe.html", entry=entry, back=self._back(_asked_for()))

    def subscribe(self, slug: str) -> ResponseReturnValue:
        """Sign somebody up, from any site. Everybody gets one answer."""
        typed = _typed()
        try:
            address = parse_address(typed.email)
        except AddressError as why:
            speak(self._language(slug))
            return self._again(slug, typed, Remark("error", _wrong(why), self._fresh()))
        if typed.trap:
            return self._taken(slug, typed, self._language(slug))
        form = self._mailer.signup.read_form(typed.token, typed.proof)
        if form.state is not FormState.GOOD:
            token = typed.token if form.state is FormState.EARLY else self._fresh()
            return self._again(slug, typed, once_more(form.state, token))
        doubtful = doubt(address, typed.sure, self._mailer.settings.signup, typed.token)
        if doubtful is not None:
            return self._again(slug, typed, doubtful)
        origin = self._origin(typed)
        answer = self._together.subscribe(Ask(slug, address, origin, form))
        match answer.verdict:
            case Verdict.TAKEN:
                return self._taken(slug, typed, answer.language)
            case Verdict.TOO_MANY:
                return self._too_many(slug, typed)
            case Verdict.UNPROVED:
                remark = Remark("proof", ONCE_MORE[FormState.MISSING], typed.token, is_error=False)
                return self._again(slug, typed, remark)
            case Verdict.FORM_USED:
                return self._again(slug, typed, once_more(FormState.OLD, self._fresh()))

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
        shown = newsletter if newsletter.public else None  # its name is for those who know it
        return render_template(
            "check.html",
            newsletter=shown,
            message=words().gettext(CHECK),
            back=self._back(_asked_for()),
        )

    def _origin(self, typed: Typed) -> Origin:
        """Return where a form came from; what it says of that goes before what a browser tells."""
        found = origin_of(request, self._mailer.settings.web.trusted_proxies, typed.way)
        back = self._back(typed.back)
        return found if back is None else replace(found, page=back)

    def _back(self, address: str) -> str | None:
        return way_back(address, self._mailer.settings.web.allowed_origins)

    def _fresh(self) -> str:
        return self._mailer.signup.form_token()

    def _taken(self, slug: str, typed: Typed, language: str) -> ResponseReturnValue:
        if typed.way is Way.API:
            speak(language)
            told = {"status": "check-your-inbox", "message": words().gettext(CHECK)}
            return self._json(told, 202)
        back = self._back(typed.back)
        query = "" if back is None else "?" + urlencode({FIELD: back})
        return redirect(url_for("signup.check", slug=slug) + query, 303)

    def _too_many(self, slug: str, typed: Typed) -> ResponseReturnValue:
        remark = Remark("later", TOO_MANY, typed.token, is_error=False)
        answer = self._again(slug, typed, remark, 429)
        answer.headers["Retry-After"] = RETRY_AFTER
        return answer

    def _again(self, slug: str, typed: Typed, remark: Remark, code: int = 422) -> Response:
        """Show the form once more, with what was typed and what is to be said of it."""
        speak(self._language(slug))
        if typed.way is Way.API:
            told = {"status": remark.status, "message": remark.words, "form": remark.token}
            sure = {"sure": remark.sure} if remark.sure else {}
            found = (
                self._mailer.signup.challenge(remark.token) if remark.status == "proof" else None
            )
            return self._json(told | sure | ({"challenge": found} if found else {}), code)
        newsletter = public_newsletter(self._mailer, slug)
        entry = _entry(self._mailer, newsletter, remark.token)
        page = render_template(
            "subscribe.html",
            entry=entry,
            typed=typed.email,
            remark=remark,
            back=self._back(typed.back),
        )
        return Response(page, code)

    def _language(self, slug: str) -> str:
        """Return the newsletter's language, whether or not strangers may see it."""
        with self._mailer.store.read() as tx:
            return tx.newsletters.by_slug(slug).language

    def _json(self, value: Mapping[str, object], status: int) -> Response:
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


def _wrong(why: AddressError) -> str:
    """Return what is wrong with an address; the parser's own words are English."""
    return why.reason if words().language == SOURCE else words().gettext(NO_ADDRESS)


def once_more(state: FormState, token: str) -> Remark:
    """Return what is to be said of a form that nobody seems to have filled in just now."""
    return Remark("again", ONCE_MORE[state], token, is_error=False)


def doubt(address: Address, sure: str, settings: SignupSettings, token: str) -> Remark | None:
    """Return what is to be said of an address before it is taken; None: nothing."""
    why = refusal(address, settings)
    if why is not None:
        return Remark("error", why, token)
    meant = probably_meant(address)
    if meant is None or sure == address.text:
        return None
    return Remark("hint", MEANT, token, sure=address.text, values={"address": meant})


def public_newsletter(mailer: Mailer, slug: str) -> Newsletter:
    """Return a newsletter that strangers may see; raise NotFound for others."""
    with mailer.store.read() as tx:
        found = tx.newsletters.by_slug(slug)
    if not found.public:
        raise NotFound("newsletter", slug)
    speak(found.language)
    return found


def entry_of(mailer: Mailer, newsletter: Newsletter) -> Entry:
    """Return what a form that is given out now shows. Its token is of now: nobody may keep it."""
    g.not_to_be_kept = True
    return fresh_entry(mailer, newsletter)


def fresh_entry(mailer: Mailer, newsletter: Newsletter) -> Entry:
    """Return the same for a page that its own visitor may keep, and no proxy."""
    return _entry(mailer, newsletter, mailer.signup.form_token())


def _entry(mailer: Mailer, newsletter: Newsletter, token: str) -> Entry:
    challenge = None
    if mailer.signup.wants_proof() and mailer.signup.read_form(token).number:
        allow("'self'")  # proof.js
        challenge = mailer.signup.challenge(token)
    return Entry(newsletter, consent_words(newsletter), token, challenge)


def _json() -> object:
    try:
        return request.get_json(silent=True)
    except RecursionError:  # brackets within brackets, by the thousand
        return None


def _asked_for() -> str:
    """Return what the page's own address says of the way back."""
    return request.args.get(FIELD, "")


def _typed() -> Typed:
    """Return what was sent, whatever its shape."""
    sent = _json() if request.is_json else request.form.to_dict()
    fields = sent if isinstance(sent, dict) else {}
    way = Way.API if request.is_json else Way.FORM
    texts = {
        name: found if isinstance(found := fields.get(name), str) else ""
        for name in ("email", "form", "sure", "altcha", FIELD)
    }
    return Typed(
        email=texts["email"],
        token=texts["form"],
        sure=texts["sure"],
        proof=texts["altcha"],  # the name that ALTCHA's own widget gives its field
        trap=bool(fields.get("website")),
        way=way,
        back=texts[FIELD],
    )
