"""Consent: the words people agreed to, and the history of each tie. Only ever added to."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select

from mailer.store.aggregate import Aggregate
from mailer.store.tables import consent_event, consent_wording
from mailer.subscribers.model import Act, ConsentEvent, Origin, Way

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
    ) -> None:
        """Append one event."""
        self._run(
            insert(consent_event).values(
                subscription_id=subscription_id,
                at=at,
                act=act,
                way=origin.way,
                consent_wording_id=wording_id,
                page=None if origin.page is None else origin.page[:LONGEST],
                network=origin.network,
                user_agent=None if origin.user_agent is None else origin.user_agent[:LONGEST],
            )
        )

    def wording(self, newsletter_id: int, words: str, now: datetime) -> int:
        """Return the id of these very words, kept once and never changed."""
        digest = sha256(words.encode()).hexdigest()
        statement = self._insert(consent_wording).values(
            newsletter_id=newsletter_id, digest=digest, words=words, first_shown_at=now
        )
        self._run(statement.on_conflict_do_nothing(index_elements=["newsletter_id", "digest"]))
        return self._count(
            select(consent_wording.c.id).where(
                consent_wording.c.newsletter_id == newsletter_id,
                consent_wording.c.digest == digest,
            )
        )

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
            )
            for row in rows
        ]
