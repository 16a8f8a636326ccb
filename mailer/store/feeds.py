"""Feeds: where they are, when they are looked at next, how the last look went."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update

from mailer.errors import Conflict, NotFound
from mailer.feeds.model import Feed, FeedState, Label
from mailer.store.aggregate import Aggregate
from mailer.store.tables import feed


def _feed(row: RowMapping) -> Feed:
    return Feed(
        id=row["id"],
        url=row["url"],
        title=row["title"],
        site_url=row["site_url"],
        state=FeedState(row["state"]),
        etag=row["etag"],
        last_modified=row["last_modified"],
        next_look_at=row["next_look_at"],
        last_looked_at=row["last_looked_at"],
        last_changed_at=row["last_changed_at"],
        failures=row["failures"],
        trouble=row["trouble"],
        moved_to=row["moved_to"],
        moved_seen=row["moved_seen"],
        silent_since=row["silent_since"],
        read_pages=row["read_pages"],
        excerpt_words=row["excerpt_words"],
        pictures=row["pictures"],
        labels=tuple(map(Label, json.loads(row["labels"]))),
    )


class Feeds(Aggregate):
    """The addresses that are looked at again and again."""

    def add(self, url: str, now: datetime, title: str = "") -> Feed:
        """Keep a new feed, due at once; raise Conflict when its address is known.

        An empty title is filled in from the first look.
        """
        if self._one(select(feed.c.id).where(feed.c.url == url)):
            raise Conflict("feed", url)
        self._run(
            insert(feed).values(url=url, title=title, state=FeedState.ACTIVE, next_look_at=now)
        )
        return self.by_url(url)

    def by_url(self, url: str) -> Feed:
        """Return the feed, or raise NotFound."""
        row = self._one(select(feed).where(feed.c.url == url))
        if row is None:
            raise NotFound("feed", url, help="`mailer feeds list` names them all")
        return _feed(row)

    def by_id(self, key: int) -> Feed:
        """Return the feed, or raise NotFound."""
        row = self._one(select(feed).where(feed.c.id == key))
        if row is None:
            raise NotFound("feed", key, help="`mailer feeds list` names them all")
        return _feed(row)

    def by_ids(self, keys: Sequence[int]) -> list[Feed]:
        """Return those that there are, by id."""
        rows = self._all(select(feed).where(feed.c.id.in_(keys)).order_by(feed.c.id))
        return [_feed(row) for row in rows]

    def all(self) -> list[Feed]:
        """Return every feed, in the order they were added."""
        return [_feed(row) for row in self._all(select(feed).order_by(feed.c.id))]

    def claim_due(self, now: datetime, limit: int, until: datetime) -> list[Feed]:
        """Take up to `limit` feeds whose time has come, the longest overdue first.

        Nobody else gets them before `until`; by then the look is kept, or whoever took them died.
        """
        due = (feed.c.state == FeedState.ACTIVE) & (feed.c.next_look_at <= now)
        # WITH is worked out once; PostgreSQL may run a plain subquery, LIMIT and all, many times.
        chosen = (
            select(feed.c.id)
            .where(due)
            .order_by(feed.c.next_look_at, feed.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("chosen")
        )
        taken = self._all(
            update(feed)
            # `due` once more: what another gatherer took a moment ago is no longer it.
            .where(feed.c.id.in_(select(chosen.c.id)), due)
            .values(next_look_at=until)
            .returning(feed)
        )
        return sorted((_feed(row) for row in taken), key=lambda found: found.id)

    def claim(self, keys: Sequence[int], until: datetime) -> list[Feed]:
        """Take these feeds whatever their time and state, as `claim_due` does."""
        taken = self._all(
            update(feed).where(feed.c.id.in_(keys)).values(next_look_at=until).returning(feed)
        )
        return sorted((_feed(row) for row in taken), key=lambda found: found.id)

    def keep_look(self, looked_at: Feed) -> None:
        """Write what one look at a feed came to: everything but its address."""
        self._run(
            update(feed)
            .where(feed.c.id == looked_at.id)
            .values(
                title=looked_at.title,
                site_url=looked_at.site_url,
                state=looked_at.state,
                etag=looked_at.etag,
                last_modified=looked_at.last_modified,
                next_look_at=looked_at.next_look_at,
                last_looked_at=looked_at.last_looked_at,
                last_changed_at=looked_at.last_changed_at,
                failures=looked_at.failures,
                trouble=looked_at.trouble,
                moved_to=looked_at.moved_to,
                moved_seen=looked_at.moved_seen,
                silent_since=looked_at.silent_since,
            )
        )

    def configure(self, changed: Feed) -> None:
        """Write what the owner decides of a feed: its title, pages, excerpts, pictures, labels."""
        self._run(
            update(feed)
            .where(feed.c.id == changed.id)
            .values(
                title=changed.title,
                read_pages=changed.read_pages,
                excerpt_words=changed.excerpt_words,
                pictures=changed.pictures,
                labels=json.dumps(changed.labels),
            )
        )

    def move(self, key: int, url: str) -> bool:
        """Keep a feed under another address; False when another feed has that one."""
        taken = self._one(select(feed.c.id).where(feed.c.url == url))
        if taken is not None:
            return False
        self._run(update(feed).where(feed.c.id == key).values(url=url, moved_to=None, moved_seen=0))
        return True
