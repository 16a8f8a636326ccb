"""Newsletters in the store."""

import pytest

from mailer.errors import Conflict, NotFound
from mailer.store.database import Store
from tests.conftest import a_newsletter, add_newsletter


def test_a_newsletter_comes_back_as_it_went_in(both_stores: Store) -> None:
    kept = add_newsletter(both_stores)

    with both_stores.read() as tx:
        assert tx.newsletters.by_slug("brief") == kept
        assert kept == a_newsletter(id=kept.id)


def test_a_slug_is_given_out_once(both_stores: Store) -> None:
    add_newsletter(both_stores)

    with pytest.raises(Conflict):
        add_newsletter(both_stores)


def test_an_unknown_newsletter_is_named_in_the_error(both_stores: Store) -> None:
    with both_stores.read() as tx, pytest.raises(NotFound, match="no newsletter nothing"):
        tx.newsletters.by_slug("nothing")
