"""Subscribers."""

from mailer.store.aggregate import Aggregate


class Subscribers(Aggregate):
    """Subscribers."""
