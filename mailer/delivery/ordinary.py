"""The mails of ordinary readers, whose address needs no encoding anywhere: nearly all do not.

What such a mail has of its own is made as bytes, in one go and without a look at each value: that
it may stand where it goes was found out once for the page. Whoever is not ordinary, and every page
that wants more, goes through `person` and `splice`, which give the same bytes.
"""

import re
from functools import lru_cache
from operator import itemgetter

from mailer.delivery import person
from mailer.delivery.model import Job
from mailer.editions.model import Edition, Newsletter
from mailer.links import Links
from mailer.message.quoted import LONGEST, SOFT_BREAK
from mailer.message.sign import Signer
from mailer.message.splice import (
    Form,
    Spliced,
    date_line,
    encode,
    filled,
    in_both,
    signed_at,
)
from mailer.rendering.filters import LONGEST_WORD, breakable_address
from mailer.rendering.model import Slot

# A part of what is allowed in each place an address goes: RCPT, a header, quoted text, HTML.
ORDINARY = re.compile(
    r"(?=.{3,75}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
HEAD = ["To", "Date", "Message-ID", "List-Unsubscribe"]
KNOWN = [
    *(Slot.ADDRESS, Slot.LEAVE_URL, Slot.WHY_URL),
    *(Slot.SIGNED_UP_ON, Slot.SHOWN_ADDRESS, Slot.ANSWER_URL),
]


class Ordinary:
    """Writes the mails of one page."""

    def __init__(
        self,
        form: Form,
        newsletter: Newsletter,
        edition: Edition,
        links: Links,
        signer: Signer | None,
    ) -> None:
        self._form = form
        self._newsletter = newsletter
        self._edition = edition
        self._links = links
        self._signer = signer
        self._id_ends = f".{edition.key}@{newsletter.sender.domain}>\r\n".encode()
        slots = [slot for slot, _ in form.slots if slot in KNOWN]
        self._suffices = (
            form.recompose is None
            and form.head == HEAD
            and len(slots) == len(form.slots)
            and newsletter.sender.wire.isascii()
        )
        self._without_why = Slot.WHY_URL not in slots
        self._asks = Slot.ANSWER_URL in slots
        # Numbers of what `_values` returns, in the order that the form has them.
        wanted = [2 * KNOWN.index(slot) + kind for slot in slots for kind in (0, 1)]
        self._choose = itemgetter(0, 0, *wanted)  # two more, so that it always gives a tuple

    def agrees(self, job: Job) -> bool:
        """Whether a mail comes out as the other way makes it: asked once for a page."""
        path = path_of(job)
        if not self._suffices or path is None:
            return False
        own = person.own(job, self._newsletter, self._edition, self._links)
        slots = [slot for slot, _ in self._form.slots]
        values = person.values(job, self._newsletter, own.unsubscribe_url, self._links, slots)
        return self._encoded(job, path) == encode(self._form, own, values, utf8=False)

    def write(self, job: Job, path: bytes) -> Spliced:
        """Return the message of a reader whose address is `path`."""
        moment = 0 if self._signer is None else signed_at(job.planned_at)
        return filled(self._form, self._encoded(job, path), moment, self._signer)

    def _encoded(self, job: Job, path: bytes) -> list[bytes]:
        leave = self._links.leave(job.subscription_id, job.planned_at)
        mail = self._links.leave_by_mail(leave)
        url = leave.encode()
        left = _broken(url)
        why = left if self._without_why else _broken(self._links.why(leave).encode())
        day, day_in_html = _in_both(person.day(job.signed_up_at, job, self._newsletter))
        shown = path if len(path) <= LONGEST_WORD else _breakable(path)
        answer = b""
        if self._asks:
            answer = _broken(self._links.answer(job.id, job.planned_at).encode())
        own = (path, path, left, left, why, why, day, day_in_html, path, shown, answer, answer)
        _, _, *values = self._choose(own)
        return [
            b"To: <%b>\r\n" % path,
            date_line(job.planned_at),
            b"Message-ID: <%d%b" % (job.id, self._id_ends),
            b"List-Unsubscribe: <%b>\r\n" % url if mail is None else _ways_out(url, mail),
            *values,
        ]


def path_of(job: Job) -> bytes | None:
    """Return the address of an ordinary reader as the wire has it; None for another one's."""
    text = job.recipient.text
    return text.encode() if ORDINARY.fullmatch(text) else None


def _breakable(path: bytes) -> bytes:
    """Return an address as HTML that a phone may break."""
    return in_both(breakable_address(path.decode()))[1]


def _broken(url: bytes) -> bytes:
    """Return an address of a page of ours with the soft breaks that quoted-printable wants."""
    if len(url) <= LONGEST:
        return url
    return SOFT_BREAK.join([url[at : at + LONGEST] for at in range(0, len(url), LONGEST)])


def _ways_out(url: bytes, mail: str) -> bytes:
    return b"List-Unsubscribe: <%b>,\r\n <%b>\r\n" % (url, mail.encode())


@lru_cache(4096)
def _in_both(text: str) -> tuple[bytes, bytes]:
    """Return what `splice` makes of a day: many began on the same one."""
    return in_both(text)
