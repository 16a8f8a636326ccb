"""Pages that change seldom: who has one already is told so (RFC 9110 13.1)."""

from datetime import datetime
from hashlib import sha256

from flask import Response, request

KEEP_AND_ASK = "public, no-cache"  # a correction is seen at once, and costs a header until then
NOT_BY_PROXIES = "private, no-cache"


def conditional(
    page: str | bytes,
    kind: str = "text/html",
    *,
    changed: datetime | None = None,
    once: str = "",
    cache: str = KEEP_AND_ASK,
) -> Response:
    """Return a page, or 304 without it to whoever has it.

    `changed` is when it last did; None: nobody knows, its tag alone tells. `once` is what stands in
    it for this visitor alone: the same page with another one is no other page, and no proxy may
    give it to anybody else.
    """
    response = Response(page, mimetype=kind)
    same = page.encode() if isinstance(page, str) else page
    if once:
        same = same.replace(once.encode(), b"")
    response.set_etag(sha256(same).hexdigest()[:20], weak=bool(once))
    if changed is not None:  # Werkzeug writes the present moment for None
        response.last_modified = changed
    response.headers["Cache-Control"] = NOT_BY_PROXIES if once else cache
    response.make_conditional(request)
    return response
