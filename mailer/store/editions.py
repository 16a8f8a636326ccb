"""Editions and their pieces; and which readers are owed one."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, exists, func, insert, or_, select, update

from mailer.delivery.model import DeliveryState
from mailer.editions.model import (
    EDITION_MOVES,
    URGENT_SLOT,
    Approval,
    DueGroup,
    Edition,
    EditionState,
    Piece,
    Reason,
    Rhythm,
)
from mailer.editions.waves import TELLING, together
from mailer.errors import MoveError, NotFound
from mailer.feeds.model import ArticleState
from mailer.store.aggregate import Aggregate
from mailer.store.appointments import Appointments, has, is_owed
from mailer.store.tables import article, delivery, edition, newsletter, piece, subscription
from mailer.store.turns import reads_at_once
from mailer.subscribers.model import State

GOES_OUT = (EditionState.DRAFT, EditionState.APPROVED, EditionState.HELD, EditionState.CANCELLED)


def as_edition(row: RowMapping) -> Edition:
    """Return the edition of a row, which may hold more than that."""
    return Edition(
        **{
            **{column.name: row[column.name] for column in edition.c},
            "rhythm": Rhythm(row["rhythm"]),
            "state": EditionState(row["state"]),
        }
    )


class Editions(Aggregate):
    """What each newsletter brought, slot by slot."""

    def due_groups(self, newsletter_id: int, now: datetime) -> list[DueGroup]:
        """Return the slots that are owed by `now` to readers for whom no edition is made yet."""
        made = select(edition.c.id).where(
            edition.c.newsletter_id == newsletter_id,
            edition.c.rhythm == subscription.c.rhythm,
            edition.c.slot == subscription.c.next_slot,
            or_(edition.c.until.is_(None), subscription.c.next_due_at < edition.c.until),
            or_(edition.c.state.not_in(TELLING), subscription.c.watermark >= edition.c.opens),
        )
        groups = [
            DueGroup(rhythm=hour.schedule.rhythm, **row)
            for hour in Appointments(self._connection).came(now, newsletter_id)
            for row in self._all(
                select(
                    subscription.c.next_slot.label("slot"),
                    func.max(subscription.c.next_due_at).label("due_at"),
                    func.min(subscription.c.watermark).label("oldest_watermark"),
                    func.max(subscription.c.watermark).label("newest_watermark"),
                    func.count().label("readers"),
                )
                .where(*has(hour), subscription.c.next_due_at <= now, ~made.exists())
                .group_by(subscription.c.next_slot)
            )
        ]
        return together(groups)

    def oldest_watermark(self, newsletter_id: int, rhythm: Rhythm) -> int | None:
        """Return where the reader who has seen least stands; None when there is no reader."""
        found = self._one(
            select(func.min(subscription.c.watermark).label("oldest")).where(
                subscription.c.newsletter_id == newsletter_id,
                subscription.c.rhythm == rhythm,
                subscription.c.state == State.ACTIVE,
            )
        )
        return None if found is None else found["oldest"]

    def who_read_at_once(self) -> list[tuple[int, int]]:
        """Return the newsletters that somebody reads at once, and where who has seen least is."""
        least = (
            select(func.min(subscription.c.seen_at_once))
            .where(subscription.c.newsletter_id == newsletter.c.id, reads_at_once())
            .scalar_subquery()
        )
        rows = self._all(select(newsletter.c.id, least.label("least")).order_by(newsletter.c.id))
        return [(row["id"], row["least"]) for row in rows if row["least"] is not None]

    def newest_at_once(self, newsletter_id: int) -> Edition | None:
        """Return what those who read at once were brought last, or are about to be."""
        row = self._one(
            select(edition)
            .where(
                edition.c.newsletter_id == newsletter_id,
                edition.c.rhythm == Rhythm.AT_ONCE,
                edition.c.slot < URGENT_SLOT,  # a minute, and so a digit first
            )
            .order_by(edition.c.slot.desc())
            .limit(1)
        )
        return None if row is None else as_edition(row)

    def add(self, made: Edition, pieces: Sequence[Piece]) -> Edition | None:
        """Keep a new edition (its id and number are given here) with its pieces.

        None: another program was quicker with this slot.
        """
        number = 0
        if made.state in GOES_OUT:
            # Whoever numbers another edition of it now waits: two would have one address.
            mine = select(newsletter.c.id).where(newsletter.c.id == made.newsletter_id)
            self._run(mine.with_for_update(key_share=True))
            newest = select(func.coalesce(func.max(edition.c.number), 0)).where(
                edition.c.newsletter_id == made.newsletter_id
            )
            earlier = select(func.max(edition.c.number)).where(_same_slot(made))
            number = self._connection.scalar(earlier) or self._count(newest) + 1
        statement = self._insert(edition).values(
            newsletter_id=made.newsletter_id,
            rhythm=made.rhythm,
            slot=made.slot,
            number=number,
            state=made.state,
            key=made.key,
            subject=made.subject,
            preheader=made.preheader,
            opens=made.opens,
            closes=made.closes,
            due_at=made.due_at,
            at_once=made.at_once,
            composed_at=made.composed_at,
            approved_at=made.approved_at,
            wave=made.wave,
            until=made.until,
        )
        once = statement.on_conflict_do_nothing(
            index_elements=["newsletter_id", "rhythm", "slot", "wave"]
        )
        if not self._inserted(once, edition):
            return None
        kept = self.by_slot(made.newsletter_id, made.rhythm, made.slot)  # its newest wave is this
        if kept is not None and pieces:
            self._run(insert(piece), [_piece_columns(kept.id, one) for one in pieces])
        return kept

    def by_id(self, key: int) -> Edition:
        """Return the edition, or raise NotFound."""
        row = self._one(select(edition).where(edition.c.id == key))
        if row is None:
            raise NotFound("edition", key, help="`mailer editions list` names them all")
        return as_edition(row)

    def by_slot(self, newsletter_id: int, rhythm: Rhythm, slot: str) -> Edition | None:
        """Return what a slot has already, its newest wave, or None."""
        row = self._one(
            select(edition)
            .where(
                edition.c.newsletter_id == newsletter_id,
                edition.c.rhythm == rhythm,
                edition.c.slot == slot,
            )
            .order_by(edition.c.wave.desc())
            .limit(1)
        )
        return None if row is None else as_edition(row)

    def newest(self, newsletter_id: int | None = None, limit: int = 100) -> list[Edition]:
        """Return editions, newest first, the empty and the missed ones too."""
        query = select(edition).order_by(edition.c.id.desc()).limit(limit)
        if newsletter_id is not None:
            query = query.where(edition.c.newsletter_id == newsletter_id)
        return [as_edition(row) for row in self._all(query)]

    def neighbours(self, found: Edition) -> tuple[Edition | None, Edition | None]:
        """Return the edition before and the one after that went out."""
        out = select(edition).where(
            edition.c.newsletter_id == found.newsletter_id,
            edition.c.state == EditionState.APPROVED,
            is_listed(),
        )
        before = self._one(
            out.where(edition.c.number < found.number)
            .order_by(edition.c.number.desc(), edition.c.wave.desc())
            .limit(1)
        )
        after = self._one(
            out.where(edition.c.number > found.number)
            .order_by(edition.c.number, edition.c.wave.desc())
            .limit(1)
        )
        return (
            None if before is None else as_edition(before),
            None if after is None else as_edition(after),
        )

    def pieces(self, key: int) -> list[Piece]:
        """Return the candidates of an edition, those that are in first, best first."""
        rows = self._all(
            select(piece, article.c.arrival, article.c.state, article.c.gone_because)
            .join(article, article.c.id == piece.c.article_id)
            .where(piece.c.edition_id == key)
            .order_by(piece.c.included.desc(), piece.c.score.desc(), article.c.arrival.desc())
        )
        return [_piece(row) for row in rows]

    def telling_of(self, article_ids: Sequence[int], *, past: bool) -> list[Edition]:
        """Return the editions that tell of articles and are not out yet, or with `past` all."""
        waiting = select(delivery.c.id).where(
            delivery.c.edition_id == edition.c.id, delivery.c.state == DeliveryState.DUE
        )
        begun = select(delivery.c.id).where(delivery.c.edition_id == edition.c.id)
        query = (
            select(edition)
            .distinct()
            .join(piece, piece.c.edition_id == edition.c.id)
            .where(piece.c.article_id.in_(article_ids), edition.c.state.in_(GOES_OUT))
            .order_by(edition.c.id)
        )
        if not past:
            query = query.where(or_(waiting.exists(), ~begun.exists()))
        return [as_edition(row) for row in self._all(query)]

    def serve(self, key: int, until: datetime | None) -> None:
        """Give an edition to readers of later hours too; None: to all of its slot."""
        self._run(update(edition).where(edition.c.id == key).values(until=until))

    def say(self, key: int, subject: str, preheader: str) -> None:
        """Give an edition other lines."""
        self._run(
            update(edition).where(edition.c.id == key).values(subject=subject, preheader=preheader)
        )

    def newest_out(self, newsletter_id: int, rhythm: Rhythm) -> int:
        """Return up to which arrival the newest approved edition goes; 0 before the first.

        What went to those who read at once is news to who reads in another rhythm.
        """
        newest = select(func.coalesce(func.max(edition.c.closes), 0)).where(
            edition.c.newsletter_id == newsletter_id,
            edition.c.state == EditionState.APPROVED,
            edition.c.slot.not_like(f"{URGENT_SLOT}%"),  # it is only a part of what there was
        )
        if rhythm is not Rhythm.AT_ONCE:
            newest = newest.where(edition.c.rhythm != Rhythm.AT_ONCE)
        return self._count(newest)

    def drafts_due(self, now: datetime) -> list[Edition]:
        """Return the drafts whose hour has come and that need nobody's word."""
        rows = self._all(
            select(edition)
            .where(
                edition.c.state == EditionState.DRAFT,
                edition.c.due_at <= now,
                or_(edition.c.at_once.is_(False), edition.c.rhythm == Rhythm.AT_ONCE),
                or_(edition.c.checking_until.is_(None), edition.c.checking_until <= now),
                goes_by_itself(),
            )
            .order_by(edition.c.id)
        )
        return [as_edition(row) for row in rows]

    def claim_unchecked(self, now: datetime, fresh: datetime, until: datetime) -> list[Edition]:
        """Take the editions that go out next and were not looked at since `fresh`.

        Nobody approves, plans or takes them before `until`, or until they are `checked`.
        """
        waiting = is_owed(Appointments(self._connection).owed(now), in_wave=True)
        begun = exists(select(delivery.c.id).where(delivery.c.edition_id == edition.c.id))
        draft = and_(
            edition.c.state == EditionState.DRAFT, goes_by_itself(), edition.c.due_at <= now
        )
        out = and_(
            edition.c.state == EditionState.APPROVED,
            or_(waiting, and_(edition.c.approved_at >= fresh, ~begun)),
        )
        rows = self._all(
            update(edition)
            .where(
                or_(draft, out),
                or_(edition.c.checking_until.is_(None), edition.c.checking_until <= now),
                or_(edition.c.checked_at.is_(None), edition.c.checked_at < fresh),
            )
            .values(checking_until=until)
            .returning(edition)
        )
        return [as_edition(row) for row in rows]

    def checked(self, keys: Sequence[int], now: datetime) -> None:
        """Let editions go on whose articles were looked at."""
        chosen = update(edition).where(edition.c.id.in_(keys))
        self._run(chosen.values(checking_until=None, checked_at=now))

    def claim_unillustrated(
        self, now: datetime, until: datetime, only: int | None = None
    ) -> list[Edition]:
        """Take the editions whose stories' pictures were not asked for yet, as `claim_unchecked`.

        With `only` this one alone, asked for before or not.
        """
        chosen = edition.c.illustrated_at.is_(None) if only is None else edition.c.id == only
        rows = self._all(
            update(edition)
            .where(
                edition.c.state.in_((EditionState.DRAFT, EditionState.APPROVED)),
                or_(edition.c.checking_until.is_(None), edition.c.checking_until <= now),
                chosen,
            )
            # Noted before it is done: who dies of a picture does so once, and the edition goes on.
            .values(checking_until=until, illustrated_at=now)
            .returning(edition)
        )
        return [as_edition(row) for row in rows]

    def go_on(self, keys: Sequence[int]) -> None:
        """Let editions go on whose pictures are there, or will not come."""
        self._run(update(edition).where(edition.c.id.in_(keys)).values(checking_until=None))

    def hide(self, found: Edition, *, hidden: bool) -> None:
        """Take an edition out of the archive's lists, with all of its waves, or put it back."""
        self._run(
            update(edition)
            .where(edition.c.newsletter_id == found.newsletter_id, edition.c.number == found.number)
            .values(hidden=hidden)
        )

    def move(
        self, key: int, to: EditionState, now: datetime, because: str | None = None
    ) -> Edition:
        """Put an edition into another state; raise MoveError when the table of moves has none.

        `because` is said of one that is cancelled, or that no person held.
        """
        found = self.by_id(key)
        values: dict[str, object] = {
            "state": to,
            "cancelled_because": because if to is EditionState.CANCELLED else None,
            "held_because": because if to is EditionState.HELD else None,
        }
        if to is EditionState.APPROVED:
            values["approved_at"] = now
        if to not in EDITION_MOVES[found.state]:
            raise MoveError(f"edition {key}", found.state, to)
        moved = self._run(
            update(edition)
            .where(edition.c.id == key, edition.c.state == found.state)
            .values(**values)
        )
        if moved.rowcount != 1:  # somebody else moved it between the two statements
            raise MoveError(f"edition {key}", self.by_id(key).state, to)
        return self.by_id(key)


