"""Suppressions."""

from mailer.store.aggregate import Aggregate


class Suppressions(Aggregate):
    """Suppressions."""
