"""Takes a reader's word on an edition: counted once, and kept without whose it is."""

import hmac
from typing import NamedTuple

from mailer.clock import Clock
from mailer.editions.model import Newsletter
from mailer.errors import TokenError
from mailer.store.answers import Bearer
from mailer.store.database import Store
from mailer.tokens import Keyring, Purpose


class Asked(NamedTuple):
    """What a reader is asked about."""

    newsletter: Newsletter
    subject: str
    language: str


class Feedback:
    """Behind the links of an edition's last question. Looking changes nothing."""

    def __init__(self, store: Store, clock: Clock, keyring: Keyring) -> None:
        self._store = store
        self._clock = clock
        self._keyring = keyring

    def look(self, text: str) -> Asked:
        """Return what a link asks about; raise TokenError when it is not ours, or its mail gone."""
        return self._asked(self._bearer(self._row(text)))

    def answer(self, text: str, *, good: bool) -> Asked:
        """Count an answer, in place of the one this reader gave before; raise TokenError."""
        row = self._row(text)
        bearer = self._bearer(row)
        mark = hmac.digest(self._keyring.pepper, b"answer %d" % row, "sha256").hex()
        with self._store.write() as tx:
            tx.answers.keep(bearer.edition_id, mark, good=good)
        return self._asked(bearer)

    def _row(self, text: str) -> int:
        return self._keyring.read(Purpose.ANSWER, text, self._clock.now()).subject

    def _bearer(self, row: int) -> Bearer:
        with self._store.read() as tx:
            found = tx.answers.bearer(row)
        if found is None:
            raise TokenError("the mail with this link is not known here any more")
        return found

    def _asked(self, bearer: Bearer) -> Asked:
        with self._store.read() as tx:
            newsletter = tx.newsletters.by_id(bearer.newsletter_id)
        return Asked(newsletter, bearer.subject, bearer.language)
