"""A row that moves as no table says is refused: all tests are held to that (tests/moves.py)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from mailer.address import parse_address
from mailer.delivery.model import DELIVERY_MOVES, DeliveryState, Notice, OwedNotice
from mailer.editions.model import EDITION_MOVES, EditionState
from mailer.errors import StoreError
from mailer.store.database import Store
from mailer.subscribers.model import MOVES, State
from tests.conftest import add_newsletter

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def test_every_state_has_its_moves() -> None:
    assert set(DELIVERY_MOVES) == set(DeliveryState)
    assert set(MOVES) == set(State)
    assert set(EDITION_MOVES) == set(EditionState)


@pytest.mark.parametrize(
    ("table", "begun", "to"),
    [("subscription", "pending", "paused"), ("delivery", "due", "sent")],
)
def test_no_row_moves_as_its_table_does_not_say(
    both_stores: Store, table: str, begun: str, to: str
) -> None:
    owed(both_stores)

    with pytest.raises(StoreError, match=f"no row of {table} moves"), both_stores.write() as tx:
        tx.connection.execute(text(f"UPDATE {table} SET state = '{to}' WHERE state = '{begun}'"))


def owed(store: Store) -> None:
    """Let somebody wait for their confirmation, and be owed the mail."""
    newsletter, ada = add_newsletter(store), parse_address("ada@example.org")
    with store.write() as tx:
        person = tx.subscribers.get_or_add({ada: "hash"}, NOW)[ada]
        tx.subscriptions.add_pending([(person.id, newsletter)], NOW)
        (tie,) = tx.subscriptions.of_subscriber(person.id)
        tx.deliveries.add_notice(OwedNotice(tie.id, newsletter.id, Notice.CONFIRM, "en"), NOW)
