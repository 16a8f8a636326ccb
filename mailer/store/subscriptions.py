"""Subscriptions."""

from mailer.store.aggregate import Aggregate


class Subscriptions(Aggregate):
    """Subscriptions."""
