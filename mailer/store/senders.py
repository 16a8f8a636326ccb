"""Senders."""

from mailer.store.aggregate import Aggregate


class Senders(Aggregate):
    """Senders."""
