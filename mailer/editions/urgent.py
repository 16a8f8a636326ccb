"""Makes editions of one article that does not wait for the digest."""

import logging
from dataclasses import replace
from datetime import timedelta

from mailer.clock import Clock
from mailer.editions.drafting import Order, lines, without_stories
from mailer.editions.layout import lay_out
from mailer.editions.model import URGENT_SLOT, Edition, EditionState, Piece, Reason
from mailer.editions.rank import rank
from mailer.errors import StoreError
from mailer.logs import only_logged
from mailer.store.database import Store, Transaction
from mailer.store.urgency import Urgent as Wanted

A_DAY = timedelta(days=1)
MOST_BY_RULE = 5  # mails a day and newsletter; a feed that calls everything urgent wakes nobody

log = logging.getLogger(__name__)


class Urgent:
    """From urgent articles to editions, once for each newsletter that has readers who want them."""

    def __init__(self, store: Store, clock: Clock, grace: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._grace = grace

    def due(self) -> list[Edition]:
        """Make a draft of every article that is urgent now; what was it long ago is no news.

        `Approve.due` lets it out once it is checked: what a person has marked needs no other word,
        what the owner's rule found waits for one where everything does.
        """
        since = self._clock.now() - self._grace
        with self._store.read() as tx:
            waiting = tx.urgency.waiting(since)
        made: list[Edition | None] = []
        for wanted in waiting:
            its = {"newsletter": wanted.newsletter_id, "article": wanted.article_id}
            with only_logged(log, "edition.not_composed", but=(StoreError,), **its):
                made.append(self._make(wanted))
        return [edition for edition in made if edition is not None]

    def _make(self, wanted: Wanted) -> Edition | None:
        now = self._clock.now()
        with self._store.write() as tx:
            if wanted.by_rule:
                lately = tx.urgency.made_since(wanted.newsletter_id, now - A_DAY)
                if lately >= MOST_BY_RULE:
                    return None
            draft = self._draft(tx, wanted)
            kept = None if draft is None else tx.editions.add(*draft)
        if kept is not None:
            log.info("edition.urgent", extra={"edition": kept.id, "slot": kept.slot})
        return kept

    def _draft(self, tx: Transaction, wanted: Wanted) -> tuple[Edition, list[Piece]] | None:
        """Return the edition of one article, or None when a rule keeps it out."""
        now = self._clock.now()
        newsletter = tx.newsletters.by_id(wanted.newsletter_id)
        articles = tx.articles.by_ids([wanted.article_id])
        if not articles:
            return None
        (article,) = articles
        opens = article.arrival - 1
        slot = f"{URGENT_SLOT}{article.id}"
        order = Order(newsletter, newsletter.schedule.rhythm, slot, opens, now)
        sections = tx.sections.all(newsletter.id)
        rules = newsletter.rules
        ranked = rank(articles, tx.newsletters.sources(newsletter.id), now, (), rules, sections)
        why = "the owner's rule for its section" if wanted.by_rule else "marked by a person"
        pieces = [
            replace(one, included=True, reasons=(Reason("urgent", 0.0, why), *one.reasons))
            for one in ranked
            if one.included or not wanted.by_rule  # a person's word goes before the rules
        ]
        if not pieces:
            return None
        made = without_stories(order, EditionState.DRAFT, article.arrival, now)
        headings = tx.sections.headings(newsletter.id)
        line, behind = lines(lay_out(pieces, opens, 1, headings), {article.id: article}, newsletter)
        return replace(made, subject=line, preheader=behind, until=None), pieces
