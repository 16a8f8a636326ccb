"""The relays of the settings as one transport: the first that opens is used."""

from collections.abc import Sequence

from mailer.config.settings import RelaySettings
from mailer.delivery.smtp_connection import Patience, SmtpSession, open_session
from mailer.errors import DeliveryError, RelayAway


class SmtpRelay:
    """Opens sessions to the first relay that takes one."""

    def __init__(self, relays: Sequence[RelaySettings], patience: Patience | None = None) -> None:
        self._relays = relays
        self._patience = patience or Patience()
        self.connections = max((relay.connections for relay in relays), default=1)

    async def connect(self) -> SmtpSession:
        """Return an open session; raise RelayAway or LoginRefused, of the last relay tried."""
        trouble: DeliveryError = RelayAway(
            "no relay is configured", help="[[relay]] in config.toml names the server for your mail"
        )
        for relay in self._relays:
            try:
                return await open_session(relay, self._patience)
            except DeliveryError as why:
                trouble = why
        raise trouble
