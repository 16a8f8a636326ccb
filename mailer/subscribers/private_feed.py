"""A feed of one reader's own selection, behind an address that nobody can guess.

It lasts until it is given up, or a new address is given out for it; leaving stops the mail alone.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from mailer.clock import Clock
from mailer.editions.apart import Apart
from mailer.editions.model import Newsletter, Piece
from mailer.editions.rank import rank
from mailer.errors import TokenExpired
from mailer.feeds.model import Article
from mailer.store.database import Store
from mailer.subscribers.model import State, Subscription
from mailer.tokens import Keyring, Purpose

LOOKS_BACK = timedelta(days=14)
MOST_ARTICLES = 200  # that are looked at for one answer
MOST_STORIES = 50


class Chosen(NamedTuple):
    """One story of a reader's selection."""

    piece: Piece
    article: Article


class Selection(NamedTuple):
    """What a reader would read, newest first."""

    newsletter: Newsletter
    subscription: Subscription
    stories: Sequence[Chosen]


class PrivateFeed:
    """Gives out, takes back and fills the feeds of readers."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        self._store = store
        self._clock = clock
        self._keyring = keyring

    def open(self, key: int) -> Subscription:
        """Give a subscription a feed with a new address; the one it had leads nowhere from now on.

        Raises NotFound, and TokenExpired for a signup that was never confirmed.
        """
        with self._store.write() as tx:
            found = tx.subscriptions.lock(key)
            if found.state is State.PENDING:
                raise TokenExpired("this signup is not confirmed")
            since = self._clock.now().replace(microsecond=0)
            if found.feed_since is not None:  # two in one second would have one address
                since = max(since, found.feed_since + timedelta(seconds=1))
            tx.subscriptions.give_feed(key, since)
            return tx.subscriptions.by_id(key)

    def close(self, key: int) -> None:
        """Let the address of a subscription's feed lead nowhere; again and again is fine."""
        with self._store.write() as tx:
            tx.subscriptions.give_feed(key, None)

    def read(self, text: str) -> Selection:
        """Return what a reader chose of the last two weeks' news, whether or not they get mail.

        Raises TokenError for an address that is not ours, TokenExpired for one that was given up.
        """
        now = self._clock.now()
        token = self._keyring.read(Purpose.FEED, text, now)
        with self._store.read() as tx:
            found = tx.subscriptions.get(token.subject)
            if found is None or found.feed_since != token.made_at:
                raise TokenExpired("this feed was given up")
            newsletter = tx.newsletters.by_id(found.newsletter_id)
            articles = tx.articles.newest_of(newsletter.id, now - LOOKS_BACK, MOST_ARTICLES)
            sources = tx.newsletters.sources(newsletter.id)
            sections = tx.sections.all(newsletter.id)
        pieces = rank(articles, sources, now, (), newsletter.rules, sections)
        known = {article.id: article for article in articles}
        chosen = [one for one in Apart(sections=found.sections).of(pieces) if one.included]
        newest = sorted(chosen, key=lambda piece: -piece.arrival)[:MOST_STORIES]
        stories = [Chosen(piece, known[piece.article_id]) for piece in newest]
        return Selection(newsletter, found, stories)
