"""A clock that stands still until a test moves it."""

from datetime import datetime, timedelta


class StandingClock:
    """Tells the same time for ever."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by

    def set(self, at: datetime) -> None:
        self.at = at
