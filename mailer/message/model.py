"""What a message's head is made of; everything else is fixed in mime.py."""

from datetime import datetime
from typing import NamedTuple

from mailer.address import Address


class ListHead(NamedTuple):
    """What a mail to a list says besides (RFC 2369, 2919, 5064, 8058)."""

    id: str  # <newsletter>.<sender's domain>: the same in every issue
    unsubscribe_url: str  # identifies reader and newsletter by itself
    archived_at: str  # the same edition on the web, for everybody
    feedback_id: str  # up to four fields between colons, the last one names the sender
    unsubscribe_mail: str | None = None  # a mailto that does the same; None: no mail is read


class Own(NamedTuple):
    """What the heads of two messages of one page differ in."""

    message_id: str  # without the angle brackets
    date: datetime  # aware
    recipient: Address
    unsubscribe_url: str
    unsubscribe_mail: str | None = None


class Head(NamedTuple):
    """The head of one message for one reader."""

    message_id: str  # without the angle brackets
    date: datetime  # aware
    sender_name: str
    sender: Address
    reply_to: Address | None
    recipient: Address
    list: ListHead | None  # None: a notice, which is no list mail

    def of(self, own: Own) -> "Head":
        """Return the same head for another reader."""
        message_id, date, recipient, url, mail = own
        listed = self.list and self.list._replace(unsubscribe_url=url, unsubscribe_mail=mail)
        return self._replace(message_id=message_id, date=date, recipient=recipient, list=listed)
