"""Corrections: who got what was wrong, and who has been told."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, and_, func, insert, literal, or_, select, update

from mailer.delivery.model import DeliveryState
from mailer.editions.model import Correction, CorrectionKind, Edition
from mailer.rendering.model import Variant
from mailer.store.aggregate import Aggregate
from mailer.store.tables import correction, correction_owed, delivery, piece, told

ARRIVED = (DeliveryState.SENT, DeliveryState.IN_DOUBT)
# Of these the page is compiled, and nobody can take it back; whether they arrive is seen later.
UNDER_WAY = (DeliveryState.CLAIMED, DeliveryState.SENDING)
NEVER_SEEN = (DeliveryState.REFUSED, DeliveryState.GIVEN_UP, DeliveryState.SKIPPED)


def _correction(row: RowMapping) -> Correction:
    return Correction(
        row["id"],
        row["article_id"],
        CorrectionKind(row["kind"]),
        row["title"],
        row["note"],
        row["at"],
    )


class Corrections(Aggregate):
    """What was wrong in mails that have left."""

    def note_told(
        self, edition: Edition, variant: Variant, article_ids: Collection[int], now: datetime
    ) -> None:
        """Write down which articles a page tells; what its last making told ends now."""
        here = and_(
            told.c.edition_id == edition.id,
            told.c.since == variant.since,
            told.c.apart == variant.apart,
        )
        known = {row["article_id"] for row in self._all(select(told.c.article_id).where(here))}
        begins = now if known else edition.composed_at  # before anything of it can have left
        self._run(
            update(told)
            .where(here, told.c.article_id.not_in(article_ids), told.c.told_until.is_(None))
            .values(told_until=now)
        )
        rows = [
            {
                "edition_id": edition.id,
                "since": variant.since,
                "apart": variant.apart,
                "article_id": key,
                "told_from": begins,
            }
            for key in article_ids
            if key not in known
        ]
        if rows:
            once = self._insert(told).on_conflict_do_nothing(
                index_elements=["edition_id", "since", "apart", "article_id"]
            )
            self._run(once, rows)

    def owe(
        self, article_id: int, kind: CorrectionKind, title: str, note: str, now: datetime
    ) -> int:
        """Owe a correction to exactly those who got an article; return how many those are."""
        made = insert(correction).values(
            article_id=article_id, kind=kind, title=title, note=note, at=now
        )
        row = self._one(made.returning(correction.c.id))
        assert row is not None  # noqa: S101 - an INSERT returns what it inserted
        settled = and_(
            delivery.c.state.in_(ARRIVED),
            told.c.told_from <= delivery.c.settled_at,
            or_(told.c.told_until.is_(None), delivery.c.settled_at <= told.c.told_until),
        )
        under_way = and_(delivery.c.state.in_(UNDER_WAY), told.c.told_until.is_(None))
        readers = (
            select(
                literal(row["id"]).label("correction_id"),
                delivery.c.subscription_id,
                func.min(delivery.c.id).label("got_id"),
            )
            .join(
                told,
                and_(
                    told.c.edition_id == delivery.c.edition_id,
                    told.c.since == delivery.c.since,
                    told.c.apart == delivery.c.apart,
                ),
            )
            .where(told.c.article_id == article_id, or_(settled, under_way))
            .group_by(delivery.c.subscription_id)
        )
        columns = ["correction_id", "subscription_id", "got_id"]
        return self._inserted(
            self._insert(correction_owed).from_select(columns, readers), correction_owed
        )

    def any_owed(self) -> bool:
        """Whether a correction was ever owed to anybody."""
        return self._one(select(correction_owed.c.id).limit(1)) is not None

    def pending(self, subscriptions: Collection[int]) -> dict[int, list[int]]:
        """Return which corrections each of these subscriptions has not been told."""
        if not self.any_owed():  # as nearly always
            return {}
        got, shown = delivery.alias("got"), delivery.alias("shown")
        rows = self._all(
            select(correction_owed.c.subscription_id, correction_owed.c.correction_id)
            .join(got, got.c.id == correction_owed.c.got_id)
            .outerjoin(shown, shown.c.id == correction_owed.c.shown_id)
            .where(
                correction_owed.c.subscription_id.in_(self._each(subscriptions)),
                got.c.state.in_(ARRIVED),
                or_(shown.c.id.is_(None), shown.c.state.in_(NEVER_SEEN)),
            )
            .order_by(correction_owed.c.correction_id)
        )
        found: dict[int, list[int]] = {}
        for row in rows:
            found.setdefault(row["subscription_id"], []).append(row["correction_id"])
        return found

    def shown(self, mails: Mapping[int, int]) -> None:
        """Note that these mails, by subscription, tell what was pending."""
        for subscription_id, delivery_id in mails.items():
            shown = select(delivery.c.id).where(
                delivery.c.id == correction_owed.c.shown_id, delivery.c.state.not_in(NEVER_SEEN)
            )
            self._run(
                update(correction_owed)
                .where(correction_owed.c.subscription_id == subscription_id, ~shown.exists())
                .values(shown_id=delivery_id)
            )

    def by_ids(self, keys: Sequence[int]) -> list[Correction]:
        """Return those that there are, the oldest first."""
        rows = self._all(
            select(correction).where(correction.c.id.in_(keys)).order_by(correction.c.id)
        )
        return [_correction(row) for row in rows]

    def since(self, found: Edition) -> list[Correction]:
        """Return what became known of an edition's stories once it was in public, in order.

        Whether anybody got it by mail or not: it is read on its page, too.
        """
        rows = self._all(
            select(correction)
            .join(piece, piece.c.article_id == correction.c.article_id)
            .where(
                piece.c.edition_id == found.id,
                piece.c.included.is_(True),
                correction.c.at >= (found.approved_at or found.composed_at),
            )
            .order_by(correction.c.id)
        )
        return [_correction(row) for row in rows]

    def of_article(self, article_id: int) -> list[tuple[Correction, int, int]]:
        """Return an article's corrections, each with how many are owed it and have it planned."""
        rows = self._all(
            select(
                correction,
                func.count(correction_owed.c.id).label("owed"),
                func.count(correction_owed.c.shown_id).label("shown"),
            )
            .outerjoin(correction_owed, correction_owed.c.correction_id == correction.c.id)
            .where(correction.c.article_id == article_id)
            .group_by(correction.c.id)
            .order_by(correction.c.id)
        )
        return [(_correction(row), row["owed"], row["shown"]) for row in rows]
