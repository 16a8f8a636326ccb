"""The Flask application: routes, headers that every answer carries, and pages for every error."""

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map, PathConverter, UnicodeConverter

from mailer import resources
from mailer.errors import MailerError, NotFound, StoreError, TokenError, TokenExpired
from mailer.web.address_pages import AddressPages
from mailer.web.answers import Answers
from mailer.web.archive import Archive
from mailer.web.archive_lists import ArchiveLists
from mailer.web.builder import Builder
from mailer.web.embed import Embed
from mailer.web.health import Health
from mailer.web.inline_script import InlineScripts
from mailer.web.language import install
from mailer.web.pictures import Pictures
from mailer.web.private_feed import PrivateFeed
from mailer.web.public import Public
from mailer.web.reader import Reader
from mailer.web.security import SecurityTxt
from mailer.web.signup_form import SignupForm
from mailer.web.sitemap import Sitemap
from mailer.web.style import Stylesheets
from mailer.web.trouble import trouble_page
from mailer.wiring import Mailer

BIGGEST_REQUEST = 16 * 1024  # bytes; an address and a consent fit many times
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors "
)


def create_app(mailer: Mailer, *, stroke: float = 0.0) -> Flask:
    """Return the web side of `mailer`, for any WSGI server.

    `stroke` are the seconds at whose multiples signups are answered (`together`).
    """
    app = Flask(
        "mailer.web",
        template_folder=str(resources.folder("templates") / "web"),
        static_folder=None,
    )
    app.config["MAX_CONTENT_LENGTH"] = BIGGEST_REQUEST
    app.url_map.converters |= {"default": Segment, "path": Rest, "int": Number}
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    sheets = Stylesheets()
    app.jinja_env.globals |= {
        "site_name": mailer.settings.site.name,
        "stylesheet": sheets.url,
        "privacy_url": mailer.links.privacy,
        "script": InlineScripts().tag,
    }
    install(app, mailer.clock)
    for part in (
        sheets,
        Public(mailer),
        SignupForm(mailer, stroke),
        Reader(mailer),
        Answers(mailer),
        AddressPages(mailer),
        PrivateFeed(mailer),
        Embed(mailer),
        Builder(mailer),
        Archive(mailer),
        ArchiveLists(mailer),
        Sitemap(mailer),
        Pictures(mailer),
        Health(mailer),
        SecurityTxt(mailer),
    ):
        app.register_blueprint(part.blueprint())
    app.after_request(_headers_for(https=mailer.links.base_url.startswith("https:")).add)
    app.register_error_handler(Exception, _Troubles(app).page)
    return app


class Segment(UnicodeConverter):
    """A part of a page's address. There is no page with a control character in its address.

    PostgreSQL keeps no NUL, and would call the question a trouble of its own.
    """

    def __init__(self, map: Map) -> None:  # noqa: A002 - the base class calls it so
        super().__init__(map)
        self.regex = r"[^/\x00-\x1f\x7f]+"


class Rest(PathConverter):
    """All that is left of a page's address, without control characters as well."""

    regex = r"[^/\x00-\x1f\x7f][^\x00-\x1f\x7f]*?"


class Number(IntegerConverter):
    """A number in a page's address, as large as the databases keep them."""

    def __init__(self, map: Map, fixed_digits: int = 0) -> None:  # noqa: A002 - as above
        super().__init__(map, fixed_digits, max=2**31 - 1)


class _headers_for:
    """Puts on each answer what keeps browsers, frames and caches from doing harm."""

    def __init__(self, *, https: bool) -> None:
        self._https = https

    def add(self, response: Response) -> Response:
        headers = response.headers
        to = headers.get("Location")
        if to is not None and to.startswith(request.host_url):
            # To a page of ours, whatever Host said (RFC 9110 section 10.2.2).
            headers["Location"] = "/" + to.removeprefix(request.host_url).lstrip("/")
        policy = [POLICY + g.get("may_be_framed_by", "'none'")]
        policy += [f"{name} {' '.join(allowed)}" for name, allowed in g.get("sources", {}).items()]
        headers.setdefault("Content-Security-Policy", "; ".join(policy))
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = (
            "no-referrer"  # a page's address may be somebody's private link
        )
        if g.get("not_to_be_kept"):
            headers["Cache-Control"] = "no-store"
        if g.get("personal") or response.status_code >= 400 or request.method == "POST":
            headers["Cache-Control"] = "no-store"
            headers["X-Robots-Tag"] = "noindex"
        if g.get("not_to_be_found"):
            headers["X-Robots-Tag"] = "noindex"
        if self._https:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return response


class _Troubles:
    """Turns what went wrong into a page that says what to do next."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def page(self, why: Exception) -> tuple[str, int, dict[str, str]]:
        code = self._code(why)
        if code == 500:
            self._app.logger.error("request.broken", exc_info=why)
        headers = {"Retry-After": "60"} if code == 503 else {}
        if isinstance(why, HTTPException) and code == 405:
            headers |= {name: value for name, value in why.get_headers() if name == "Allow"}
        return trouble_page(code), code, headers

    @staticmethod
    def _code(why: Exception) -> int:
        match why:
            case HTTPException():
                return why.code or 500
            case TokenExpired():
                return 410
            case TokenError() | NotFound():
                return 404
            case StoreError():
                return 503
            case MailerError() if why.temporary:
                return 503
            case _:
                return 500
