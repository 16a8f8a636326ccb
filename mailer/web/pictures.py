"""Pictures of stories, from our own host: no mail tells another one who opened it."""

from flask import Blueprint, Response, request

from mailer.errors import NotFound
from mailer.wiring import Mailer


class Pictures:
    """`/pictures/<key>.jpg`: a file that never changes, for mails, pages and crawlers."""

    def __init__(self, mailer: Mailer) -> None:
        self._store = mailer.store

    def blueprint(self) -> Blueprint:
        made = Blueprint("pictures", __name__)
        made.add_url_rule("/pictures/<name>", view_func=self.file)
        return made

    def file(self, name: str) -> Response:
        """Give a file to whoever asks; it may be kept for ever (RFC 8246)."""
        with self._store.read() as tx:
            found = tx.pictures.content(name.partition(".")[0])
        if found is None or found[0].file_name != name:
            raise NotFound("picture", name)
        about, content = found
        response = Response(content, mimetype=about.media_type)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        # Webmail that shuts itself off from other hosts may show it all the same.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["X-Robots-Tag"] = "noindex"  # it is its publisher's to be found
        response.set_etag(about.key)
        response.make_conditional(request)
        return response
