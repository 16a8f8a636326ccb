"""Tests that take minutes begin first, whatever number of processes there are."""

import pytest

from tests.order import dealt

ITEMS = "abcdEfghijkLmnopqrSTuvw"


@pytest.mark.parametrize("hands", [1, 2, 3, 4, 7])
def test_each_process_begins_with_its_share_of_what_takes_long(hands: int) -> None:
    order = dealt(ITEMS, hands, str.isupper)

    parts, left = [], order
    for hand in range(hands):
        size = len(left) // (hands - hand)
        parts.append(left[:size])
        left = left[size:]
    shares = [sum(map(str.isupper, part)) for part in parts]
    assert [part[:share] for part, share in zip(parts, shares, strict=True)] == [
        [item for item in part if item.isupper()] for part in parts
    ]
    assert max(shares) - min(shares) <= 1


@pytest.mark.parametrize("hands", [1, 4, 30])
def test_every_test_is_dealt_once_and_the_others_keep_their_order(hands: int) -> None:
    order = dealt(ITEMS, hands, str.isupper)

    assert sorted(order) == sorted(ITEMS)
    assert [item for item in order if item.islower()] == [i for i in ITEMS if i.islower()]
