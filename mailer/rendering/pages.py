"""Makes one variant's page of an edition: reads in one transaction, renders when it is over."""

from collections.abc import Sequence
from dataclasses import replace

from mailer.editions.apart import apart
from mailer.editions.layout import copies_of, lay_out
from mailer.editions.model import Edition, Newsletter
from mailer.feeds.model import Article
from mailer.links import Links
from mailer.rendering.budget import fitted
from mailer.rendering.figures import pictured_articles, placed
from mailer.rendering.model import Page, Variant
from mailer.rendering.stories import DigestView, Story, correction_lines, digest_view, story_alone
from mailer.rendering.templates import Templates
from mailer.store.database import Store, Transaction


class Pages:
    """From an edition to what its readers see."""

    def __init__(self, store: Store, templates: Templates, links: Links) -> None:
        self._store = store
        self._templates = templates
        self._links = links

    def make(self, edition_id: int, variant: Variant) -> tuple[DigestView, Page]:
        """Return what a variant tells, within the size a mail may have, and its page with slots.

        Raise RenderError naming file and line.
        """
        with self._store.read() as tx:
            view = self.view(tx, tx.editions.by_id(edition_id), variant)
        fitting, page = fitted(view, self._templates.digest)
        return fitting, replace(page, html="") if apart(variant.apart).text else page

    def view(self, tx: Transaction, edition: Edition, variant: Variant) -> DigestView:
        """Return all that a variant tells, however long that is."""
        newsletter = tx.newsletters.by_id(edition.newsletter_id)
        own = apart(variant.apart)
        pieces = own.of(tx.editions.pieces(edition.id))
        since = max(variant.since, edition.opens)
        headings = tx.sections.headings(newsletter.id)
        layout = lay_out(pieces, since, newsletter.max_stories, headings)
        copies = copies_of(layout.stories, pieces)
        corrections = tx.corrections.by_ids(own.corrections)
        shown = [piece.article_id for piece in layout.stories]
        wrong = [correction.article_id for correction in corrections]
        keys = [*shown, *(piece.article_id for piece in copies), *wrong]
        articles = {article.id: article for article in tx.articles.by_ids(keys)}
        also: dict[int, list[Article]] = {}
        for piece in copies:
            also.setdefault(piece.story, []).append(articles[piece.article_id])
        feeds = tx.feeds.by_ids([article.feed_id for article in articles.values()])
        pictured = pictured_articles(newsletter, articles.values(), feeds)
        view = digest_view(
            edition,
            newsletter,
            variant,
            layout,
            articles,
            {feed.id: feed.title for feed in feeds},
            self._links,
            also,
            excerpts={
                feed.id: feed.excerpt_words for feed in feeds if feed.excerpt_words is not None
            },
            pictures=placed(layout, tx.pictures.of(pictured)),
        )
        return replace(view, corrections=correction_lines(corrections, articles))

    def stories(
        self, tx: Transaction, newsletter: Newsletter, told: Sequence[tuple[Edition, int]]
    ) -> list[Story]:
        """Return stories by the edition that told each and the article's id, in that order."""
        articles = {one.id: one for one in tx.articles.by_ids([key for _, key in told])}
        keys = {article.feed_id for article in articles.values()}
        feeds = {feed.id: feed for feed in tx.feeds.by_ids(list(keys))}
        made = []
        for edition, key in told:
            article = articles[key]
            feed = feeds[article.feed_id]
            most = feed.excerpt_words
            made.append(story_alone(article, feed.title, edition, newsletter, most))
        return made
