"""A letter's HTML, made ready for a frame that can harm nobody and knows its colour scheme."""

from mailer.checks.clients import Scheme, in_head, shown

# Scripts, forms, plug-ins and top navigation are off by sandbox; what may be loaded, by source.
# Pictures come from this machine alone, so opening a letter tells nobody outside of it.
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data: http://127.0.0.1:* http://localhost:*; "
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)


def frame(html: str, scheme: Scheme, *, pictures: bool = True, styles: bool = True) -> str:
    """Return the document for the frame: links open in a new tab, the rest as asked for."""
    seen = shown(html, scheme, pictures=pictures, styles=styles)
    return in_head(seen, '<base target="_blank">')
