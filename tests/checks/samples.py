"""Golden editions as letters, and ways to spoil them."""

from collections.abc import Callable
from dataclasses import replace

from mailer.checks.inspect import known_clients, told_of
from mailer.checks.letter import Letter, examine
from mailer.checks.model import Report
from mailer.rendering.model import Page, Slot
from tests.rendering.golden import golden
from tests.rendering.samples import VALUES


def a_letter(name: str = "usual") -> Letter:
    """Return a golden edition as its reader gets it."""
    made = golden(name)
    return Letter(
        page=made.page,
        stories=[told_of(story) for story in made.view.stories],
        leave_url=VALUES[Slot.LEAVE_URL],
        postal_address=made.view.newsletter.postal_address,
        own_host="news.example.org",
        language=made.view.language,
    )


def report(letter: Letter) -> Report:
    """Return what the checks say of it."""
    return examine(letter, known_clients())


def spoiled(change: Callable[[str], str], part: str = "html") -> Letter:
    """Return the usual edition with one part changed."""
    letter = a_letter()
    old = getattr(letter.page, part)
    new = change(old)
    assert new != old, "the change changes nothing"
    parts = {name: getattr(letter.page, name) for name in ("subject", "html", "text")}
    return replace(letter, page=Page(**{**parts, part: new}))
