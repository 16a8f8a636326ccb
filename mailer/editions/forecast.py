"""What a reader's next mail would be, if nothing more arrived: looked up, and kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailer.clock import Clock
from mailer.editions.apart import Apart
from mailer.editions.calendar import next_due
from mailer.editions.drafting import Order, draft
from mailer.editions.explain import OUT, Verdict, explain, kept_apart
from mailer.editions.model import (
    Due,
    Edition,
    EditionState,
    Newsletter,
    Piece,
    Reason,
    Rhythm,
)
from mailer.feeds.model import Article
from mailer.store.apartness import own_page
from mailer.store.database import Store, Transaction
from mailer.subscribers.model import State, Subscription

NOT_MAILED = {
    State.PENDING: "waits for their confirmation",
    State.PAUSED: "is paused",
    State.LEFT: "has left",
}


@dataclass(frozen=True, slots=True)
class NextMail:
    """One subscription's next mail, as far as it can be known."""

    newsletter: Newsletter
    slot: str | None  # None: there is none
    due_at: datetime | None
    edition: Edition | None  # None: it is not composed yet
    subject: str
    nothing_because: str | None  # for a person; None when a mail will come
    verdicts: tuple[Verdict, ...]
    articles: dict[int, Article]
    corrections: int  # lines that only this reader, and who got the same, will see
    zone: str = "UTC"  # the reader's


class Forecast:
    """Looks at the store, and changes nothing."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def next_mails(self, subscriber_id: int, article: int | None = None) -> list[NextMail]:
        """Return what comes next of each of a person's subscriptions, with the reasons.

        With `article` only that one's: also why it is in none of the next mails.
        """
        with self._store.read() as tx:
            ties = tx.subscriptions.of_subscriber(subscriber_id)
            found = [self._next(tx, tie) for tie in ties]
            if article is None:
                return found
            return [_only(tx, mail, tie, article) for mail, tie in zip(found, ties, strict=True)]

    def _next(self, tx: Transaction, tie: Subscription) -> NextMail:
        newsletter = tx.newsletters.by_id(tie.newsletter_id)
        now = self._clock.now()
        due = _turn(tie, now)
        if due is None:
            return NextMail(newsletter, None, None, None, "", NOT_MAILED.get(tie.state), (), {}, 0)
        rhythm = tie.schedule.rhythm
        edition = tx.editions.by_slot(newsletter.id, rhythm, due.slot)
        if edition is not None and edition.until is not None and edition.until <= due.at:
            edition = None  # their hour has a wave of its own
        if edition is None:
            order = Order(newsletter, rhythm, due.slot, tie.watermark, due.at)
            would_be, pieces = draft(tx, order, now)
        else:
            would_be, pieces = edition, tx.editions.pieces(edition.id)
        since = max(would_be.opens, tie.watermark)
        apart = _apart(tx, would_be, tie, pieces, since)
        verdicts = _verdicts(tx, newsletter, pieces, since, apart)
        known = tx.articles.by_ids([one.article_id for one in verdicts])
        return NextMail(
            newsletter=newsletter,
            slot=due.slot,
            due_at=due.at,
            edition=edition,
            subject=would_be.subject,
            nothing_because=_nothing(tx, tie, would_be, newsletter, verdicts),
            verdicts=tuple(verdicts),
            articles={one.id: one for one in known},
            corrections=len(apart.corrections),
            zone=tie.schedule.zone,
        )


def _turn(tie: Subscription, now: datetime) -> Due | None:
    """Return when a reader is next owed something; None: never, as things are."""
    if tie.next_due_at is not None and tie.next_slot is not None:
        return Due(tie.next_due_at, tie.next_slot)
    reads_at_once = tie.state is State.ACTIVE and tie.schedule.rhythm is Rhythm.AT_ONCE
    return next_due(tie.schedule, now) if reads_at_once else None


def _apart(
    tx: Transaction, edition: Edition, tie: Subscription, pieces: Sequence[Piece], since: int
) -> Apart:
    """Return what this reader's page would have otherwise than the others'."""
    had = tx.apartness.had_at_once(edition.newsletter_id, [tie.id], edition.opens)
    pending = tx.corrections.pending([tie.id])
    return own_page(pieces, had.get(tie.id, ()), pending.get(tie.id, ()), since, tie.sections)


def _verdicts(
    tx: Transaction, newsletter: Newsletter, pieces: Sequence[Piece], since: int, apart: Apart
) -> list[Verdict]:
    """Return what becomes of each article: what the reader had at once is out, with that reason."""
    headings = tx.sections.headings(newsletter.id)
    told = explain(apart.of(pieces), since, newsletter.max_stories, headings)
    return [*told, *kept_apart(apart, pieces)]


def _nothing(
    tx: Transaction,
    tie: Subscription,
    edition: Edition,
    newsletter: Newsletter,
    verdicts: Sequence[Verdict],
) -> str | None:
    """Return why no mail would come; None when one would."""
    shown = sum(verdict.shown for verdict in verdicts)
    fit = [one for one in verdicts if one.place != OUT]
    if tx.suppressions.covers(tie.subscriber_id):
        return "the address is suppressed"
    if edition.state in {EditionState.CANCELLED, EditionState.MISSED, EditionState.HELD}:
        return f"edition {edition.id} is {edition.state}"
    if not shown:
        return "nothing is new"
    if edition.state is EditionState.EMPTY and len(fit) < newsletter.min_stories:
        few = f"{len(fit)} stories are fewer than the {newsletter.min_stories}"
        return f"{few} that a mail of {newsletter.slug} has at least; they wait"
    return None


def _only(tx: Transaction, mail: NextMail, tie: Subscription, article: int) -> NextMail:
    """Return the mail with what it does with one article, whether or not it looked at it."""
    looked_at = [verdict for verdict in mail.verdicts if verdict.article_id == article]
    found = tx.articles.by_ids([article])
    if looked_at or not found or mail.slot is None:
        return replace(mail, verdicts=tuple(looked_at))
    (one,) = found
    feeds = {source.feed_id for source in tx.newsletters.sources(mail.newsletter.id)}
    if one.feed_id not in feeds:
        why = Reason("feed", 0.0, f"{mail.newsletter.slug} does not draw from its feed")
    elif one.arrival <= tie.watermark:
        why = Reason("seen", 0.0, "came before this reader's last mail, or before they signed up")
    else:
        why = Reason("late", 0.0, "arrived after the edition was made: it is in the one after")
    verdict = Verdict(article, OUT, 0.0, (why,))
    return replace(mail, verdicts=(verdict,), articles={article: one})
