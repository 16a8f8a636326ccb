"""Tells the operator by mail what needs a person, and how editions went: once for each occasion.

Each is a row, so a restart forgets none, and of several programs that see the same thing one tells.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailer.address import Address
from mailer.clock import Clock
from mailer.config.settings import OperatorMail
from mailer.delivery.model import Memo, Notice
from mailer.editions.model import Edition, EditionState
from mailer.links import Links
from mailer.store.database import Store, Transaction
from mailer.subscribers.notices import owe_operator
from mailer.tokens import Keyring

RECENT = timedelta(days=3)  # what is older is no news, as to who has just said where to write
QUIET = timedelta(minutes=1)  # since an edition's last mail: more of them may be planned just now
NOTICE_OF = {
    OperatorMail.WAITING: Notice.EDITION_WAITS,
    OperatorMail.SENT: Notice.EDITION_SENT,
    OperatorMail.REFUSED: Notice.DELIVERY_PAUSED,
    OperatorMail.NOTHING: Notice.NOTHING_TO_SEND,
}

log = logging.getLogger(__name__)


class Inform:
    """From what the store knows to mails for the operator. Any number of these may run at once."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keyring: Keyring,
        links: Links,
        operator: Address | None,
        wanted: Collection[OperatorMail],
    ) -> None:
        """`operator` is who is told, None: nobody; `wanted` is of what."""
        self._store = store
        self._clock = clock
        self._keyring = keyring
        self._links = links
        self._operator = operator
        self._wanted = {NOTICE_OF[one] for one in wanted if one in NOTICE_OF}

    def due(self) -> int:
        """Owe the operator a mail for each thing that is new; return how many."""
        if self._operator is None or not self._wanted:
            return 0
        now = self._clock.now()
        with self._store.read() as tx:
            found = [one for one in self._found(tx, now) if one.notice in self._wanted]
            untold = tx.memos.untold(found, now - RECENT)
            memos = [memo for one in untold if (memo := self._told(tx, one, now)) is not None]
        if not memos:
            return 0
        with self._store.write() as tx:
            return sum(self._owe(tx, memo, self._operator, now) for memo in memos)

    def _found(self, tx: Transaction, now: datetime) -> Iterator[Memo]:
        since = now - RECENT
        for edition in tx.memos.waiting(now, since):
            yield _about(Notice.EDITION_WAITS, edition, edition.held_because or "")
        for edition in tx.memos.sent(since):
            yield _about(Notice.EDITION_SENT, edition)
        for edition in tx.memos.without_news(since):
            missed = edition.state is EditionState.MISSED
            yield _about(Notice.NOTHING_TO_SEND, edition, MISSED if missed else "")
        yield from tx.memos.pauses(since)

    def _told(self, tx: Transaction, memo: Memo, now: datetime) -> Memo | None:
        """Return a memo with its figures; None: its time has not come."""
        if not memo.edition_id:
            return memo
        edition = tx.editions.by_id(memo.edition_id)
        if memo.notice is Notice.EDITION_SENT:
            last = tx.memos.last_end(edition.id)
            if last is None or now - last < QUIET:
                return None
        memo = tx.memos.with_figures(memo, edition)
        slug = tx.newsletters.by_id(edition.newsletter_id).slug
        if memo.notice is Notice.NOTHING_TO_SEND:
            return replace(memo, url=self._links.archive(slug))
        memo = replace(memo, url=self._links.edition(slug, edition.number))
        for ended in tx.ledger_reports.audits(edition.id):
            memo = replace(
                memo,
                readers=ended.planned,
                sent=ended.sent,
                refused=ended.refused,
                given_up=ended.given_up,
                in_doubt=ended.in_doubt,
                skipped=ended.skipped,
            )
        return memo

    def _owe(self, tx: Transaction, memo: Memo, operator: Address, now: datetime) -> bool:
        key = tx.memos.add(memo, now)
        if key is None:
            return False
        newsletter = tx.newsletters.by_id(memo.newsletter_id)
        log.info("operator.told", extra={"of": memo.notice.value, "occasion": memo.occasion})
        pepper = self._keyring.pepper
        return owe_operator(tx, operator, pepper, newsletter, memo.notice, str(key), now)


MISSED = "the program did not run at its hour"


def _about(notice: Notice, edition: Edition, cause: str = "") -> Memo:
    """Return what is told of an edition once; of one that waits, once for each cause."""
    return Memo(
        notice,
        edition.newsletter_id,
        f"edition {edition.id}" + (f": {cause}" if cause else ""),
        edition.id,
        edition.subject,
        cause=cause,
    )
