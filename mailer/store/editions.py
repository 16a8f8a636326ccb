"""Editions."""

from mailer.store.aggregate import Aggregate


class Editions(Aggregate):
    """Editions."""
