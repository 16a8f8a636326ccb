"""Consent: the words people agreed to, and the history of each tie. Only ever added to."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import bindparam, select

from mailer.store.aggregate import Aggregate
from mailer.store.many_rows import inserts
from mailer.store.tables import consent_event, consent_wording
from mailer.subscribers.model import Act, ConsentEvent, Origin, Reason, Way

LONGEST = 500  # characters kept of what a browser says of itself


class Consent(Aggregate):
    """Who agreed to what, when, and through which door."""

    def record(
        self,
        subscription_id: int,
        act: Act,
        origin: Origin,
        at: datetime,
        *,
        wording_id: int | None = None,
        reason: Reason | None = None,
    ) -> None:
        """Append one event."""
        self.record_all([(subscription_id, origin, wording_id)], act, at, reason)

    def record_all(
        self,
        events: Sequence[tuple[int, Origin, int | None]],
        act: Act,
        at: datetime,
        reason: Reason | None = None,
    ) -> None:
        """Append one event for each: a subscription's id, where from, the id of the words."""
        rows = [
            {
                "subscription_id": subscription_id,
                "way": origin.way,
                "consent_wording_id": wording_id,
                "page": None if origin.page is None else origin.page[:LONGEST],
                "network": origin.network,
                "user_agent": None if origin.user_agent is None else origin.user_agent[:LONGEST],
            }
            for subscription_id, origin, wording_id in events
        ]
        self._put(_ADD[self._dialect.name], rows, at=at, act=act, reason=reason)

    def wording(self, newsletter_id: int, words: str, now: datetime) -> int:
        """Return the id of these very words, kept once and never changed."""
        digest = sha256(words.encode()).hexdigest()
        these = {"newsletter": newsletter_id, "words": digest}
        known = self._connection.execute(_WORDING, these).first()
        if known is not None:
            return int(known[0])
        statement = self._insert(consent_wording).values(
            newsletter_id=newsletter_id, digest=digest, words=words, first_shown_at=now
        )
        self._run(statement.on_conflict_do_nothing(index_elements=["newsletter_id", "digest"]))
        return int(self._connection.execute(_WORDING, these).scalar_one())

    def page_of_signup(self, subscription_id: int) -> str | None:
        """Return the page of the form by which somebody last signed up, when it is known."""
        return self._connection.execute(
            select(consent_event.c.page)
            .where(
                consent_event.c.subscription_id == subscription_id,
                consent_event.c.act == Act.REQUESTED,
            )
            .order_by(consent_event.c.id.desc())
            .limit(1)
        ).scalar()

    def history(self, subscription_id: int) -> list[ConsentEvent]:
        """Return every event of one tie, oldest first."""
        rows = self._all(
            select(consent_event, consent_wording.c.words)
            .outerjoin(consent_wording)
            .where(consent_event.c.subscription_id == subscription_id)
            .order_by(consent_event.c.id)
        )
        return [
            ConsentEvent(
                row["at"],
                Act(row["act"]),
                Origin(Way(row["way"]), row["page"], row["network"], row["user_agent"]),
                row["words"],
                None if row["reason"] is None else Reason(row["reason"]),
            )
            for row in rows
        ]


# Statements are built once: building one costs more than running it.
_ADD = inserts(
    consent_event,
    ("subscription_id", "way", "consent_wording_id", "page", "network", "user_agent"),
    same=("at", "act", "reason"),
)
_WORDING = select(consent_wording.c.id).where(
    consent_wording.c.newsletter_id == bindparam("newsletter"),
    consent_wording.c.digest == bindparam("words"),
)
