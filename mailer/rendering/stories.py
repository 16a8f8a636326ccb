"""What a template sees of an edition: an ordered set of stories, ready to be printed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from mailer.editions.apart import apart
from mailer.editions.headline import preheader, shorten, subject
from mailer.editions.layout import Layout
from mailer.editions.model import Correction, CorrectionKind, Edition, Newsletter, Piece
from mailer.feeds.excerpt import excerpt
from mailer.feeds.labels import unpaid
from mailer.feeds.model import Article, Label
from mailer.languages.catalogue import catalogue
from mailer.languages.dates import local_day
from mailer.languages.names import name_of
from mailer.links import Links
from mailer.pictures.model import Crop, Picture
from mailer.rendering.figures import Figure, figure
from mailer.rendering.filters import minutes, said
from mailer.rendering.model import Variant
from mailer.rendering.theme import direction

LONGEST_HEADLINE = 120  # characters
LEAD_WORDS = 60
STORY_WORDS = 35
MOST_COVERAGE = 4  # further outlets named with a story
FRESH = timedelta(days=1)  # a morning paper does not say that its news is of yesterday
WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f<>\"]+", re.IGNORECASE)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Another place where a story can be read."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Story:
    """One story as it is told."""

    title: str
    url: str | None  # None: the feed gave no address that a mail may link to
    summary: str
    byline: str  # author and publisher, as far as they are known
    published_at: datetime | None  # None: fresh
    minutes: int  # 0: unknown
    publisher: str
    source_url: str | None  # where it was published first
    language: str | None = None  # None: that of the words around it
    also: tuple[Coverage, ...] = ()  # others that tell it
    article_id: int = 0
    figure: Figure | None = None  # None: it is told without a picture
    labels: tuple[Label, ...] = ()  # what is said before its headline

    @property
    def language_name(self) -> str:
        """What its own language calls itself; "" when it has none of its own, or an unknown one."""
        return "" if self.language is None else name_of(self.language)

    @property
    def direction(self) -> str | None:
        """How its own language is written; None when it has none of its own."""
        return None if self.language is None else direction(self.language)

    @property
    def source_host(self) -> str:
        """The host it was published at first, as people say it; "" when that is not known."""
        return said(_host(self.source_url))


@dataclass(frozen=True, slots=True)
class StorySection:
    """A heading and its stories."""

    name: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """What is said of an article that was wrong, to those who got it."""

    title: str  # as it was mailed
    note: str  # a sentence of the owner's, or ""
    url: str | None  # None: it is withdrawn
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class DigestView:
    """Everything the digest's three templates print."""

    newsletter: Newsletter
    language: str
    subject: str
    preheader: str
    number: int
    due_at: datetime
    lead: Story | None
    sections: tuple[StorySection, ...]
    brief: tuple[Story, ...]
    edition_url: str
    archive_url: str
    subscribe_url: str
    site: str  # the host readers signed up at
    privacy_url: str | None = None  # the owner's notice
    urgent: bool = False  # one story that did not wait for the digest
    corrections: tuple[CorrectionLine, ...] = ()
    more: int = 0  # stories there was no room for, which are on the web

    @property
    def stories(self) -> tuple[Story, ...]:
        """Every story, from top to bottom."""
        lead = () if self.lead is None else (self.lead,)
        inner = tuple(story for section in self.sections for story in section.stories)
        return lead + inner + self.brief

    @property
    def minutes(self) -> int:
        """How long all of it takes to read; 0 when the length of some story is unknown."""
        each = [story.minutes for story in self.stories]
        return sum(each) if all(each) else 0


def digest_view(
    edition: Edition,
    newsletter: Newsletter,
    variant: Variant,
    layout: Layout,
    articles: Mapping[int, Article],
    outlets: Mapping[int, str],
    links: Links,
    copies: Mapping[int, Sequence[Article]] = MappingProxyType({}),
    *,
    excerpts: Mapping[int, int] = MappingProxyType({}),
    pictures: Mapping[int, Picture] = MappingProxyType({}),
) -> DigestView:
    """Return what one variant of an edition tells.

    `articles` are by their ids, `outlets` the titles of feeds by theirs; `copies` are the
    other articles of each story, `excerpts` the most words that are told of a feed's articles, by
    feed; `pictures` those that are shown, by article.
    """
    line, behind = _lines(edition, newsletter, variant, layout, articles)

    def told(piece: Piece, words: int = STORY_WORDS) -> Story:
        article = articles[piece.article_id]
        most = min(words, excerpts.get(article.feed_id, words))
        outlet = outlets.get(article.feed_id, "")
        story = _story(article, outlet, edition, newsletter, variant.language, most)
        shown = pictures.get(article.id)
        crop = Crop.LEAD if piece is layout.lead else Crop.THUMB
        return replace(
            story,
            figure=None
            if shown is None
            else figure(article, crop, links.picture(shown.file_name), story.publisher),
            also=_also(article, copies.get(piece.story, ()), outlets),
            language=_other_language(article.language or newsletter.language, variant.language),
        )

    return DigestView(
        newsletter=newsletter,
        language=variant.language,
        subject=line,
        preheader=behind,
        number=edition.number,
        due_at=edition.due_at,
        lead=None if layout.lead is None else told(layout.lead, LEAD_WORDS),
        sections=tuple(
            StorySection(section.name, tuple(told(piece) for piece in section.pieces))
            for section in layout.sections
        ),
        brief=tuple(told(piece) for piece in layout.brief),
        edition_url=links.edition(newsletter.slug, edition.number),
        archive_url=links.archive(newsletter.slug),
        subscribe_url=links.subscribe(newsletter.slug),
        site=_host(links.base_url),
        privacy_url=links.privacy,
        urgent=edition.is_urgent,
    )


