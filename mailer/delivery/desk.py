"""Where messages are written, some before a line asks for them."""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta

from mailer.clock import Clock
from mailer.delivery.model import DeliveryState, Envelope, Job, Settlement, Unsent
from mailer.delivery.settling import unsendable, unwritable
from mailer.delivery.writer import Writer
from mailer.errors import MailerError, RenderError, StoreError

TEMPLATE_MENDED = timedelta(minutes=5)  # when one that fails is tried again
DATABASE_BACK = timedelta(seconds=0.5)

log = logging.getLogger(__name__)


class Desk:
    """Writes the messages of rows that are being sent."""

    def __init__(self, writer: Writer, clock: Clock, end: Callable[[Settlement], None]) -> None:
        """`end` hears of rows whose message cannot be written, now or ever."""
        self._writer = writer
        self._clock = clock
        self._end = end
        self._written: dict[int, Envelope] = {}

    def lacks(self, jobs: Sequence[Job]) -> bool:
        """Whether something has to be read before all these can be written."""
        return self._writer.lacks(jobs)

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Read it. Raises StoreError."""
        self._writer.prepare(jobs)

    def write(self, job: Job) -> Envelope | None:
        """Return a row's message; None when it cannot be written."""
        written = self._written.pop(job.id, None)
        if written is not None:
            return written
        try:
            return self._writer.write(job)
        except (StoreError, RenderError) as why:  # not the row's fault
            pause = DATABASE_BACK
            if isinstance(why, RenderError):
                log.warning("delivery.waits", extra={"delivery": job.id, "reason": str(why)})
                pause = TEMPLATE_MENDED
            later = Unsent(str(why), pause)
            self._end(unsendable(job, later, self._clock.now(), found=DeliveryState.SENDING))
        except Exception as why:  # one row's trouble costs no other
            if not isinstance(why, MailerError):
                log.exception("delivery.unwritable", extra={"delivery": job.id})
            self._end(unwritable(job, str(why), self._clock.now()))
        return None

    def write_ahead(self, jobs: Iterable[Job]) -> None:
        """Write what will be asked for next: while the other end reads, there is time for it."""
        for job in jobs:
            if job.id not in self._written:
                with suppress(Exception):  # it is told when a line asks for it
                    self._written[job.id] = self._writer.write(job)

    def clear(self) -> None:
        """Throw away what nobody asked for."""
        self._written.clear()
