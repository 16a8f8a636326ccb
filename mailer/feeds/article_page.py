"""An article read from its page, where the feed gives its headline alone.

What pages say of themselves to machines comes first: JSON-LD (schema.org), then OpenGraph. The text
is the block that holds most of the page's paragraphs.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.feeds.charset import decoded
from mailer.feeds.dates import read_date
from mailer.feeds.entry import Entry, Frame, draft
from mailer.feeds.furniture import BOX
from mailer.feeds.model import Draft
from mailer.feeds.picture import LONGEST_ALT, Picture, is_picture, picture_of
from mailer.feeds.text import (
    bounded,
    count_words,
    html_of_text,
    innermost_first,
    line_of_html,
    one_line,
    without_programs,
)
from mailer.feeds.urls import host_of, same_site, web_url

Object = Mapping[str, object]

NO_TEXT = 12  # words of a feed that are no text yet: "By our staff", "Read it on our site"
MOST_SCRIPTS = 10
DEEPEST = 6  # levels of JSON-LD that are looked through
KINDS = ("article", "posting", "report")  # NewsArticle, BlogPosting, AnalysisNewsArticle …
BODIES = "[itemprop~=articleBody],[property~=articleBody]"
NO_BODY = "script,style,noscript,template,nav,aside,footer,form,figure,header nav"
LONG = 60  # characters of a paragraph that speaks for the block around it
SHARE = 0.5  # of JSON-LD's own text, that must stand in a block which is to be the article


@dataclass(frozen=True, slots=True)
class Page:
    """What one page says of its article: nothing in here is safe."""

    text: str  # HTML
    description: str  # plain
    author: str | None
    published_at: datetime | None
    picture: Picture | None
    publisher: str | None  # of the page the piece was taken from
    origin_url: str | None
    language: str | None
    topics: tuple[str, ...]


def lacks_text(told: Draft) -> bool:
    """Tell whether a feed gives an article's headline and as good as nothing else."""
    words = max(count_words(told.summary), count_words(line_of_html(told.html[:2_000])))
    return words < NO_TEXT


def with_page(told: Draft, page: Page, url: str, now: datetime) -> Draft:
    """Return a feed's article with what its page, at `url`, says and the feed does not.

    Headline, address and identity stay the feed's.
    """
    entry = Entry(
        guid=told.identity,
        link=url,
        title=told.title,
        summary=html_of_text(page.description),
        content=page.text,
        author=page.author,
        published_at=page.published_at,
        pictures=() if page.picture is None else (page.picture,),
        publisher=page.publisher,
        origin_url=page.origin_url,
        language=page.language,
        topics=page.topics,
    )
    made = draft(entry, Frame(url, "", None, None, now))
    if made is None or not made.summary:
        return told
    pictured = made if told.image_url is None else told
    source = made if told.original_publisher is None and told.original_url is None else told
    return replace(
        told,
        summary=made.summary,
        html=made.html,
        author=told.author or made.author,
        published_at=told.published_at or made.published_at,
        image_url=pictured.image_url,
        image_alt=pictured.image_alt,
        image_caption=pictured.image_caption,
        image_credit=pictured.image_credit,
        original_url=source.original_url,
        original_publisher=source.original_publisher,
        language=told.language or made.language,
        words=made.words,
        topics=told.topics or made.topics,
    )


def read_page(body: bytes, content_type: str | None, url: str) -> Page:
    """Return what the page at `url` says."""
    tree = LexborHTMLParser(bounded(without_programs(decoded(body, content_type))))
    meta = _meta(tree)
    thing = next(articles_in(tree), {})
    origin_url, publisher = _origin(thing, tree, url)
    told = _text(thing, "articleBody")
    return Page(
        text=_body(tree, told),
        description=line_of_html(
            _text(thing, "description") or meta.get("og:description") or meta.get("description", "")
        ),
        author=_names(thing.get("author")) or meta.get("author"),
        published_at=read_date(
            _text(thing, "datePublished") or meta.get("article:published_time", "")
        ),
        picture=_picture(thing, meta, url),
        publisher=publisher,
        origin_url=origin_url,
        language=_text(thing, "inLanguage") or _language(tree),
        topics=tuple(_topics(thing, meta)),
    )


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    """Return what the page's meta tags say, the first of each name."""
    told: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        names = node.attributes
        name = (names.get("property") or names.get("name") or "").strip().lower()
        told.setdefault(name, one_line(names.get("content") or ""))
    return {name: value for name, value in told.items() if name and value}


def articles_in(tree: LexborHTMLParser) -> Iterator[Object]:
    """Yield what a page says of its articles in JSON-LD (schema.org), its own first."""
    for node in tree.css("script[type='application/ld+json']")[:MOST_SCRIPTS]:
        try:
            told = json.loads(node.text(), strict=False)
        except (ValueError, RecursionError):
            continue
        yield from _things(told, DEEPEST)