def _lines(
    edition: Edition,
    newsletter: Newsletter,
    variant: Variant,
    layout: Layout,
    articles: Mapping[int, Article],
) -> tuple[str, str]:
    """Return the subject and the line behind it.

    A variant that leaves stories out has lines of its own: the edition's may name one of them.
    """
    own = apart(variant.apart)
    if variant.since <= edition.opens and not own.without and not own.sections:
        return edition.subject, edition.preheader
    shown = unpaid([articles[piece.article_id] for piece in layout.stories])
    titles = [article.title for article in shown]
    fillers = [*(article.summary for article in shown[:1]), newsletter.description]
    return subject(titles, newsletter.name), preheader(titles, fillers)


def story_alone(
    article: Article, outlet: str, edition: Edition, newsletter: Newsletter, most: int | None
) -> Story:
    """Return a story outside of its edition, in the newsletter's language, for a list.

    `most` words of it are told at most; None: as many as anywhere.
    """
    words = STORY_WORDS if most is None else min(STORY_WORDS, most)
    story = _story(article, outlet, edition, newsletter, newsletter.language, words)
    own = _other_language(article.language or newsletter.language, newsletter.language)
    return replace(story, language=own)


def correction_lines(
    corrections: Sequence[Correction], articles: Mapping[int, Article]
) -> tuple[CorrectionLine, ...]:
    """Return what is said of articles that were wrong; one that was withdrawn is not linked to."""
    return tuple(
        CorrectionLine(
            shorten(one.title, LONGEST_HEADLINE),
            one.note,
            None
            if one.kind is CorrectionKind.WITHDRAWN
            else web_address(articles[one.article_id].url),
            withdrawn=one.kind is CorrectionKind.WITHDRAWN,
        )
        for one in corrections
    )


def _story(
    article: Article,
    outlet: str,
    edition: Edition,
    newsletter: Newsletter,
    language: str,
    words: int,
) -> Story:
    url = web_address(article.url)
    source_url = web_address(article.original_url) or url
    publisher = article.original_publisher or (outlet if article.original_url is None else "")
    publisher = said(publisher)  # of whom nothing else is known has a host for a name
    zone = newsletter.schedule.zone
    age = local_day(edition.due_at, zone) - local_day(article.published_at, zone)
    return Story(
        title=shorten(article.title, LONGEST_HEADLINE),
        url=url,
        summary=excerpt([article.summary], words) if article.summary and words else "",
        byline=_byline(article.author, publisher, language),
        published_at=None if age <= FRESH else article.published_at,
        minutes=minutes(article.words),
        publisher=publisher or said(_host(source_url)),
        source_url=source_url,
        article_id=article.id,
        labels=article.labels,
    )


def _also(
    article: Article, copies: Sequence[Article], outlets: Mapping[int, str]
) -> tuple[Coverage, ...]:
    """Return the other outlets that tell a story, each once."""
    found: dict[int, Coverage] = {}
    for copy in copies:
        name, url = outlets.get(copy.feed_id, ""), web_address(copy.url)
        if name and url and copy.feed_id != article.feed_id:
            found.setdefault(copy.feed_id, Coverage(name, url))
    return tuple(found.values())[:MOST_COVERAGE]


def web_address(url: str | None) -> str | None:
    """Return an address that a mail may link to, or None: no script, no space, no bracket."""
    if url is None or WEB_ADDRESS.fullmatch(url) is None or not _host(url):
        return None
    return url


def _byline(author: str | None, publisher: str, language: str) -> str:
    between = catalogue(language).pgettext("between names", ", ")
    return between.join(dict.fromkeys(part for part in (author, publisher) if part))


def _host(url: str | None) -> str:
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:  # brackets that are no IPv6 address
        return ""


def _other_language(told: str, usual: str) -> str | None:
    """Return a story's language when it is not the mail's, and is one."""
    if LANGUAGE.fullmatch(told) is None:
        return None
    same = told.partition("-")[0].lower() == usual.partition("-")[0].lower()
    return None if same else told
