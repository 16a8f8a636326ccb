"""HTML of an article that may stand in a mail: an allow-list, and links that lead to the web."""

import nh3
from selectolax.lexbor import LexborHTMLParser

from mailer.feeds.text import storable
from mailer.feeds.urls import web_url

TAGS = {
    "p", "br", "hr", "a", "strong", "em", "b", "i", "s", "sub", "sup", "ul", "ol", "li", "dl", "dt",
    "dd", "blockquote", "q", "cite", "h2", "h3", "h4", "h5", "h6", "pre", "code",
}  # fmt: skip
DROPPED_WITH_CONTENT = {
    "script", "style", "noscript", "template", "iframe", "object", "form", "button", "select",
    "textarea", "svg", "math", "title", "video", "audio", "figcaption",
}  # fmt: skip


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name != "href":
        return value
    # ammonia knows the schemes; that no control or blank hides another one in it is our check.
    return storable(value) if value.lower().startswith("mailto:") else web_url(value)


CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes={"a": {"href"}, "*": {"lang", "dir"}},
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener",
    strip_comments=True,
)


def safe_html(markup: str, base: str = "") -> str:
    """Return the article's words and links without styles, scripts, pictures, forms or frames.

    `markup` has been through `text.bounded`. Relative links are resolved against `base`; what
    leads neither to http, https nor mailto is no link any more.
    """
    tree = LexborHTMLParser(markup)
    for link in tree.css("a[href]"):
        href = link.attributes.get("href") or ""
        if not href.strip().lower().startswith("mailto:"):
            link.attrs["href"] = web_url(href, base) or ""
    body = tree.body
    return CLEANER.clean(body.inner_html or "").strip() if body is not None else ""