def _things(told: object, depth: int) -> Iterator[Object]:
    """Yield each article in a piece of JSON-LD: alone, in a list, in a graph, of a page."""
    if depth and isinstance(told, list):
        for one in told[:50]:
            yield from _things(one, depth - 1)
    if not depth or not isinstance(told, dict):
        return
    kinds = told.get("@type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if isinstance(kind, str) and kind.lower().endswith(KINDS):
            yield told
            break
    for name in ("@graph", "mainEntity", "mainEntityOfPage"):
        yield from _things(told.get(name), depth - 1)


def _body(tree: LexborHTMLParser, told: str) -> str:
    """Return the article's own HTML, or the text that JSON-LD has when the page shows less."""
    body = tree.body
    if body is None:
        return html_of_text(told)
    found = _densest(body)
    words = 0 if found is None else count_words(found.text())
    if found is None or words < SHARE * count_words(told):
        return html_of_text(told)
    return found.inner_html or ""


def _densest(body: LexborNode) -> LexborNode | None:
    """Return the block that is marked as the article's body, else the one of most paragraphs."""
    for node in innermost_first(body, NO_BODY):
        node.decompose()
    marked = [node for node in body.css(BODIES) if len(one_line(node.text())) > LONG]
    if marked:
        return max(marked, key=lambda node: len(node.text()))
    points: Counter[int] = Counter()
    blocks: dict[int, LexborNode] = {}
    for paragraph in body.css("p"):
        length = len(one_line(paragraph.text(deep=True)))
        linked = sum(len(one_line(link.text())) for link in paragraph.css("a"))
        if length - linked < LONG:
            continue
        above = paragraph.parent
        for share in (1.0, 0.7):  # some sites put each paragraph in a box of its own
            if above is None or above.tag == "html" or _is_box(above):
                break
            blocks[above.mem_id] = above
            points[above.mem_id] += int((length - linked) * share)
            above = above.parent
    return blocks[max(points, key=points.__getitem__)] if points else None


def _is_box(node: LexborNode) -> bool:
    names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    return BOX.search(names) is not None


def _picture(thing: Object, meta: Mapping[str, str], url: str) -> Picture | None:
    """Return the lead image with its words apart: JSON-LD knows more of it than OpenGraph."""
    images = thing.get("image")
    first = images[0] if isinstance(images, list) and images else images
    told: Object = first if isinstance(first, dict) else {}
    named = first if isinstance(first, str) else _text(told, "url") or _text(told, "contentUrl")
    shown = meta.get("og:image:secure_url") or meta.get("og:image") or meta.get("twitter:image")
    place = named or shown
    caption = line_of_html(_text(told, "caption"))
    alt = meta.get("og:image:alt") or meta.get("twitter:image:alt") or ""
    picture = picture_of(place, alt[:LONGEST_ALT], caption, url)
    if picture is None or not is_picture(picture.url):
        return None
    credit = one_line(_text(told, "creditText")) or _names(
        told.get("author") or told.get("creator")
    )
    return replace(picture, credit=credit or picture.credit)


def _origin(thing: Object, tree: LexborHTMLParser, url: str) -> tuple[str | None, str | None]:
    """Return where the piece was first, and with whom: isBasedOn, a canonical link elsewhere."""
    based = thing.get("isBasedOn") or thing.get("isBasedOnUrl")
    based = based[0] if isinstance(based, list) and based else based
    if isinstance(based, str) and web_url(based):
        return based, host_of(based)
    if isinstance(based, dict):
        place = web_url(_text(based, "url") or _text(based, "@id"))
        publisher = _names(based.get("publisher")) or _names(based.get("provider"))
        if place is not None or publisher:
            return place, publisher or host_of(place or "")
    for link in tree.css("link[rel~=canonical][href]"):
        place = web_url(link.attributes.get("href"), url)
        if place is not None and not same_site(place, url):
            return place, host_of(place)
    return None, None


def _language(tree: LexborHTMLParser) -> str | None:
    root = tree.css_first("html")
    return None if root is None else root.attributes.get("lang")


def _topics(thing: Object, meta: Mapping[str, str]) -> Iterator[str]:
    for told in (thing.get("articleSection"), meta.get("article:section")):
        for one in told if isinstance(told, list) else [told]:
            if isinstance(one, str) and one:
                yield one


def _names(told: object) -> str | None:
    """Return the names of people or houses, as JSON-LD writes them: text, object, or a list."""
    found = []
    for one in told if isinstance(told, list) else [told]:
        name = one.get("name") if isinstance(one, dict) else one
        if isinstance(name, str) and web_url(name) is None and one_line(name):
            found.append(one_line(name))
    return ", ".join(dict.fromkeys(found)) or None


def _text(found: Object, name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