def is_listed() -> ColumnElement[bool]:
    """Whether the archive names an edition: none that is hidden, in whichever of its waves.

    Nor what is one of many a day beside its newsletter's digests.
    """
    wave = edition.alias("wave")
    hidden = exists(
        select(wave.c.id).where(
            wave.c.newsletter_id == edition.c.newsletter_id,
            wave.c.number == edition.c.number,
            wave.c.hidden.is_(True),
        )
    )
    own = exists(
        select(newsletter.c.id).where(
            newsletter.c.id == edition.c.newsletter_id, newsletter.c.rhythm == Rhythm.AT_ONCE
        )
    )
    return and_(~hidden, or_(edition.c.rhythm != Rhythm.AT_ONCE, own))


def goes_by_itself() -> ColumnElement[bool]:
    """Whether a draft waits for nobody's word: its newsletter's do not, or it had that word.

    Who marks an article as urgent has said it of the edition that tells it alone.
    """
    automatic = select(newsletter.c.id).where(
        newsletter.c.id == edition.c.newsletter_id, newsletter.c.approval == Approval.AUTOMATIC
    )
    marked = select(article.c.id).where(
        article.c.arrival == edition.c.closes, article.c.urgent_at.is_not(None)
    )
    return or_(automatic.exists(), and_(edition.c.slot.like(f"{URGENT_SLOT}%"), marked.exists()))


