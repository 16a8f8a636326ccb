"""What follows when articles were taken back or told otherwise: new lines, and pages made anew."""

from collections.abc import Sequence

from mailer.editions.drafting import lines
from mailer.editions.indexing import index
from mailer.editions.layout import lay_out
from mailer.editions.model import Edition
from mailer.store.database import Transaction


def redraw(tx: Transaction, article_ids: Sequence[int], *, past: bool = False) -> None:
    """Have everything made anew that tells of these articles and has not gone to everybody.

    With `past` the subject lines of what has left too, which stand on public pages.
    """
    if not article_ids:
        return
    for edition in tx.editions.telling_of(article_ids, past=past):
        _rewrite(tx, edition)
    for edition in tx.editions.telling_of(article_ids, past=True):
        index(tx, edition)
    tx.pages.forget(article_ids)


def _rewrite(tx: Transaction, edition: Edition) -> None:
    newsletter = tx.newsletters.by_id(edition.newsletter_id)
    pieces = tx.editions.pieces(edition.id)
    layout = lay_out(
        pieces, edition.opens, newsletter.max_stories, tx.sections.headings(newsletter.id)
    )
    shown = tx.articles.by_ids([piece.article_id for piece in layout.stories])
    made = lines(layout, {article.id: article for article in shown}, newsletter)
    if layout.lead is not None and made != (edition.subject, edition.preheader):
        tx.editions.say(edition.id, *made)
