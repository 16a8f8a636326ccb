"""A relay of the settings as somewhere to send to."""

from collections.abc import Sequence

from mailer.config.settings import Limit, RelaySettings
from mailer.delivery.smtp_connection import Patience, open_session
from mailer.delivery.smtp_line import SmtpLine
from mailer.delivery.transport import Post
from mailer.errors import ConversationLost, RelayAway


class SmtpRelay:
    """Opens lines to one server."""

    def __init__(self, settings: RelaySettings, patience: Patience | None = None) -> None:
        self._settings = settings
        self._patience = patience or Patience()
        self.name = settings.name
        self.connections = settings.connections
        self.weight = settings.weight
        self.limits: Sequence[Limit] = settings.limits
        self.warm_up = settings.warm_up

    async def connect(self, post: Post) -> SmtpLine:
        """Return an open line; raise RelayAway or LoginRefused."""
        opening = await open_session(self._settings, self._patience)
        most = self._settings.messages_per_connection
        try:
            return SmtpLine(self.name, opening, self._patience, post, most, post.switchboard)
        except ConversationLost as why:
            opening.close()
            raise RelayAway(f"{self.name}: {why}") from why


def relays(settings: Sequence[RelaySettings], patience: Patience | None = None) -> list[SmtpRelay]:
    """Return every relay of the settings."""
    return [SmtpRelay(one, patience) for one in settings]
