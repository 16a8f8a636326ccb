"""What search engines may read: robots.txt (RFC 9309) and sitemap.xml (sitemaps.org)."""

from flask import Blueprint, Response
from markupsafe import escape

from mailer.web.conditional import conditional
from mailer.wiring import Mailer

MOST = 50_000  # addresses in one sitemap, as its protocol has it
PRIVATE = (
    *("/confirm/", "/leave/", "/undo/", "/refuse/", "/data/", "/preferences/", "/why/"),
    *("/embed/", "/read/*/search"),
)


class Sitemap:
    """The public pages of public newsletters, and nothing of anybody."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    def blueprint(self) -> Blueprint:
        made = Blueprint("sitemap", __name__)
        made.add_url_rule("/robots.txt", view_func=self.robots)
        made.add_url_rule("/sitemap.xml", view_func=self.sitemap)
        return made

    def robots(self) -> Response:
        """Keep robots from private links, and show them the sitemap."""
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
        lines.append(f"Sitemap: {self._mailer.links.base_url}/sitemap.xml")
        return conditional("\n".join(lines) + "\n", "text/plain")

    def sitemap(self) -> Response:
        """List each archive and each edition that went out."""
        links = self._mailer.links
        found: list[tuple[str, str]] = []
        with self._mailer.store.read() as tx:
            for newsletter in tx.newsletters.all():
                if not newsletter.public:
                    continue
                found.append((links.archive(newsletter.slug), ""))
                found += [
                    (
                        links.edition(newsletter.slug, edition.number),
                        f"{edition.approved_at or edition.due_at:%Y-%m-%d}",
                    )
                    for edition in tx.archive.editions(newsletter.id, MOST)
                ]
        rows = "".join(
            f"<url><loc>{escape(url)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>"
            for url, day in found[:MOST]
        )
        namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
        text = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="{namespace}">{rows}</urlset>'
        return conditional(text, "application/xml")
