"""Feeds."""

from mailer.store.aggregate import Aggregate


class Feeds(Aggregate):
    """Feeds."""
