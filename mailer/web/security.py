"""/.well-known/security.txt (RFC 9116): whom to tell of a hole."""

from datetime import timedelta

from flask import Blueprint, Response, abort

from mailer.languages.catalogue import SOURCE
from mailer.wiring import Mailer

GOOD_FOR = timedelta(days=180)  # section 2.5.5: less than a year is recommended


class SecurityTxt:
    """There when the settings name a contact, and 404 otherwise."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("security", __name__)
        made.add_url_rule("/.well-known/security.txt", view_func=self.contact)
        return made

    def contact(self) -> Response:
        """Name the contact as a URI, and until when this may be believed."""
        named = self._mailer.settings.site.security_contact
        if named is None:
            abort(404)
        contact = named if ":" in named else f"mailto:{named}"
        until = (self._mailer.clock.now() + GOOD_FOR).replace(hour=0, minute=0, second=0)
        lines = [
            f"Contact: {contact}",
            f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
            f"Preferred-Languages: {SOURCE}",
            f"Canonical: {self._mailer.links.base_url}/.well-known/security.txt",
        ]
        response = Response("\n".join(lines) + "\n", mimetype="text/plain")
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response
