"""One article as any kind of feed tells it, and the draft that is made of it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailer.feeds.clean import safe_html
from mailer.feeds.excerpt import CUT, excerpt, is_finished, sentences, was_cut
from mailer.feeds.furniture import paragraphs
from mailer.feeds.identity import identity
from mailer.feeds.labels import marked
from mailer.feeds.model import Draft
from mailer.feeds.picture import Picture, lead_picture
from mailer.feeds.syndication import Origin, credited, is_own
from mailer.feeds.text import bounded, count_words, one_line, shortened, storable
from mailer.feeds.urls import host_of, web_url

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)  # clocks and zones go wrong by that much; more is no date
LONGEST_TITLE = 300
LONGEST_NAME = 120
LONGEST_TOPIC = 60
MOST_TOPICS = 10
TITLE_WORDS = 12  # of a title made from the text
TEASER_WORDS = 100  # a shorter description says nothing about the article's length
# What programs write where nobody has written anything.
NOBODY = {"admin", "administrator", "root", "webmaster", "editor", "unknown", "anonymous", "author"}
NO_TOPIC = {
    "uncategorized", "uncategorised", "allgemein", "unkategorisiert", "non classé", "sin categoría",
    "sem categoria", "senza categoria", "geen categorie", "без рубрики", "כללי", "غير مصنف",
    "未分類", "未分类",
}  # fmt: skip
# Codes that ISO 639 withdrew, which old programs write still (RFC 5646 section 2.2.1).
FORMER = {"iw": "he", "ji": "yi", "in": "id"}
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says, as it says it: nothing in here is safe."""

    guid: str | None = None
    link: str | None = None
    title: str = ""  # plain text
    summary: str = ""  # HTML
    content: str = ""  # HTML, the whole text when the feed gives it
    author: str | None = None
    published_at: datetime | None = None
    pictures: tuple[Picture, ...] = ()
    publisher: str | None = None  # of the feed it was taken from, when the feed names one
    origin_url: str | None = None  # where the piece was first, when the feed says so
    language: str | None = None
    topics: tuple[str, ...] = ()
    rights: str = ""  # who may read it, in Dublin Core's words


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for every entry of one document."""

    url: str  # the document's own
    title: str
    site_url: str | None
    language: str | None
    now: datetime


def draft(entry: Entry, frame: Frame) -> Draft | None:
    """Return the entry made safe, or None when it says nothing at all."""
    link = web_url(entry.link, frame.url)
    base = link or frame.url
    summary, content = bounded(entry.summary), bounded(entry.content)
    repeated = {one_line(entry.title), one_line(entry.author or "")}
    teaser, text = _without(paragraphs(summary), repeated), _without(paragraphs(content), repeated)
    told = teaser if _stands_alone(teaser, text) else text
    title = shortened(one_line(entry.title), LONGEST_TITLE) or _title_from(told, link)
    if not title:
        return None
    whole = content or summary
    picture = lead_picture(entry.pictures, whole, base)
    origin = _origin(entry, whole, base, frame)
    return Draft(
        identity=identity(storable(entry.guid or "").strip(), link, title, summary),
        url=link or frame.site_url or web_url(frame.url) or "",
        title=title,
        summary=excerpt(told),
        html=safe_html(whole, base),
        author=_name(entry.author),
        published_at=plausible(entry.published_at, frame.now),
        image_url=None if picture is None else picture.url,
        image_alt=None if picture is None else picture.alt,
        image_credit=None if picture is None else picture.credit,
        image_caption=None if picture is None else picture.caption,
        original_url=None if origin is None else origin.url,
        original_publisher=None if origin is None else origin.publisher,
        language=language(entry.language) or frame.language,
        words=_words(text, teaser),
        topics=_topics(entry.topics),
        labels=marked(map(one_line, entry.topics[:MOST_TOPICS]), one_line(entry.rights)),
    )


def without_text(entry: Entry) -> Entry:
    """Return what is left of an entry whose text is not to be read: headline, address and date."""
    return Entry(
        guid=entry.guid,
        link=entry.link,
        title=entry.title[:LONGEST_TITLE],
        published_at=entry.published_at,
        language=entry.language,
    )


def _without(lines: list[str], repeated: set[str]) -> list[str]:
    """Return the lines without headline and author, which stand above many texts once more."""
    return [line for line in lines if line not in repeated]


def _stands_alone(teaser: list[str], text: list[str]) -> bool:
    """Tell whether the description is the better excerpt: its author wrote it to be one."""
    if not text:
        return True
    if not teaser or was_cut(teaser):
        return False
    # A subtitle, or what a program cut without saying so, gives way to whole sentences.
    return is_finished(teaser) or not is_finished(text)


def plausible(moment: datetime | None, now: datetime) -> datetime | None:
    """Return the time when an article can have been published then, else None."""
    if moment is None or not EARLIEST <= moment <= now + AHEAD:
        return None
    return moment


def language(text: str | None) -> str | None:
    """Return a language tag (BCP 47) with the code of today, or None when it is none."""
    tag = one_line(text or "")
    if len(tag) > 35 or LANGUAGE.fullmatch(tag) is None:
        return None
    code, *rest = tag.replace("_", "-").split("-")
    return "-".join([FORMER.get(code.lower(), code), *rest])


def _title_from(told: list[str], link: str | None) -> str:
    """Return a headline for an entry without one (RSS 2.0 allows that): its first sentence."""
    first = sentences(excerpt(told))[:1]
    return excerpt(first, TITLE_WORDS).removesuffix(".") or ("" if link is None else host_of(link))


def _origin(entry: Entry, whole: str, base: str, frame: Frame) -> Origin | None:
    found = credited(whole, base, frame.title)
    if found is not None:
        return found
    address, publisher = web_url(entry.origin_url, frame.url), _name(entry.publisher)
    if address is None and publisher is None:
        return None
    named = Origin(publisher or host_of(address or ""), address)
    # Many feeds name themselves as the source of all they have.
    return None if is_own(named, frame.site_url or frame.url, frame.title) else named


def _words(text: list[str], teaser: list[str]) -> int:
    """Return the article's length in words, 0 when the feed did not give all of it."""
    given = text or teaser
    words = sum(map(count_words, given))
    if not given or CUT.search(given[-1]) or (not text and words < TEASER_WORDS):
        return 0
    return words


def _name(text: str | None) -> str | None:
    """Return a name for people, None for an e-mail address: that is nobody's business."""
    name = shortened(one_line(text or ""), LONGEST_NAME)
    return None if not name or "@" in name or name.casefold() in NOBODY else name


def _topics(told: tuple[str, ...]) -> tuple[str, ...]:
    lines = (shortened(one_line(topic), LONGEST_TOPIC) for topic in told)
    known = dict.fromkeys(line for line in lines if line and line.casefold() not in NO_TOPIC)
    return tuple(known)[:MOST_TOPICS]
