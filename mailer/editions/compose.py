"""Makes editions of what is new since each reader's last mail."""

import logging
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

from mailer.clock import Clock
from mailer.editions.calendar import current_slot, is_missed
from mailer.editions.drafting import Order, draft, order_for, without_stories
from mailer.editions.model import DueGroup, Edition, EditionState, Newsletter, Rhythm
from mailer.editions.waves import TELLING, end_of_hour, is_time_at_once, joins
from mailer.errors import Conflict, StoreError, UsageError
from mailer.logs import only_logged
from mailer.store.database import Store, Transaction

log = logging.getLogger(__name__)


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
            groups = [
                (newsletter, group)
                for newsletter in tx.newsletters.with_due_readers(now)
                for group in tx.editions.due_groups(newsletter.id, now)
            ]
            reading = tx.editions.who_read_at_once()
        made: list[Edition | None] = []
        for newsletter, group in groups:
            with _its_own_trouble(newsletter.id):
                made.append(self._make(newsletter, group))
        for newsletter_id, least in reading:
            with _its_own_trouble(newsletter_id):
                made.append(self._make_at_once(newsletter_id, least))
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
                opens = tx.editions.newest_out(newsletter.id, rhythm)
            order = Order(newsletter, rhythm, slot, opens, now, at_once=True)
            made, pieces = draft(tx, order, now)
            if tx.editions.by_slot(newsletter.id, rhythm, slot) is not None:
                raise Conflict(f"{slug} edition for", slot)
            if made.state is EditionState.EMPTY:
                raise _nothing_to_tell(newsletter, len(pieces))
            kept = tx.editions.add(made, pieces)
        if kept is None:
            raise Conflict(f"{slug} edition for", slot)
        return kept

    def _make_at_once(self, newsletter_id: int, least: int) -> Edition | None:
        """Make an edition for those who read at once, when something is new to one of them."""
        now = self._clock.now()
        with self._store.read() as tx:
            latest = tx.editions.newest_at_once(newsletter_id)
            newest = tx.articles.newest_arrival()
            behind = (
                None
                if latest is None
                else tx.articles.first_seen(newsletter_id, least, latest.opens)
            )
            came = tx.articles.first_seen(
                newsletter_id, least if latest is None else max(least, latest.closes), newest
            )
        if not is_time_at_once(latest, behind, came, now):
            return None
        with self._store.write() as tx:
            newsletter = replace(tx.newsletters.by_id(newsletter_id), min_stories=1)
            slot = current_slot(replace(newsletter.schedule, rhythm=Rhythm.AT_ONCE), now)
            order = Order(newsletter, Rhythm.AT_ONCE, slot, least, now, at_once=True)
            return _told(tx.editions.add(*draft(tx, order, now)))

    def _make(self, newsletter: Newsletter, group: DueGroup) -> Edition | None:
        now = self._clock.now()
        with self._store.write() as tx:
            order = _ordered(tx, newsletter, group)
            if order is None:
                return None
            if is_missed(order.due_at, now, self._grace):
                kept = tx.editions.add(
                    without_stories(order, EditionState.MISSED, order.opens, now), ()
                )
            else:
                kept = tx.editions.add(*draft(tx, order, now))
        return _told(kept)


def _its_own_trouble(newsletter_id: int) -> AbstractContextManager[None]:
    """Keep what is wrong with a newsletter from the readers of all others."""
    return only_logged(log, "edition.not_composed", but=(StoreError,), newsletter=newsletter_id)


def _nothing_to_tell(newsletter: Newsletter, new: int) -> UsageError:
    """Say why there is no edition, although so many articles are new."""
    slug = newsletter.slug
    if not new:
        return UsageError(
            f"nothing is new for {slug}",
            help=f"`mailer feeds gather --newsletter {slug}` looks for news",
        )
    return UsageError(
        f"too little is new for {slug}: its rules leave fewer than {newsletter.min_stories} of"
        f" {new} to tell",
        help=f"`mailer articles list --newsletter {slug}` names them",
    )


def _told(kept: Edition | None) -> Edition | None:
    if kept is not None:
        log.info(
            "edition.composed",
            extra={"edition": kept.id, "slot": kept.slot, "state": kept.state.value},
        )
    return kept


def _ordered(tx: Transaction, newsletter: Newsletter, group: DueGroup) -> Order | None:
    """Return what a group is to get; None when the wave there is will do, and is given to them."""
    order = order_for(newsletter, group)
    latest = tx.editions.by_slot(newsletter.id, group.rhythm, group.slot)
    if latest is None:
        return order
    newest = max(latest.closes, tx.articles.newest_arrival())
    anything_new = bool(tx.articles.window(newsletter.id, latest.closes, newest))
    if joins(latest, group, anything_new=anything_new):
        tx.editions.serve(latest.id, end_of_hour(group.due_at))
        return None
    frozen = latest.until is None and latest.state in TELLING
    return replace(order, wave=latest.wave + 1, closes=latest.closes if frozen else None)
