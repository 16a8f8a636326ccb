"""Makes editions of what is new since each reader's last mail."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailer.clock import Clock
from mailer.editions.calendar import current_slot, is_missed
from mailer.editions.headline import preheader, subject
from mailer.editions.layout import lay_out
from mailer.editions.model import DueGroup, Edition, EditionState, Newsletter, Piece, Rhythm
from mailer.editions.rank import rank
from mailer.errors import Conflict, UsageError
from mailer.feeds.model import Article, Source
from mailer.store.database import Store, Transaction

TOLD_LATELY = timedelta(days=7)  # how far back a story of an earlier edition is looked for

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be composed: for which slot, from where on, and when it is due."""

    newsletter: Newsletter
    rhythm: Rhythm
    slot: str
    opens: int
    due_at: datetime
    at_once: bool = False


class Compose:
    """From articles in the store to drafts. Any number of these may run at once."""

    def __init__(self, store: Store, clock: Clock, grace: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._grace = grace

    def due(self) -> list[Edition]:
        """Make an edition for every slot that is owed to somebody and has none.

        What is found too late becomes a missed one, and what has no news an empty one: nobody is
        mailed, and the stories, if any, are in the next edition.
        """
        now = self._clock.now()
        with self._store.read() as tx:
            orders = [
                _order(newsletter, group)
                for newsletter in tx.newsletters.with_due_readers(now)
                for group in tx.editions.due_groups(newsletter.id, now)
            ]
        made = [self._make(order) for order in orders]
        return [edition for edition in made if edition is not None]

    def by_hand(self, slug: str) -> Edition:
        """Make the edition of the current slot now, for every active reader whatever their hour.

        Raises Conflict when the slot has one, UsageError when nothing is new: the slot stays free.
        """
        now = self._clock.now()
        with self._store.write() as tx:
            newsletter = tx.newsletters.by_slug(slug)
            rhythm = newsletter.schedule.rhythm
            slot = current_slot(newsletter.schedule, now)
            opens = tx.editions.oldest_watermark(newsletter.id, rhythm)
            if opens is None:
                opens = tx.editions.newest_out(newsletter.id)
            order = Order(newsletter, rhythm, slot, opens, now, at_once=True)
            draft, pieces = _draft(tx, order, now)
            if tx.editions.by_slot(newsletter.id, rhythm, slot) is not None:
                raise Conflict(f"{slug} edition for", slot)
            if draft.state is EditionState.EMPTY:
                raise UsageError(
                    f"{slug} has nothing new since its last edition",
                    help=f"`mailer feeds gather --newsletter {slug}` looks for news",
                )
            kept = tx.editions.add(draft, pieces)
        if kept is None:
            raise Conflict(f"{slug} edition for", slot)
        return kept

    def _make(self, order: Order) -> Edition | None:
        now = self._clock.now()
        with self._store.write() as tx:
            if is_missed(order.due_at, now, self._grace):
                kept = tx.editions.add(_edition(order, EditionState.MISSED, order.opens, now), ())
            else:
                kept = tx.editions.add(*_draft(tx, order, now))
        if kept is not None:
            log.info(
                "edition.composed",
                extra={"edition": kept.id, "slot": kept.slot, "state": kept.state.value},
            )
        return kept


def _order(newsletter: Newsletter, group: DueGroup) -> Order:
    return Order(newsletter, group.rhythm, group.slot, group.oldest_watermark, group.due_at)


def _draft(tx: Transaction, order: Order, now: datetime) -> tuple[Edition, list[Piece]]:
    """Read the window's articles and return the edition they make, not yet kept."""
    closes = max(order.opens, tx.articles.newest_arrival())
    articles = tx.articles.window(order.newsletter.id, order.opens, closes)
    sources = tx.newsletters.sources(order.newsletter.id)
    told = tx.articles.told(order.newsletter.id, order.opens, order.due_at - TOLD_LATELY)
    pieces = rank(articles, sources, order.due_at, told, order.newsletter.rules)
    return _composed(order, pieces, articles, sources, closes, now), pieces


def _composed(
    order: Order,
    pieces: Sequence[Piece],
    articles: Sequence[Article],
    sources: Sequence[Source],
    closes: int,
    now: datetime,
) -> Edition:
    newsletter = order.newsletter
    sections = [source.section for source in sources]
    layout = lay_out(pieces, order.opens, newsletter.max_stories, sections)
    if layout.lead is None:
        return _edition(order, EditionState.EMPTY, closes, now)
    if len(layout.stories) + len(layout.left_over) < newsletter.min_stories:
        return _edition(order, EditionState.EMPTY, order.opens, now)  # what there is may wait
    known = {article.id: article for article in articles}
    headlines = [known[piece.article_id].title for piece in layout.stories]
    otherwise = [known[layout.lead.article_id].summary, newsletter.description]
    return _edition(
        order,
        EditionState.DRAFT,
        closes,
        now,
        lines=(subject(headlines, newsletter.name), preheader(headlines, otherwise)),
    )


def _edition(
    order: Order,
    state: EditionState,
    closes: int,
    now: datetime,
    lines: tuple[str, str] = ("", ""),
) -> Edition:
    """Return an edition; the store gives it its id and number."""
    return Edition(
        id=0,
        newsletter_id=order.newsletter.id,
        rhythm=order.rhythm,
        slot=order.slot,
        number=0,
        state=state,
        key=secrets.token_hex(8),
        subject=lines[0],
        preheader=lines[1],
        opens=order.opens,
        closes=closes,
        due_at=order.due_at,
        at_once=order.at_once,
        composed_at=now,
        approved_at=None,
    )
