"""How many rows are marked at a time."""

from mailer.delivery.group import Group


def test_it_begins_with_three_rows_a_line_and_never_passes_the_limit() -> None:
    assert Group(16, 256).size == 48
    assert Group(16, 10).size == 10


def test_a_line_that_had_to_wait_makes_it_grow_by_a_row_a_line() -> None:
    group = Group(16, 90)

    sizes = []
    for _ in range(3):
        group.starved()
        group.took(16, ready=0)
        sizes.append(group.size)

    assert sizes == [64, 80, 90]


def test_it_shrinks_slowly_while_much_is_left_lying_and_not_below_its_beginning() -> None:
    group = Group(4, 100)
    for _ in range(30):
        group.starved()
        group.took(8, ready=0)
    assert group.size == 100

    group.took(8, ready=90)
    assert group.size == 94
    for _ in range(60):
        group.took(8, ready=90)
    assert 12 <= group.size < 16


def test_small_gaps_are_not_worth_a_write() -> None:
    group = Group(4, 100)

    assert [group.wish(waiting) for waiting in (0, 6, 7, 12)] == [12, 6, 0, 0]


def test_whoever_asks_a_server_anyway_asks_for_all_that_is_missing() -> None:
    group = Group(width=4, limit=100)

    assert group.wish(group.size - 3) == 0
    assert group.wish(group.size - 3, anyway=True) == 3
