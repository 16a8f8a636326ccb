"""Which tests begin first where several processes share them.

What takes minutes begins at once, in as many processes as there are: whatever of it began last
would be waited for alone.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def dealt(items: Sequence[Item], hands: int, is_long: Callable[[Item], bool]) -> list[Item]:
    """Return the items so that each of `hands` equal parts, in a row, begins with its long ones.

    The parts are those of xdist's worksteal: each process gets its share of what is left.
    """
    long: list[Item] = []
    others: list[Item] = []
    for item in items:
        (long if is_long(item) else others).append(item)
    order: list[Item] = []
    for hand in range(hands):
        first = long[hand::hands]
        size = (len(items) - len(order)) // (hands - hand)
        order += first + others[: max(0, size - len(first))]
        del others[: max(0, size - len(first))]
    return order
