"""Articles."""

from mailer.store.aggregate import Aggregate


class Articles(Aggregate):
    """Articles."""
