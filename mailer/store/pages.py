"""Pages."""

from mailer.store.aggregate import Aggregate


class Pages(Aggregate):
    """Pages."""
