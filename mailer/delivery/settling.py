"""What one outcome means for its ledger row."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from mailer.delivery.model import (
    SENT_TO,
    SENT_TO_ALL,
    SENT_TO_PAUSED,
    Deferred,
    DeliveryState,
    InDoubt,
    Job,
    Outcome,
    Refused,
    Reply,
    Sent,
    Settlement,
    Standing,
    Unsent,
)
from mailer.delivery.retry import GiveUp, next_try
from mailer.editions.model import EditionState
from mailer.subscribers.model import State

HELD = "the edition is held"
PAUSED = "sending is paused"


def settle(
    job: Job,
    outcome: Outcome | Unsent,
    now: datetime,
    *,
    relay: str | None,
    give_up_after: timedelta,
    chance: Callable[[], float],
) -> Settlement:
    """Return what is written down about a row that was being sent."""
    tries = job.attempts + 1
    if isinstance(outcome, Sent):  # most are
        found, sent = DeliveryState.SENDING, DeliveryState.SENT
        return Settlement(job.id, found, sent, tries, outcome.reply, None, relay, None, now)
    over = partial(
        Settlement, job.id, DeliveryState.SENDING, attempts=tries, relay=relay, settled_at=now
    )
    match outcome:
        case Refused(reply):
            return over(DeliveryState.REFUSED, reply=reply)
        case InDoubt(reason):
            return over(DeliveryState.IN_DOUBT, reason=reason)
        case Deferred(reply):
            again = next_try(
                tries, job.owed_again_at or job.planned_at, now, give_up_after, chance()
            )
            if isinstance(again, GiveUp):
                return over(DeliveryState.GIVEN_UP, reply=reply)
            return over(DeliveryState.DUE, reply=reply, settled_at=None, due_at=again.at)
        case Unsent():
            return unsendable(job, outcome, now, found=DeliveryState.SENDING, relay=relay)
        case _:
            assert_never(outcome)


def unsendable(
    job: Job, outcome: Unsent, now: datetime, *, found: DeliveryState, relay: str | None = None
) -> Settlement:
    """Return what is written down about a row that no relay got.

    No try is counted: the relay was in the way, and the reader is not at fault.
    """
    return Settlement(
        job.id,
        found,
        DeliveryState.DUE,
        job.attempts,
        reason=outcome.reason,
        relay=relay,
        due_at=now + outcome.pause,
    )


def unwritable(job: Job, reason: str, now: datetime) -> Settlement:
    """Return what is written down about a row whose message cannot be made."""
    reply = Reply(554, "5.6.0", f"the message could not be made: {reason}")
    return Settlement(
        job.id,
        DeliveryState.SENDING,
        DeliveryState.REFUSED,
        job.attempts,
        reply,
        settled_at=now,
    )


def skip(job: Job, standing: Standing | None, now: datetime) -> Settlement | None:
    """Return the end of a row that may not be sent any more, or None when it may."""
    reason = _why_not(job, standing)
    if reason is None:
        return None
    if reason in {HELD, PAUSED}:
        return Settlement(
            job.id, DeliveryState.CLAIMED, DeliveryState.DUE, job.attempts, reason=reason
        )
    return Settlement(
        job.id,
        DeliveryState.CLAIMED,
        DeliveryState.SKIPPED,
        job.attempts,
        reason=reason,
        settled_at=now,
    )


def _why_not(job: Job, standing: Standing | None) -> str | None:
    if standing is None:
        return "the subscription is gone"
    if standing.suppressed:
        return "the address is suppressed"
    if standing.edition is EditionState.HELD:
        return HELD
    if standing.paused:
        return PAUSED
    if standing.edition is EditionState.CANCELLED:
        return "the edition was cancelled"
    wanted = SENT_TO.get(job.notice, State.ACTIVE) if job.notice else State.ACTIVE
    if job.notice in SENT_TO_ALL or standing.subscription is wanted:
        return None
    if job.notice in SENT_TO_PAUSED and standing.subscription is State.PAUSED:
        return None
    return f"the subscription is {standing.subscription}"
