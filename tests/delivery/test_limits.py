"""Limits: never more than a provider allows, and how long that takes."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.config.settings import Limit
from mailer.delivery.limits import Ruling, Used, last_leaves, left, part_of, ruling
from mailer.store.database import Store

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEPS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=200)


@given(STEPS, st.integers(1, 30))
def test_no_minute_wherever_it_begins_has_more(steps: list[tuple[int, int]], allowed: int) -> None:
    limit, now = Limit(allowed, MINUTE), NOW
    parts: Counter[datetime] = Counter()
    sent: list[datetime] = []
    for seconds, wanted in steps:
        now += timedelta(seconds=seconds)
        used = [Used(start, count) for start, count in parts.items()]
        granted = min(wanted, left(limit, used, now, reserve=False))
        parts[part_of(MINUTE, now)] += granted
        sent += [now] * granted

    for moment in sent:
        assert sum(moment <= other < moment + MINUTE for other in sent) <= allowed


@given(st.integers(1, 1000))
def test_what_was_used_is_free_again_a_twentieth_after_its_time(allowed: int) -> None:
    limit = Limit(allowed, MINUTE)
    used = [Used(part_of(MINUTE, NOW), allowed)]

    assert left(limit, used, NOW, reserve=False) == 0
    assert left(limit, used, NOW + MINUTE * 1.06, reserve=False) == allowed


def test_a_twentieth_is_kept_for_people_who_wait() -> None:
    limit = Limit(100, MINUTE)

    assert left(limit, [], NOW, reserve=True) == 95
    assert left(limit, [Used(NOW, 95)], NOW, reserve=True) == 0
    assert left(limit, [Used(NOW, 95)], NOW, reserve=False) == 5


@pytest.mark.parametrize(("days", "count"), [(0, 200), (1, 300), (2, 450), (10, 11533)])
def test_a_new_relay_is_given_half_as_many_more_each_day(days: int, count: int) -> None:
    (limit,) = ruling([], 200, NOW, NOW + days * DAY + HOUR)

    assert limit == Limit(count, DAY)


@pytest.mark.parametrize(
    ("mails", "rulings", "rate", "takes"),
    [
        (0, [], None, timedelta()),
        (100, [[Ruling(Limit(30, MINUTE), 30)]], None, 3 * MINUTE),
        (30, [[Ruling(Limit(30, MINUTE), 30)]], None, timedelta()),
        (5000, [[Ruling(Limit(30, MINUTE), 30), Ruling(Limit(2000, DAY), 1000)]], None, 2 * DAY),
        (60, [[Ruling(Limit(10, MINUTE), 0)], [Ruling(Limit(20, MINUTE), 0)]], None, 2 * MINUTE),
        (6000, [[]], 10.0, 10 * MINUTE),
        (6000, [[Ruling(Limit(60_000, HOUR), 60_000)]], 10.0, 10 * MINUTE),
        (6000, [[]], None, None),
    ],
)
def test_when_the_last_mail_leaves(
    mails: int, rulings: list[list[Ruling]], rate: float | None, takes: timedelta | None
) -> None:
    at = last_leaves(mails, rulings, rate, NOW)

    if takes is None:
        assert at is None
    else:
        assert at is not None
        assert abs(at - NOW - takes) <= timedelta(seconds=1)


def test_senders_share_a_limit_and_a_restart_forgets_nothing(both_stores: Store) -> None:
    limits = [Limit(30, MINUTE), Limit(40, DAY)]

    def take(wanted: int, now: datetime) -> int:
        with both_stores.write() as tx:
            return tx.pacing.take("main", limits, 0, wanted, now, reserve=False)

    assert [take(20, NOW), take(20, NOW), take(20, NOW)] == [20, 10, 0]
    both_stores.close()
    assert take(20, NOW + 2 * MINUTE) == 10
    assert take(20, NOW + 4 * MINUTE) == 0
    assert take(50, NOW + 2 * DAY) == 30


def test_what_was_not_used_can_be_given_back(both_stores: Store) -> None:
    limits = [Limit(30, MINUTE)]
    with both_stores.write() as tx:
        tx.pacing.take("main", limits, 0, 30, NOW, reserve=False)
        tx.pacing.give_back("main", 12)
        assert tx.pacing.take("main", limits, 0, 30, NOW, reserve=False) == 12


def test_a_clock_that_is_set_back_an_hour_stops_nothing_for_longer_than_the_limit(
    both_stores: Store,
) -> None:
    limits = [Limit(30, MINUTE)]
    with both_stores.write() as tx:
        tx.pacing.take("main", limits, 0, 30, NOW + HOUR, reserve=False)
        assert tx.pacing.take("main", limits, 0, 30, NOW, reserve=False) == 0
        assert tx.pacing.take("main", limits, 0, 30, NOW + 2 * MINUTE, reserve=False) == 30
