"""Consent."""

from mailer.store.aggregate import Aggregate


class Consent(Aggregate):
    """Consent."""
