"""When a feed is looked at next, and what a look leaves on it."""

from dataclasses import replace
from datetime import datetime, timedelta

from mailer.feeds.model import Feed, FeedState, Fetched, ParsedFeed

SHORTEST = timedelta(seconds=1)  # whatever the settings say: a round of looks must end
LONGEST = timedelta(days=1)  # however fresh, broken or slow a feed is
SLOWEST = 4  # intervals: what comes an hour late still comes with the digest of the day
SIGHTINGS = 3  # of a permanent redirect, in a row
LONGEST_PLEA = timedelta(days=7)  # a server that asks for more silence is mistaken


def adapted(interval: timedelta, last_news: datetime | None, now: datetime) -> timedelta:
    """Return how often a feed is looked at: a quiet one less, up to four times the interval.

    A tenth of the time since its last news; with the first news it is the interval again.
    """
    quiet = timedelta() if last_news is None else (now - last_news) / 10
    return max(interval, min(quiet, interval * SLOWEST))


def after_answer(interval: timedelta, max_age: int | None, now: datetime) -> datetime:
    """Return the next look at a feed that answered; what stays fresh is left alone so long."""
    fresh = timedelta(seconds=max_age or 0)
    return now + max(interval, min(fresh, LONGEST), SHORTEST)


def after_failure(
    interval: timedelta, failures: int, retry_after: int | None, now: datetime
) -> datetime:
    """Return the next look at a feed that failed this often in a row: doubling, up to a day."""
    doublings = min(max(failures - 1, 0), 20)
    wait = max(interval, min(interval * (1 << doublings), LONGEST), SHORTEST)
    plea = min(timedelta(seconds=retry_after or 0), LONGEST_PLEA)
    return now + max(wait, plea)


def told(
    feed: Feed, answer: Fetched, said: ParsedFeed, new: int, interval: timedelta, now: datetime
) -> Feed:
    """Return the feed after a look that brought a document with so many new articles."""
    changed = now if new else feed.last_changed_at
    return replace(
        unchanged(replace(feed, last_changed_at=changed), answer, interval, now),
        title=feed.title or said.title,
        site_url=said.site_url or feed.site_url,
        etag=answer.etag,
        last_modified=answer.last_modified,
    )


def unchanged(feed: Feed, answer: Fetched, interval: timedelta, now: datetime) -> Feed:
    """Return the feed after the server said that nothing had changed."""
    return replace(
        feed,
        state=FeedState.ACTIVE,
        next_look_at=after_answer(
            adapted(interval, feed.last_changed_at, now), answer.max_age, now
        ),
        last_looked_at=now,
        failures=0,
        trouble=None,
        moved_to=answer.moved_to,
        moved_seen=feed.moved_seen + 1 if _again(feed, answer) else int(bool(answer.moved_to)),
    )


def has_moved(feed: Feed) -> bool:
    """Whether its new address is to be believed: a server may send on for good by mistake."""
    return feed.moved_to is not None and feed.moved_seen >= SIGHTINGS


def _again(feed: Feed, answer: Fetched) -> bool:
    return answer.moved_to is not None and answer.moved_to == feed.moved_to


def failed(
    feed: Feed, trouble: str, interval: timedelta, now: datetime, retry_after: int | None = None
) -> Feed:
    """Return the feed after a look that brought nothing.

    The validators stay those of the last good document: what was broken is asked for again.
    """
    failures = feed.failures + 1
    return replace(
        feed,
        next_look_at=after_failure(interval, failures, retry_after, now),
        last_looked_at=now,
        failures=failures,
        trouble=trouble,
    )


def gone(feed: Feed, now: datetime) -> Feed:
    """Return the feed after a 410 (RFC 9110 section 15.5.11): nobody asks again by themselves."""
    return replace(
        feed,
        state=FeedState.GONE,
        last_looked_at=now,
        failures=feed.failures + 1,
        trouble="the server says that this feed is gone for good (410)",
    )


def refusal(status: int) -> str:
    """Say for a person what a status that is neither 200, 304 nor 410 means."""
    meaning = {
        401: "it wants a login",
        402: "it wants to be paid",
        403: "it does not let us in",
        404: "there is nothing at this address",
        429: "we asked too often",
        503: "it is out of service for now",
    }
    general = "the server failed" if status >= 500 else "no feed was given"
    return f"the server answered {status}: {meaning.get(status, general)}"
