"""Deliveries."""

from mailer.store.aggregate import Aggregate


class Deliveries(Aggregate):
    """Deliveries."""
