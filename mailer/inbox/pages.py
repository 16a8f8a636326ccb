"""The inbox's pages: every letter as HTML, text, headers and source, for eyes and for programs."""

import re
from email.utils import parseaddr
from enum import StrEnum

from flask import Flask, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mailer import resources
from mailer.checks.clients import Scheme
from mailer.inbox.frame import POLICY, frame
from mailer.inbox.letters import Letter, Letterbox
from mailer.inbox.one_click import is_loopback, press
from mailer.rendering.theme import css_variables

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PORT = re.compile(r":\d+\Z")
UNSAFE_IN_A_NAME = re.compile(r"[^A-Za-z0-9]+")


class View(StrEnum):
    """One way to look at a letter."""

    HTML = "html"
    TEXT = "text"
    HEADERS = "headers"
    SOURCE = "source"


class Width(StrEnum):
    """The screen a letter is shown on."""

    DESK = "desk"
    PHONE = "phone"
    NARROW = "narrow"


class Kept(StrEnum):
    """Whether a client shows the pictures, or keeps the styles."""

    ON = "on"
    OFF = "off"


def create_inbox(box: Letterbox) -> Flask:
    """Return the web application that shows `box`."""
    folder = resources.folder("templates") / "inbox"
    app = Flask(__name__, template_folder=str(folder), static_folder=None)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters["person"] = person
    _guard(app)
    _add_lists(app, box)
    _add_letter(app, box)
    _add_files(app, box)
    return app


def person(header: str) -> str:
    """Return the name in an address header, else the address itself."""
    name, address = parseaddr(header)
    return name or address or header


def _guard(app: Flask) -> None:
    """Answer only to this machine's own names, and take no form from another site."""

    @app.before_request
    def own_name_only() -> None:
        # A foreign name that somebody made point here would let that site's scripts read letters.
        if not is_loopback(PORT.sub("", request.host)):
            abort(403, "The inbox answers to 127.0.0.1 and localhost only.")
        origin = request.headers.get("Origin", request.host_url)
        if request.method == "POST" and origin.rstrip("/") != request.host_url.rstrip("/"):
            abort(403, "This form is not the inbox's own.")

    @app.after_request
    def safe(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        # Not no-referrer: with it a browser hides the Origin of our own forms too.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers.setdefault("Cache-Control", "no-cache")
        return response


def _letter(box: Letterbox, number: int) -> Letter:
    letter = box.get(number)
    if letter is None:
        abort(404, "There is no such letter, or it made room for newer ones.")
    return letter


def _add_lists(app: Flask, box: Letterbox) -> None:
    @app.get("/")
    def front() -> str:
        return render_template("inbox.html", letters=box.all(), letter=None)

    @app.get("/list")
    def rows() -> AnyResponse:
        """The list alone, for the script that keeps it fresh."""
        selected = request.args.get("letter", type=int)
        letter = None if selected is None else box.get(selected)
        response = Response(render_template("list.html", letters=box.all(), letter=letter))
        response.add_etag()
        return response.make_conditional(request)

    @app.post("/clear")
    def clear() -> AnyResponse:
        box.clear()
        return redirect(url_for("front"), 303)

    @app.get("/letters.json")
    def letters_json() -> dict[str, object]:
        return {"letters": [_summary(letter) for letter in box.all()]}


def _add_letter(app: Flask, box: Letterbox) -> None:
    def page(letter: Letter, **more: object) -> str:
        fallback = View.TEXT if letter.html is None else View.HTML
        return render_template(
            "inbox.html",
            letters=box.all(),
            letter=letter,
            view=request.args.get("view", fallback, type=View),
            scheme=request.args.get("scheme", Scheme.AUTO, type=Scheme),
            width=request.args.get("width", Width.DESK, type=Width),
            pictures=_kept("pictures"),
            styles=_kept("styles"),
            **more,
        )

    @app.get("/letters/<int:number>")
    def one(number: int) -> str:
        return page(_letter(box, number))

    @app.get("/letters/<int:number>/frame")
    def framed(number: int) -> Response:
        letter = _letter(box, number)
        scheme = request.args.get("scheme", Scheme.AUTO, type=Scheme)
        pictures, styles = (_kept(name) is Kept.ON for name in ("pictures", "styles"))
        html = frame(letter.html or "", scheme, pictures=pictures, styles=styles)
        response = Response(html, content_type="text/html")
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.post("/letters/<int:number>/unsubscribe")
    def unsubscribe(number: int) -> str:
        """Do what a mailbox provider does when its user presses its own button."""
        letter = _letter(box, number)
        if letter.one_click is None:
            abort(404, "This letter offers no one-click unsubscribe.")
        return page(letter, answer=press(letter.one_click))


def _kept(name: str) -> Kept:
    return request.args.get(name, Kept.ON, type=Kept)


def _add_files(app: Flask, box: Letterbox) -> None:
    @app.get("/letters/<int:number>.json")
    def letter_json(number: int) -> dict[str, object]:
        letter = _letter(box, number)
        return {
            **_summary(letter),
            "headers": [list(header) for header in letter.headers],
            "html": letter.html,
            "text": letter.text,
            "links": list(letter.links),
            "one_click": letter.one_click,
        }

    @app.get("/letters/<int:number>.eml")
    def download(number: int) -> Response:
        letter = _letter(box, number)
        name = UNSAFE_IN_A_NAME.sub("-", letter.subject).strip("-").lower()[:60] or "letter"
        response = Response(letter.source, content_type="message/rfc822")
        response.headers["Content-Disposition"] = f'attachment; filename="{number}-{name}.eml"'
        return response

    @app.get("/inbox.css")
    def style() -> Response:
        sheet = render_template("inbox.css", tokens=css_variables())
        return Response(sheet, content_type="text/css; charset=utf-8")

    @app.get("/icon.svg")
    def icon() -> Response:
        return Response(render_template("icon.svg"), content_type="image/svg+xml")

    @app.get("/inbox.js")
    def script() -> Response:
        return Response(render_template("inbox.js"), content_type="text/javascript; charset=utf-8")


def _summary(letter: Letter) -> dict[str, object]:
    return {
        "id": letter.id,
        "received_at": letter.received_at.isoformat(timespec="seconds"),
        "sender": letter.sender,
        "recipients": list(letter.recipients),
        "from": letter.header("From"),
        "to": letter.header("To"),
        "subject": letter.subject,
        "size": letter.size,
    }
