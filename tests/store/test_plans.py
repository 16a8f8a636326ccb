"""What databases may not do as lists and ledgers grow: read a whole table to answer a question."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, event, inspect

from mailer.delivery.model import DeliveryState
from mailer.store.database import Store, Transaction

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
GROWING = ("delivery", "piece", "article", "subscription", "subscriber", "told")


@contextmanager
def plans(tx: Transaction) -> Iterator[list[str]]:
    """Gather what SQLite says it does for each SELECT, UPDATE and DELETE inside."""
    steps: list[str] = []

    def explain(
        connection: Connection,
        _cursor: object,
        statement: str,
        parameters: tuple[object, ...],
        *_: object,
    ) -> None:
        if not statement.startswith(("EXPLAIN", "INSERT", "BEGIN")):
            raw = connection.connection.cursor()
            raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps.extend(row[3] for row in raw.fetchall())

    event.listen(tx.connection, "before_cursor_execute", explain)
    yield steps
    event.remove(tx.connection, "before_cursor_execute", explain)


def whole_tables(steps: list[str]) -> list[str]:
    """Return the steps that read all of a table: as it lies, or in the order of a whole index."""
    partly = ("_due", "_in_doubt", "_urgent", "_at_once", "_paused_until", "_appointment")
    scans = [step for step in steps if step.startswith("SCAN") and step.split()[1] in GROWING]
    return [step for step in scans if not step.endswith(partly)]


def test_the_state_of_the_ledger_is_told_without_the_rows_that_have_ended(store: Store) -> None:
    with store.write() as tx, plans(tx) as steps:
        tx.ledger_reports.status(NOW)
        tx.ledger_reports.sent_since(NOW)
        tx.ledger_reports.rows(state=DeliveryState.IN_DOUBT)
        tx.steering.decide(DeliveryState.DUE, NOW)

    assert len(steps) > 5
    assert whole_tables(steps) == []


def test_each_tick_passes_over_what_has_ended(store: Store) -> None:
    with store.write() as tx, plans(tx) as steps:
        tx.subscriptions.pauses_over(NOW)
        tx.planning.editions_with_waiting_readers(NOW)
        tx.urgency.editions_to_plan(NOW)
        tx.pages.missing()
        tx.deliveries.recover(NOW, DeliveryState.IN_DOUBT)
        tx.deliveries.anything_due(NOW)

    assert len(steps) > 20
    assert whole_tables(steps) == []


def test_what_editions_told_is_found_by_the_article(store: Store) -> None:
    with store.write() as tx, plans(tx) as steps:
        tx.editions.telling_of([5], past=True)
        tx.pages.forget([5])
        tx.pictures.tidy(NOW)

    assert any("ix_piece_article_id" in step for step in steps)
    assert whole_tables(steps) == []


@pytest.mark.parametrize("table", ["delivery", "subscription", "subscriber"])
def test_a_row_that_goes_is_looked_for_by_an_index_wherever_it_may_be_named(
    both_stores: Store, table: str
) -> None:
    with both_stores.read() as tx:
        schema = inspect(tx.connection)
        naming = [
            (other, key["constrained_columns"][0])
            for other in schema.get_table_names()
            for key in schema.get_foreign_keys(other)
            if key["referred_table"] == table
        ]
        found = {
            other: [
                *(index["column_names"][0] for index in schema.get_indexes(other)),
                *(unique["column_names"][0] for unique in schema.get_unique_constraints(other)),
            ]
            for other, _ in naming
        }

    assert [(other, column) for other, column in naming if column not in found[other]] == []