def _same_slot(made: Edition) -> ColumnElement[bool]:
    return and_(
        edition.c.newsletter_id == made.newsletter_id,
        edition.c.rhythm == made.rhythm,
        edition.c.slot == made.slot,
        edition.c.number > 0,
    )


SINCE_THEN = {
    ArticleState.WITHDRAWN: "was withdrawn after the edition was made",
    ArticleState.HELD: "was held after the edition was made",
    ArticleState.GONE: "was looked at again before sending",
}


def _piece(row: RowMapping) -> Piece:
    reasons = tuple(Reason(*told) for told in json.loads(row["reasons"]))
    state = ArticleState(row["state"])
    out = row["included"] and state in SINCE_THEN
    if out:
        why = f", and {row['gone_because']}" if row["gone_because"] else ""
        reasons = (Reason(state.value, 0.0, f"{SINCE_THEN[state]}{why}"), *reasons)
    return Piece(
        article_id=row["article_id"],
        arrival=row["arrival"],
        story=row["story"],
        section=row["section"],
        score=row["score"],
        included=row["included"] and not out,
        reasons=reasons,
    )


def _piece_columns(edition_id: int, value: Piece) -> dict[str, object]:
    return {
        "edition_id": edition_id,
        "article_id": value.article_id,
        "story": value.story,
        "section": value.section,
        "score": value.score,
        "included": value.included,
        "reasons": json.dumps(
            [(reason.rule, reason.points, reason.note) for reason in value.reasons],
            ensure_ascii=False,
        ),
    }
