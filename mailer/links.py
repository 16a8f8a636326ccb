"""Every address that goes into a mail or a page. Built from `site.base_url` alone."""

from datetime import datetime
from urllib.parse import quote

from mailer.address import Address
from mailer.tokens import Keyring, Purpose


class Links:
    """The addresses of this installation's pages."""

    def __init__(
        self,
        base_url: str,
        keyring: Keyring,
        leave_address: Address | None = None,
        *,
        privacy: str | None = None,
    ) -> None:
        """`leave_address` is whose mail reaches `ByMail`; None: nobody's does.

        `privacy` is the owner's notice, wherever that is.
        """
        self.privacy = privacy
        self.base_url = base_url.rstrip("/")
        self._keyring = keyring
        self._mailto = None if leave_address is None else _mailto(leave_address)

    def confirm(self, subscription_id: int, requested_at: datetime) -> str:
        """The page that confirms one signup; it works for 72 hours after `requested_at`."""
        return self._private("confirm", Purpose.CONFIRM, subscription_id, requested_at)

    def leave(self, subscription_id: int, made_at: datetime) -> str:
        """The page that ends one subscription, and the target of RFC 8058 one-click."""
        return self._private("leave", Purpose.LEAVE, subscription_id, made_at)

    def refuse(self, subscription_id: int, requested_at: datetime) -> str:
        """The page for whoever did not sign up and wants no mail from us, ever."""
        return self._private("refuse", Purpose.REFUSE, subscription_id, requested_at)

    def undo(self, subscription_id: int, left_at: datetime) -> str:
        """The page that takes a leaving back, for seven days."""
        return self._private("undo", Purpose.UNDO, subscription_id, left_at)

    def preferences(self, subscription_id: int, made_at: datetime) -> str:
        """The page on which a reader chooses, for seven days."""
        return self._private("preferences", Purpose.PREFERENCES, subscription_id, made_at)

    def data(self, subscription_id: int, made_at: datetime) -> str:
        """The page for a copy of all that is kept of a person, or its erasure; for 72 hours."""
        return self._private("data", Purpose.DATA, subscription_id, made_at)

    def move(self, subscription_id: int, asked_at: datetime) -> str:
        """The page that lets everything come to another address, for 72 hours."""
        return self._private("move", Purpose.MOVE, subscription_id, asked_at)

    def restore(self, subscription_id: int, made_at: datetime) -> str:
        """The page that keeps the address there was, for seven days."""
        return self._private("restore", Purpose.RESTORE, subscription_id, made_at)

    def feed(self, subscription_id: int, feed_since: datetime) -> str:
        """A reader's own feed, as long as that is given out."""
        return self._private("feed", Purpose.FEED, subscription_id, feed_since)

    def answer(self, delivery_id: int, made_at: datetime) -> str:
        """The page that takes a reader's word on an edition, without which word that is."""
        return self._private("answer", Purpose.ANSWER, delivery_id, made_at)

    def why(self, leave_url: str) -> str:
        """The page that says why somebody gets a mail, given its link to leave."""
        return f"{self.base_url}/why/{leave_url.rpartition('/')[2]}"

    def leave_by_mail(self, leave_url: str) -> str | None:
        """The mailto that does what a link to leave does (RFC 6068); None: no mail would be read.

        The subject needs no percent-encoding, which some mail programs leave in.
        """
        if self._mailto is None:
            return None
        return f"{self._mailto}?subject=unsubscribe.{leave_url.rpartition('/')[2]}"

    def subscribe(self, newsletter: str) -> str:
        return f"{self.base_url}/subscribe/{newsletter}"

    def snippets(self, newsletter: str) -> str:
        """The page on which the owner of a site chooses how the form stands on it."""
        return f"{self.base_url}/embed/{newsletter}/snippets"

    def archive(self, newsletter: str) -> str:
        return f"{self.base_url}/read/{newsletter}/"

    def edition(self, newsletter: str, number: int) -> str:
        """One edition on the web, the same for every reader."""
        return f"{self.base_url}/read/{newsletter}/{number}"

    def picture(self, file_name: str) -> str:
        """A picture of a story, the same for every reader."""
        return f"{self.base_url}/pictures/{file_name}"

    def _private(self, page: str, purpose: Purpose, subject: int, made_at: datetime) -> str:
        return f"{self.base_url}/{page}/{self._keyring.make(purpose, subject, made_at)}"


def _mailto(address: Address) -> str:
    local, _, domain = address.wire.rpartition("@")
    return f"mailto:{quote(local, safe='!$*+')}@{domain}"
