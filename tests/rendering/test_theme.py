"""What an owner's own templates may do, and what becomes of a mistake in one."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailer import resources
from mailer.delivery.model import DeliveryState, Notice
from mailer.errors import RenderError
from mailer.jobs.run import run_job
from mailer.rendering.templates import Templates
from mailer.wiring import build
from tests.conftest import a_newsletter
from tests.rendering.samples import TEMPLATES, a_view
from tests.system.conftest import world
from tests.system.world import World

__all__ = ["world"]

OURS = resources.folder("templates") / "email"
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"

MISTAKES = {
    "a name there is not": ("{{ nobody }}", "'nobody' is undefined"),
    "a field there is not": ("{{ newsletter.nothing }}", "no attribute 'nothing'"),
    "a file there is not": ("{% include 'nowhere.html' %}", "there is no template nowhere.html"),
    "no end": ("{% if lang %}", "Unexpected end of template"),
    "no such tag": ("{% launch %}", "unknown tag 'launch'"),
    "no such filter": ("{{ lang | shout }}", "No filter named 'shout'"),
    "a division by nothing": ("{{ 1 / 0 }}", "division by zero"),
    "a long loop": ("{% for a in range(10 ** 9) %}{% endfor %}", "makes too much of that"),
    "a loop in a loop": (ENDLESS, "seconds of work"),
    "a macro in itself": (
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "it calls itself without end",
    ),
    "a file in itself": ("{% include 'digest/body.txt' %}", "it calls itself without end"),
    "a text of a thousand million": ("{{ 'x' * 10 ** 9 }}", "makes too much of that"),
    "a wide text": ("{{ 'x'.ljust(1000000000) }}", "more memory"),
    "a wide number": ("{{ '%1000000000d' | format(1) }}", "more memory"),
    "a text that doubles": (
        "{% set n = namespace(t=lang) %}{% for a in range(99) %}{% set n.t = n.t ~ n.t %}"
        "{% endfor %}",
        "more memory",
    ),
}


def themed(folder: Path, body: str) -> Templates:
    """Return our templates behind a theme whose digest has this text part, on its second line."""
    (folder / "digest").mkdir(exist_ok=True)
    (folder / "digest" / "body.txt").write_text(f"Hello\n{body}")
    return Templates(OURS, folder)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, mistake: str) -> None:
    body, told = MISTAKES[mistake]

    with pytest.raises(RenderError) as caught:
        themed(tmp_path, body).digest(a_view())

    assert told in caught.value.reason
    assert (caught.value.template, caught.value.line) == ("digest/body.txt", 2)


def test_a_part_larger_than_any_mail_is_no_part(tmp_path: Path) -> None:
    body = "{% for a in range(9999) %}{{ 'a' * 999 }}{% endfor %}"

    with pytest.raises(RenderError, match="prints 9,989,007 characters") as caught:
        themed(tmp_path, body).digest(a_view())

    assert caught.value.template == "digest/body.txt"


def test_after_a_mistake_the_next_page_is_made_as_ever(tmp_path: Path) -> None:
    templates = themed(tmp_path, "{{ nobody }}")
    with pytest.raises(RenderError):
        templates.digest(a_view())

    (tmp_path / "digest" / "body.txt").unlink()

    assert templates.digest(a_view()) == TEMPLATES.digest(a_view())


def test_a_small_mail_of_a_theme_is_made_too(tmp_path: Path) -> None:
    newsletter = a_newsletter()
    (tmp_path / "confirm").mkdir()
    (tmp_path / "confirm" / "subject.txt").write_text("One press and it is yours")

    page = Templates(OURS, tmp_path).notice(Notice.CONFIRM, newsletter, "de")

    assert page.subject == "One press and it is yours"
    assert page.text == TEMPLATES.notice(Notice.CONFIRM, newsletter, "de").text


def test_a_broken_theme_sends_nothing_and_loses_nothing(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    theme = tmp_path / "theme"
    theme.mkdir()
    site = replace(world.settings.site, theme=theme)
    world.settings = replace(world.settings, site=site)
    world.mailer = build(world.settings, world.clock)
    for name in ("digest", "confirm"):
        (theme / name).mkdir()
        (theme / name / "body.html").write_text("{{ nobody }}")
    world.newsletter()
    world.reader("ada@example.org")
    world.sign_up("ben@example.org")
    world.publish(2)
    world.at(2026, 11, 24, 6, 0)
    world.run_what_is_due()
    assert world.relay.messages == []
    with world.mailer.store.read() as tx:
        (waiting,) = tx.ledger_reports.rows(state=DeliveryState.DUE)
    assert waiting.notice is Notice.CONFIRM
    assert "confirm/body.html, line 1: 'nobody' is undefined" in str(caplog.records[-1].__dict__)

    for name in ("digest", "confirm"):
        (theme / name / "body.html").unlink()
    world.mailer.store.close()
    world.mailer = world.second_program()
    world.mailer.approve.approve(1)
    world.at(2026, 11, 24, 6, 10)
    run_job(world.mailer, "digests")
    run_job(world.mailer, "send")

    assert len(world.digests("ada@example.org")) == 1
    assert len(world.digests("ben@example.org")) == 1
