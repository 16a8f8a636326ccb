"""When to ask again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.delivery.retry import LONGEST, Again, GiveUp, next_try

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DAYS = timedelta(days=5)


def test_the_first_pause_is_what_greylisting_servers_want() -> None:
    assert next_try(1, NOW, NOW, DAYS, 0.5) == Again(NOW + timedelta(minutes=5))


def test_each_pause_is_twice_the_one_before() -> None:
    pauses = [next_try(tries, NOW, NOW, DAYS, 0.5) for tries in (1, 2, 3, 4)]

    assert pauses == [Again(NOW + timedelta(minutes=5 * 2**power)) for power in range(4)]


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_no_pause_is_longer_than_four_hours_and_a_fifth(tries: int, chance: float) -> None:
    again = next_try(tries, NOW, NOW, DAYS, chance)

    assert isinstance(again, Again)
    assert timedelta(minutes=4) <= again.at - NOW <= LONGEST * 1.2


def test_after_five_days_nobody_is_asked_any_more() -> None:
    assert next_try(9, NOW - DAYS, NOW, DAYS, 0.5) == GiveUp()
