"""Keeps the archive's index at what its pages tell."""

from mailer.editions.layout import lay_out
from mailer.editions.model import Edition, EditionState
from mailer.store.database import Transaction


def index(tx: Transaction, edition: Edition) -> None:
    """Let the stories of an edition that is out be found, and those of another by nobody."""
    if edition.state is not EditionState.APPROVED:
        tx.search.index(edition.id, {})
        return
    newsletter = tx.newsletters.by_id(edition.newsletter_id)
    headings = tx.sections.headings(newsletter.id)
    pieces = tx.editions.pieces(edition.id)
    layout = lay_out(pieces, edition.opens, newsletter.max_stories, headings)
    told = tx.articles.by_ids([piece.article_id for piece in layout.stories])
    tx.search.index(
        edition.id,
        {
            article.id: "\n".join(
                filter(
                    None,
                    (article.title, article.summary, article.author, article.original_publisher),
                )
            )
            for article in told
        },
    )
