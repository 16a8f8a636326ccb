"""Lets editions out, by themselves at their hour or by somebody's word; stops them again."""

import logging

from mailer.checks.inspect import Inspect
from mailer.clock import Clock
from mailer.editions.indexing import index
from mailer.editions.model import Edition, EditionState
from mailer.errors import EditionStopped, MoveError, RenderError, StoreError
from mailer.logs import only_logged
from mailer.store.database import Store

log = logging.getLogger(__name__)


class Approve:
    """Moves editions along their table of moves."""

    def __init__(self, store: Store, clock: Clock, inspect: Inspect) -> None:
        self._store = store
        self._clock = clock
        self._inspect = inspect

    def due(self) -> list[Edition]:
        """Approve the drafts whose hour has come, of newsletters that need nobody's word.

        One that the checks stop is held, for a person to look at.
        """
        with self._store.read() as tx:
            drafts = tx.editions.drafts_due(self._clock.now())
        moved: list[Edition] = []
        for draft in drafts:
            with only_logged(log, "edition.not_approved", but=(StoreError,), edition=draft.id):
                moved += self._approve_or_hold(draft.id)
        return moved

    def _approve_or_hold(self, key: int) -> list[Edition]:
        """Return the edition when it is out now; what the checks stop is held."""
        try:
            try:
                return [self.approve(key)]
            except (EditionStopped, RenderError) as why:
                log.error("edition.stopped", extra={"edition": key, "why": str(why)})
                self._move(key, EditionState.HELD, _stopped(why))
        except MoveError:  # another scheduler, or a person, was quicker
            log.info("edition.moved_meanwhile", extra={"edition": key})
        return []

    def approve(self, key: int, *, despite: bool = False) -> Edition:
        """Let an edition out; raise NotFound or MoveError.

        Raise EditionStopped when the checks stop it, unless `despite` that somebody wants it out.
        """
        if not despite:
            stops = self._inspect.edition(key).stops
            if stops:
                raise EditionStopped(key, [f"{one.rule}: {one.message}" for one in stops])
        return self._move(key, EditionState.APPROVED)

    def hold(self, key: int) -> Edition:
        """Stop an edition until it is approved again; what has left has left."""
        return self._move(key, EditionState.HELD)

    def freeze(self, key: int) -> Edition:
        """Let readers of later hours get this edition too, and nothing newer; raise NotFound."""
        with self._store.write() as tx:
            tx.editions.by_id(key)
            tx.editions.serve(key, None)
            frozen = tx.editions.by_id(key)
        log.info("edition.frozen", extra={"edition": key})
        return frozen

    def hide(self, key: int, *, hidden: bool = True) -> Edition:
        """Take an edition out of the archive's lists and feeds, or put it back; raise NotFound."""
        with self._store.write() as tx:
            tx.editions.hide(tx.editions.by_id(key), hidden=hidden)
            found = tx.editions.by_id(key)
        log.info("edition.hidden" if hidden else "edition.shown", extra={"edition": key})
        return found

    def cancel(self, key: int, because: str = "") -> Edition:
        """Stop an edition for good; what has left has left, and its page says why."""
        return self._move(key, EditionState.CANCELLED, because or None)

    def _move(self, key: int, to: EditionState, because: str | None = None) -> Edition:
        with self._store.write() as tx:
            moved = tx.editions.move(key, to, self._clock.now(), because)
            index(tx, moved)
        log.info("edition.moved", extra={"edition": key, "state": to.value})
        return moved


def _stopped(why: EditionStopped | RenderError) -> str:
    """Say in a line why an edition did not go out at its hour."""
    if isinstance(why, EditionStopped):
        return f"the checks stop it: {'; '.join(why.reasons)}"
    return f"it cannot be rendered: {why}"
