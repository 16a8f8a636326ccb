"""What an edition would be, read from the store as it is now. Keeps nothing."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailer.editions.headline import preheader, subject
from mailer.editions.layout import Layout, lay_out
from mailer.editions.model import DueGroup, Edition, EditionState, Newsletter, Piece, Rhythm
from mailer.editions.rank import rank
from mailer.editions.waves import serves_until
from mailer.feeds.labels import unpaid
from mailer.feeds.model import Article
from mailer.store.database import Transaction

TOLD_LATELY = timedelta(days=7)  # how far back a story of an earlier edition is looked for


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be composed: for which slot, from where on, and when it is due."""

    newsletter: Newsletter
    rhythm: Rhythm
    slot: str
    opens: int
    due_at: datetime
    at_once: bool = False
    wave: int = 0
    closes: int | None = None  # nothing newer, whatever there is


def order_for(newsletter: Newsletter, group: DueGroup) -> Order:
    """Return what readers who are owed one slot are to get."""
    return Order(newsletter, group.rhythm, group.slot, group.oldest_watermark, group.due_at)


def draft(tx: Transaction, order: Order, now: datetime) -> tuple[Edition, list[Piece]]:
    """Read the window's articles and return the edition they make, not yet kept."""
    closes = max(order.opens, order.closes or tx.articles.newest_arrival())
    articles = tx.articles.window(order.newsletter.id, order.opens, closes)
    sources = tx.newsletters.sources(order.newsletter.id)
    told = tx.articles.told(order.newsletter.id, order.opens, order.due_at - TOLD_LATELY)
    pieces = rank(
        articles,
        sources,
        order.due_at,
        told,
        order.newsletter.rules,
        tx.sections.all(order.newsletter.id),
    )
    headings = tx.sections.headings(order.newsletter.id)
    return _composed(order, pieces, articles, headings, closes, now), pieces


def _composed(
    order: Order,
    pieces: Sequence[Piece],
    articles: Sequence[Article],
    headings: Sequence[str],
    closes: int,
    now: datetime,
) -> Edition:
    newsletter = order.newsletter
    layout = lay_out(pieces, order.opens, newsletter.max_stories, headings)
    if layout.lead is None:
        return without_stories(order, EditionState.EMPTY, closes, now)
    if len(layout.stories) + len(layout.left_over) < newsletter.min_stories:
        return without_stories(
            order, EditionState.EMPTY, order.opens, now
        )  # what there is may wait
    known = {article.id: article for article in articles}
    made = without_stories(order, EditionState.DRAFT, closes, now)
    line, behind = lines(layout, known, newsletter)
    return replace(made, subject=line, preheader=behind)


def lines(layout: Layout, known: Mapping[int, Article], newsletter: Newsletter) -> tuple[str, str]:
    """Return the subject and the line behind it, made of the headlines that are shown."""
    told = unpaid([known[piece.article_id] for piece in layout.stories])
    headlines = [article.title for article in told]
    lead = [article.summary for article in told[:1]]
    return (
        subject(headlines, newsletter.name),
        preheader(headlines, [*lead, newsletter.description]),
    )


def without_stories(order: Order, state: EditionState, closes: int, now: datetime) -> Edition:
    """Return an edition that says nothing yet; the store gives it its id and number."""
    return Edition(
        id=0,
        newsletter_id=order.newsletter.id,
        rhythm=order.rhythm,
        slot=order.slot,
        number=0,
        state=state,
        key=secrets.token_hex(8),
        subject="",
        preheader="",
        opens=order.opens,
        closes=closes,
        due_at=order.due_at,
        at_once=order.at_once,
        composed_at=now,
        approved_at=None,
        wave=order.wave,
        until=None
        if order.at_once or order.closes is not None
        else serves_until(state, order.newsletter.approval, order.due_at),
    )
