"""Editions in the store."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime

from mailer.editions.model import Edition, Rhythm
from mailer.store.database import Store
from tests.conftest import add_newsletter
from tests.rendering.samples import an_edition

NOW = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)


def kept(store: Store, made: Edition) -> Edition:
    with store.write() as tx:
        found = tx.editions.add(made, [])
    assert found is not None
    return found


def test_two_programs_never_give_two_editions_one_number(both_stores: Store) -> None:
    key = add_newsletter(both_stores).id
    digest = an_edition(newsletter_id=key, slot="2026-11-24", key="a")
    urgent = an_edition(newsletter_id=key, slot="article:1", key="b")
    weekly = an_edition(newsletter_id=key, slot="2026-11-24", key="c", rhythm=Rhythm.WEEKLY)
    kept(both_stores, digest)

    with ThreadPoolExecutor(1) as other:
        with both_stores.write() as tx:
            first = tx.editions.add(urgent, [])
            second = other.submit(kept, both_stores, weekly)
            wait([second], timeout=0.5)  # whoever does not wait for us has read the number by now
        assert first is not None

    assert (first.number, second.result().number) == (2, 3)
