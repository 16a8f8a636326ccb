"""What a signup turns into, in which words."""

from datetime import UTC, datetime, timedelta

import pytest

from mailer.editions.model import Rhythm, Schedule
from mailer.subscribers.model import MOVES, State, Subscription
from mailer.subscribers.rules import Request, consent_words, judge
from tests.conftest import a_newsletter

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def a_subscription(state: State, asked_before: timedelta = timedelta()) -> Subscription:
    return Subscription(
        id=1,
        subscriber_id=1,
        newsletter_id=1,
        state=state,
        schedule=Schedule(Rhythm.DAILY, 420, 0, "UTC"),
        requested_at=NOW - asked_before,
        confirmed_at=None,
        left_at=None,
        watermark=0,
        next_due_at=None,
        next_slot=None,
    )


@pytest.mark.parametrize(
    ("found", "request_is"),
    [
        (None, Request.BEGIN),
        (a_subscription(State.LEFT), Request.BEGIN),
        (a_subscription(State.ACTIVE), Request.ALREADY),
        (a_subscription(State.PENDING), Request.REMIND),
        (a_subscription(State.PENDING, timedelta(hours=72)), Request.REMIND),
        (a_subscription(State.PENDING, timedelta(hours=73)), Request.BEGIN),
    ],
)
def test_asking_comes_to_what_the_tie_there_is_allows(
    found: Subscription | None, request_is: Request
) -> None:
    assert judge(found, NOW) is request_is


def test_nobody_becomes_active_but_by_a_word_of_their_own() -> None:
    active = [state for state, to in MOVES.items() if State.ACTIVE in to]

    assert active == [State.PENDING, State.PAUSED, State.LEFT]


def test_the_words_agreed_to_are_in_the_newsletters_language() -> None:
    assert consent_words(a_newsletter(language="de-AT")).startswith("Eine Mail am Tag von The")


@pytest.mark.parametrize("rhythm", Rhythm)
def test_the_words_agreed_to_say_how_often_from_whom_and_how_to_leave(rhythm: Rhythm) -> None:
    words = consent_words(a_newsletter(schedule=Schedule(rhythm, 420, 0, "UTC")))

    assert words.startswith(("One mail ", "A mail from "))
    assert "The Harbour Brief" in words
    assert words.endswith("every mail has one to leave.")
