"""What a template sees of an edition: an ordered set of stories, ready to be printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from mailer.editions.headline import preheader, shorten, subject
from mailer.editions.layout import Layout
from mailer.editions.model import Edition, Newsletter, Piece
from mailer.feeds.model import Article
from mailer.rendering.filters import minutes

LONGEST_HEADLINE = 120  # characters


@dataclass(frozen=True, slots=True)
class Story:
    """One story as it is told."""

    title: str
    url: str
    summary: str
    author: str | None
    outlet: str  # the host that is read from here, or the original publisher
    source_url: str  # where it was published first
    republished: bool  # somebody else published it first
    minutes: int  # 0: unknown
    published_at: datetime
    language: str | None  # None: the edition's


@dataclass(frozen=True, slots=True)
class StorySection:
    """A heading and its stories."""

    name: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class DigestView:
    """Everything the digest's three templates print."""

    newsletter: Newsletter
    subject: str
    preheader: str
    number: int
    due_at: datetime
    lead: Story | None
    sections: tuple[StorySection, ...]
    brief: tuple[Story, ...]
    archive_url: str
    edition_url: str
    subscribe_url: str

    @property
    def stories(self) -> tuple[Story, ...]:
        """Every story, from top to bottom."""
        lead = () if self.lead is None else (self.lead,)
        return lead + tuple(s for section in self.sections for s in section.stories) + self.brief

    @property
    def minutes(self) -> int:
        """How long all of it takes to read; 0 when nothing is known."""
        return sum(story.minutes for story in self.stories)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The pages a digest links to; the same for every reader."""

    archive: str
    edition: str
    subscribe: str


def digest_view(
    newsletter: Newsletter,
    edition: Edition,
    layout: Layout,
    articles: Mapping[int, Article],
    addresses: Addresses,
) -> DigestView:
    """Return what one variant of an edition tells; its subject fits the variant's own lead."""

    def told(piece: Piece) -> Story:
        return _story(articles[piece.article_id], newsletter)

    titles = [articles[piece.article_id].title for piece in layout.stories]
    lead = None if layout.lead is None else told(layout.lead)
    otherwise = [newsletter.description] if lead is None else [lead.summary, newsletter.description]
    return DigestView(
        newsletter=newsletter,
        subject=subject(titles, newsletter.name),
        preheader=preheader(titles, otherwise),
        number=edition.number,
        due_at=edition.due_at,
        lead=lead,
        sections=tuple(
            StorySection(section.name, tuple(map(told, section.pieces)))
            for section in layout.sections
        ),
        brief=tuple(map(told, layout.brief)),
        archive_url=addresses.archive,
        edition_url=addresses.edition,
        subscribe_url=addresses.subscribe,
    )


def _story(article: Article, newsletter: Newsletter) -> Story:
    source_url = article.original_url or article.url
    return Story(
        title=shorten(article.title, LONGEST_HEADLINE),
        url=article.url,
        summary=article.summary,
        author=article.author,
        outlet=article.original_publisher or _host(source_url),
        source_url=source_url,
        republished=article.original_publisher is not None or article.original_url is not None,
        minutes=minutes(article.words),
        published_at=article.published_at,
        language=None if article.language in {None, newsletter.language} else article.language,
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
