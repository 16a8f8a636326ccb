"""Editions as schema.org has them, for search engines: JSON-LD in a page's head."""

from collections.abc import Sequence
from datetime import datetime

from mailer.editions.model import Correction, Edition, Newsletter
from mailer.feeds.model import Label
from mailer.languages.catalogue import Catalogue
from mailer.links import Links
from mailer.rendering.stories import DigestView, Story

Thing = dict[str, object]
CONTEXT = "https://schema.org"


def edition_data(
    view: DigestView, edition: Edition, changed: datetime, corrections: Sequence[Correction]
) -> Thing:
    """Return an edition as a CollectionPage whose items are the NewsArticles it tells of.

    What others have published `isBasedOn` the page at its publisher.
    """
    stories = [
        {"@type": "ListItem", "position": place, "item": _article(story, view.language)}
        for place, story in enumerate(view.stories, 1)
    ]
    made: Thing = {
        "@context": CONTEXT,
        "@type": "CollectionPage",
        "@id": view.edition_url,
        "url": view.edition_url,
        "name": edition.subject,
        "headline": edition.subject,
        "description": edition.preheader,
        "inLanguage": view.language,
        "datePublished": (edition.approved_at or edition.due_at).isoformat(),
        "dateModified": changed.isoformat(),
        "isPartOf": _series(view.newsletter, view.archive_url),
        "publisher": _organization(view.newsletter.name),
        "mainEntity": {"@type": "ItemList", "itemListElement": stories},
    }
    if corrections:
        made["correction"] = [
            {
                "@type": "CorrectionComment",
                "text": one.note or one.kind.value,
                "datePublished": one.at.isoformat(),
            }
            for one in corrections
        ]
    return made


def list_data(
    newsletter: Newsletter, editions: Sequence[Edition], links: Links, words: Catalogue
) -> Thing:
    """Return a list of editions as a CollectionPage."""
    archive = links.archive(newsletter.slug)
    return {
        "@context": CONTEXT,
        "@type": "CollectionPage",
        "@id": archive,
        "url": archive,
        "name": words.gettext("Past editions of %(name)s") % {"name": newsletter.name},
        "description": newsletter.description,
        "inLanguage": newsletter.language,
        "isPartOf": _series(newsletter, archive),
        "hasPart": [
            {
                "@type": "CollectionPage",
                "url": links.edition(newsletter.slug, edition.number),
                "name": edition.subject,
                "datePublished": (edition.approved_at or edition.due_at).isoformat(),
            }
            for edition in editions
        ],
    }


def _article(story: Story, language: str) -> Thing:
    made: Thing = {
        "@type": _kind(story),
        "headline": story.title,
        "inLanguage": story.language or language,
    }
    if Label.SUBSCRIBERS in story.labels:
        made["isAccessibleForFree"] = False
    if story.url:
        made["url"] = story.url
    if story.summary:
        made["description"] = story.summary
    if story.figure is not None:
        made["image"] = {
            "@type": "ImageObject",
            "url": story.figure.url,
            "creditText": story.figure.credit,
        }
    if story.published_at is not None:
        made["datePublished"] = story.published_at.isoformat()
    if story.publisher:
        made["publisher"] = _organization(story.publisher)
    if story.source_url and story.source_url != story.url:
        made["isBasedOn"] = story.source_url
    return made


def _kind(story: Story) -> str:
    if Label.SPONSORED in story.labels:
        return "AdvertiserContentArticle"
    return "OpinionNewsArticle" if Label.OPINION in story.labels else "NewsArticle"


def _series(newsletter: Newsletter, archive: str) -> Thing:
    return {"@type": "Periodical", "name": newsletter.name, "url": archive}


def _organization(name: str) -> Thing:
    return {"@type": "Organization", "name": name}
