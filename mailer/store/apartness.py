"""Rows that were just planned, and what their readers get otherwise than the others."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, case, delete, literal_column, select, update
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from mailer.delivery.model import DeliveryState
from mailer.editions.apart import TEXT, Apart, apart
from mailer.editions.layout import is_new
from mailer.editions.model import URGENT_SLOT, Edition, Piece
from mailer.store.aggregate import Aggregate
from mailer.store.corrections import NEVER_SEEN, Corrections
from mailer.store.editions import Editions
from mailer.store.tables import delivery, edition, subscription


class Apartness(Aggregate):
    """Looks at a batch of planning, and changes the few rows that need a page of their own."""

    def mark(self, found: Edition, readers: Collection[int], now: datetime) -> int:
        """Give the rows their own page; return how many were taken back, having nothing to tell."""
        slots = self.urgent_slots(found.newsletter_id, found.opens)
        pending = Corrections(self._connection).pending(readers)
        choosers = self._choosers(found.newsletter_id, readers)
        if not slots and not pending and not choosers:
            return 0
        pieces = Editions(self._connection).pieces(found.id)
        self._overtake([one for one in pieces if one.is_told], slots, readers, now)
        had = self._had(slots, readers)
        rows = self._planned(found.id, {*had, *pending, *choosers}, now)
        empty: list[int] = []
        mails: dict[int, int] = {}
        by_key: dict[str, list[int]] = {}
        tells: dict[tuple[str, int], bool] = {}  # readers with one choice are many
        for row in rows:
            reader, since = row["subscription_id"], row["since"]
            chosen = apart(row["apart"])
            own = own_page(
                pieces, had.get(reader, ()), pending.get(reader, ()), since, chosen.sections
            )._replace(text=chosen.text)
            key = own.key
            if (key, since) not in tells:
                tells[key, since] = any(
                    piece.included and is_new(piece, since) for piece in own.of(pieces)
                )
            if not tells[key, since]:
                empty.append(row["id"])
                continue
            if key != row["apart"]:
                by_key.setdefault(key, []).append(row["id"])
            if own.corrections:
                mails[reader] = row["id"]
        self._write(by_key, empty)
        Corrections(self._connection).shown(mails)
        return len(empty)

    def _planned(
        self, edition_id: int, readers: Collection[int], now: datetime
    ) -> Sequence[RowMapping]:
        """Return the rows that these readers were given at this moment."""
        return self._all(
            select(
                delivery.c.id, delivery.c.subscription_id, delivery.c.since, delivery.c.apart
            ).where(
                delivery.c.edition_id == edition_id,
                delivery.c.subscription_id.in_(self._each(readers)),
                delivery.c.state == DeliveryState.DUE,
                delivery.c.planned_at == now,
            )
        )

    def of_one(self, found: Edition, subscription_id: int, since: int) -> Apart:
        """Return what one reader's page would have otherwise, planned or not."""
        pieces = Editions(self._connection).pieces(found.id)
        had = self.had_at_once(found.newsletter_id, [subscription_id], found.opens)
        pending = Corrections(self._connection).pending([subscription_id])
        key = self._connection.scalar(
            select(subscription.c.sections).where(subscription.c.id == subscription_id)
        )
        return own_page(
            pieces,
            had.get(subscription_id, ()),
            pending.get(subscription_id, ()),
            since,
            apart(key or "").sections,
        )

    def had_at_once(
        self, newsletter_id: int, readers: Collection[int], opens: int
    ) -> dict[int, set[int]]:
        """Return the articles after `opens` that readers got, or will get, ahead of a digest."""
        return self._had(self.urgent_slots(newsletter_id, opens), readers)

    def _choosers(self, newsletter_id: int, readers: Collection[int]) -> set[int]:
        """Return who of these readers chose headings; nearly always nobody did, and it is quick."""
        chose = subscription.c.sections != literal_column("''")  # as its index has it
        theirs = select(subscription.c.id).where(
            subscription.c.newsletter_id == newsletter_id, chose
        )
        if self._one(theirs.limit(1)) is None:
            return set()
        rows = self._all(theirs.where(subscription.c.id.in_(self._each(readers))))
        return {row["id"] for row in rows}

    def urgent_slots(self, newsletter_id: int, opens: int) -> list[str]:
        """Return the slots of what went, or goes, ahead of a digest that opens there."""
        rows = self._all(
            select(edition.c.slot).where(
                edition.c.newsletter_id == newsletter_id,
                edition.c.slot.like(f"{URGENT_SLOT}%"),
                edition.c.closes > opens,
            )
        )
        return [row["slot"] for row in rows]

    def _had(self, slots: Collection[str], readers: Collection[int]) -> dict[int, set[int]]:
        if not slots:
            return {}
        rows = self._all(
            select(delivery.c.subscription_id, delivery.c.slot).where(
                delivery.c.subscription_id.in_(self._each(readers)),
                delivery.c.slot.in_(slots),
                delivery.c.state.not_in(NEVER_SEEN),
            )
        )
        found: dict[int, set[int]] = {}
        for row in rows:
            key = int(row["slot"].removeprefix(URGENT_SLOT))
            found.setdefault(row["subscription_id"], set()).add(key)
        return found

    def _overtake(
        self,
        pieces: Sequence[Piece],
        slots: Collection[str],
        readers: Collection[int],
        now: datetime,
    ) -> None:
        """Let the digest tell what an urgent mail could not until now: once, and not never."""
        told = {f"{URGENT_SLOT}{piece.article_id}" for piece in pieces}.intersection(slots)
        if told:
            self._run(
                update(delivery)
                .where(
                    delivery.c.subscription_id.in_(self._each(readers)),
                    delivery.c.slot.in_(told),
                    delivery.c.state == DeliveryState.DUE,
                )
                .values(
                    state=DeliveryState.SKIPPED, settled_at=now, reply_text="the digest was quicker"
                )
            )

    def _write(self, by_key: Mapping[str, Sequence[int]], empty: Sequence[int]) -> None:
        for key, rows in by_key.items():
            if key:
                chosen = delivery.c.id.in_(self._each(rows))
                self._run(update(delivery).where(chosen).values(apart=key))
        if empty:
            self._run(delete(delivery).where(delivery.c.id.in_(self._each(empty))))


def chosen_key(of: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[str]:
    """Return the key of what a subscription chose once and for all: headings, the text alone."""
    text = case((of.sections == "", TEXT), else_=of.sections + f" {TEXT}")
    return case((of.text_only, text), else_=of.sections)


def own_page(
    pieces: Sequence[Piece],
    had: Collection[int],
    corrections: Sequence[int],
    since: int,
    sections: Sequence[str] = (),
) -> Apart:
    """Return what a reader's page has otherwise: every copy of a story they had is left out.

    `sections` are the headings that they chose.
    """
    stories = {
        piece.story
        for piece in pieces
        if piece.article_id in had and piece.story > since and piece.is_told
    }
    return Apart(tuple(sorted(stories)), tuple(corrections), tuple(sections))
