"""Every mail there is: the golden editions, the usual one and all small mails in every language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial

from mailer.address import parse_address
from mailer.checks.inspect import told_of
from mailer.checks.letter import Letter
from mailer.delivery import person
from mailer.delivery.model import MEMOS, Job, Lane, Memo, Notice
from mailer.languages.catalogue import spoken
from mailer.message.mime import build
from mailer.message.slots import fill
from mailer.rendering.model import Page, Slot
from mailer.rendering.stories import DigestView
from tests.conftest import a_newsletter
from tests.rendering.golden import EDITIONS, head_of
from tests.rendering.samples import LINKS, TEMPLATES, TUESDAY, VALUES, a_view, values_in

ASKED_AT = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as one reader gets it."""

    language: str
    page: Page  # no slots
    message: bytes
    view: DigestView | None  # None: a small mail

    @property
    def letter(self) -> Letter:
        """What the checks look at."""
        return Letter(
            page=self.page,
            stories=()
            if self.view is None
            else [told_of(story, self.language) for story in self.view.stories],
            leave_url=None if self.view is None else VALUES[Slot.LEAVE_URL],
            postal_address=a_newsletter().postal_address,
            own_host="news.example.org",
            language=self.language,
        )


def a_job(notice: Notice, language: str = "en", address: str = "ada@example.org") -> Job:
    """Return what is owed to Ada."""
    ada = parse_address(address)
    page = (0, language, "", None)
    at = (ASKED_AT, ASKED_AT, ASKED_AT)
    return Job(1, Lane.NOTICE, 1, None, 7, notice, *page, True, ada, 0, *at)


def a_memo(notice: Notice) -> Memo | None:
    """Return what the operator is told, if it is that."""
    if notice not in MEMOS:
        return None
    return Memo(
        notice,
        newsletter_id=1,
        occasion="edition 12",
        edition_id=12,
        subject="Ferry deal reached after nine-hour talks",
        url="https://news.example.org/read/brief/" if notice is not Notice.DELIVERY_PAUSED else "",
        cause="23 of the last 200 mails were refused" if notice is Notice.DELIVERY_PAUSED else "",
        stories=12,
        readers=3,
        sent=12_345,
        refused=2,
        given_up=1,
        in_doubt=1,
        skipped=5,
        later=4_000,
    )


def small_mail(notice: Notice, language: str, address: str = "ada@example.org") -> Mail:
    """Return a small mail to Ada."""
    own = person.notice(a_job(notice, language, address), a_newsletter(), LINKS)
    page = TEMPLATES.notice(notice, a_newsletter(), language, a_memo(notice))
    message = build(own.head, page, own.values, utf8=False)
    return Mail(language, fill(page, own.values), message, None)


def digest_mail(view: DigestView) -> Mail:
    """Return an edition as Ada gets it."""
    page = TEMPLATES.digest(view)
    values = values_in(view.language)
    message = build(head_of(view)._replace(date=TUESDAY), page, values)
    return Mail(view.language, fill(page, values), message, view)


def _usual_in(language: str) -> Mail:
    return digest_mail(a_view(newsletter=a_newsletter(language=language), language=language))


def _golden(name: str) -> Mail:
    return digest_mail(EDITIONS[name]())


DIGESTS: dict[str, Callable[[], Mail]] = {
    **{name: partial(_golden, name) for name in EDITIONS},
    **{f"usual in {language}": partial(_usual_in, language) for language in spoken()},
}
SMALL_MAILS: dict[str, Callable[[], Mail]] = {
    f"{notice} in {language}": partial(small_mail, notice, language)
    for notice in Notice
    for language in spoken()
}


@cache
def mail(name: str) -> Mail:
    """Return one of them, by its name."""
    return {**DIGESTS, **SMALL_MAILS}[name]()
