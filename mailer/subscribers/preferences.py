"""What a reader chooses: how often, on which days, at which hour, in which language; and pauses."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mailer.clock import Clock
from mailer.delivery.model import Notice
from mailer.editions.calendar import local_date, local_midnight, zone_named
from mailer.editions.model import Newsletter, Rhythm, Schedule
from mailer.errors import MoveError, StoreError, UsageError
from mailer.logs import only_logged
from mailer.store.database import Store, Transaction
from mailer.subscribers.model import State, Subscription
from mailer.subscribers.notices import owe_notice

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(days=366)
REST = timedelta(weeks=4)  # what a link to leave offers
A_DAY_HAS = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a reader wants otherwise; None: as it is."""

    rhythm: Rhythm | None = None
    days: Sequence[int] | None = None  # for WEEKLY: 0 Monday to 6 Sunday, at least one
    minute_of_day: int | None = None  # 0 to 1439, in their zone
    zone: str | None = None  # IANA name
    language: str | None = None  # BCP 47; "": the newsletter's
    urgent: bool | None = None  # urgent articles at once
    sections: Sequence[str] | None = None  # the newsletter's headings; none of them: everything
    text_only: bool | None = None  # mails without their HTML part


class Preferences:
    """Changes subscriptions so that no article is lost or told twice, and no date has two digests.

    All of it may be asked again and again. A subscription is named by its id; the door that calls
    has made sure who asks. Raises NotFound, UsageError for what cannot be meant, and MoveError
    where the subscription's state does not allow it.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def look(self, key: int) -> tuple[Subscription, Newsletter]:
        """Return a subscription as it is, with what it is of."""
        with self._store.read() as tx:
            found = tx.subscriptions.by_id(key)
            return found, tx.newsletters.by_id(found.newsletter_id)

    def edit(self, key: int, wishes: Wishes) -> Subscription:
        """Give a reader what they wish; what is planned already still comes, the next as they wish.

        Headings are for what comes from now on: what their mails passed over does not come again.

        Whoever had a digest today gets the next one tomorrow at the earliest, in whatever zone.
        """
        with self._store.write() as tx:
            return self._edit(tx, tx.subscriptions.lock(key), wishes)

    def ease(self, key: int, rhythm: Rhythm) -> Subscription:
        """Lower a rhythm one step for whoever has a link to leave; the reader is told by mail.

        Raises UsageError for a rhythm that is not the next lower one. Again and again is fine.
        """
        with self._store.write() as tx:
            found = tx.subscriptions.lock(key)
            if found.schedule.rhythm is rhythm:
                return found
            if less_often(found.schedule.rhythm) is not rhythm:
                raise UsageError("a link to leave only ever makes it fewer mails")
            eased = self._edit(tx, found, Wishes(rhythm=rhythm, days=[found.schedule.weekday]))
            owe_notice(tx, eased, Notice.FEWER, self._clock.now())
            return eased

    def rest(self, key: int) -> Subscription:
        """Pause for four weeks for whoever has a link to leave; the reader is told by mail.

        Whoever is paused stays so, for as long as they chose themselves.
        """
        with self._store.write() as tx:
            found = tx.subscriptions.lock(key)
            if found.state is State.PAUSED:
                return found
            today = local_date(self._clock.now(), found.schedule.zone)
            paused = self._pause(tx, found, today + REST)
            owe_notice(tx, paused, Notice.PAUSED, self._clock.now())
            return paused

    def pause(self, key: int, until: date) -> Subscription:
        """Send nothing before a day of the reader's calendar; what is planned is taken back.

        Raises UsageError when that day is today, over, or more than a year away.
        """
        with self._store.write() as tx:
            return self._pause(tx, tx.subscriptions.lock(key), until)

    def resume(self, key: int) -> Subscription:
        """End a pause now; the next mail brings all that came meanwhile."""
        with self._store.write() as tx:
            found = tx.subscriptions.lock(key)
            if found.state is not State.ACTIVE:
                self._resume(tx, found, self._clock.now())
            return tx.subscriptions.by_id(key)

    def due(self) -> int:
        """End every pause whose day has come; return how many those were."""
        with self._store.read() as tx:
            keys = tx.subscriptions.pauses_over(self._clock.now())
        for key in keys:
            with only_logged(log, "pause.endless", but=(StoreError,), subscription=key):
                self._end_pause(key)
        return len(keys)

    def _end_pause(self, key: int) -> None:
        with self._store.write() as tx:
            found = tx.subscriptions.lock(key)
            # Looked at anew: its reader may have left, or paused for longer, since.
            if found.paused_until is not None and found.paused_until <= self._clock.now():
                # From its first moment on: an hour that was missed since is made up for.
                self._resume(tx, found, found.paused_until - timedelta(seconds=1))

    def _edit(self, tx: Transaction, found: Subscription, wishes: Wishes) -> Subscription:
        if found.state not in {State.ACTIVE, State.PAUSED}:
            raise MoveError("subscription", found.state, "changed")
        schedule = wished(found.schedule, wishes)
        changed = replace(
            found,
            schedule=schedule,
            language=found.language if wishes.language is None else wishes.language or None,
            urgent=found.urgent if wishes.urgent is None else wishes.urgent,
            sections=_chosen(tx, found, wishes),
            text_only=found.text_only if wishes.text_only is None else wishes.text_only,
        )
        due = None
        if found.state is State.ACTIVE and schedule != found.schedule:
            due = tx.recall.next_turn(changed, self._clock.now())
        if found.paused_until is not None and schedule.zone != found.schedule.zone:
            day = local_date(found.paused_until, found.schedule.zone)  # it stays the one they chose
            tx.subscriptions.pause(found, local_midnight(day, schedule.zone))
        tx.subscriptions.keep(changed, due)
        return tx.subscriptions.by_id(found.id)

    def _pause(self, tx: Transaction, found: Subscription, until: date) -> Subscription:
        now = self._clock.now()
        zone = found.schedule.zone
        # The day first: not every instant of the year 1 can be written in UTC.
        if (
            until <= local_date(now, zone)
            or (begins := local_midnight(until, zone)) > now + LONGEST_PAUSE
        ):
            raise UsageError("a pause ends on a day after today, within a year")
        if found.state not in {State.ACTIVE, State.PAUSED}:
            raise MoveError("subscription", found.state, State.PAUSED)
        tx.recall.take_back(found.id, now, "the reader paused")
        tx.subscriptions.pause(found, begins)
        return tx.subscriptions.by_id(found.id)

    def _resume(self, tx: Transaction, found: Subscription, after: datetime) -> None:
        if found.state is not State.PAUSED:
            raise MoveError("subscription", found.state, State.ACTIVE)
        # What was on its way when they paused may have been stopped since.
        tx.recall.take_back(found.id, self._clock.now(), "the reader paused")
        tx.subscriptions.resume(found, tx.recall.next_turn(found, after))


def less_often(rhythm: Rhythm) -> Rhythm | None:
    """Return the next lower rhythm that a page offers to who would leave; None: there is none."""
    match rhythm:
        case Rhythm.MONTHLY:
            return None
        case Rhythm.WEEKLY:
            return Rhythm.MONTHLY
        case _:
            return Rhythm.WEEKLY


def _chosen(tx: Transaction, found: Subscription, wishes: Wishes) -> tuple[str, ...]:
    """Return the headings a reader is to get; raise UsageError for one that there is not."""
    if wishes.sections is None:
        return found.sections
    here = tx.sections.headings(found.newsletter_id)
    known = {name.casefold(): name for name in here}
    unknown = [name for name in wishes.sections if name.casefold() not in known]
    if unknown:
        raise UsageError(
            f"there is no heading {unknown[0]!r}", help=f"there are {', '.join(here) or 'none'}"
        )
    chosen = {known[name.casefold()] for name in wishes.sections}
    return () if chosen == set(here) else tuple(sorted(chosen))


def wished(schedule: Schedule, wishes: Wishes) -> Schedule:
    """Return a schedule with the wishes; raise UsageError when they make none."""
    rhythm = schedule.rhythm if wishes.rhythm is None else wishes.rhythm
    minute = schedule.minute_of_day if wishes.minute_of_day is None else wishes.minute_of_day
    zone = schedule.zone if wishes.zone is None else zone_named(wishes.zone).key
    days = schedule.days if wishes.days is None else tuple(sorted(set(wishes.days)))
    if not 0 <= minute < A_DAY_HAS:
        raise UsageError("an hour is one of 00:00 to 23:59")
    if not days or not set(days) <= set(range(7)):
        raise UsageError("a weekly digest comes on one day of the week at least")
    return Schedule(rhythm, minute, days[0], zone, days[1:])
