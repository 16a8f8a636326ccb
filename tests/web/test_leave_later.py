"""Leaving while the database is away: it is answered as ever, and done when it is there again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from mailer.jobs.run import run_job
from mailer.subscribers.model import State
from tests.fakes.clock import StandingClock
from tests.web.conftest import FORM, Site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@contextmanager
def away(site: Site) -> Iterator[None]:
    """Take the database away, as when its disk is not there."""
    file = Path(str(site.mailer.store.engine.url.database))
    site.mailer.store.close()
    hidden = file.rename(file.with_suffix(".away"))
    file.mkdir()
    yield
    file.rmdir()
    site.mailer.store.close()
    hidden.rename(file)


def test_one_press_is_enough_while_the_database_is_away(site: Site) -> None:
    site.join()
    token = site.leave_token()

    with away(site):
        answer = site.client.post(f"/leave/{token}", data=ONE_CLICK)
        ready = site.client.get("/health/ready")

    assert (answer.status_code, ready.status_code) == (200, 503)
    assert ready.get_json()["reason"] == "the database cannot be used"  # and not where it is
    assert site.state() is State.ACTIVE
    run_job(site.mailer, "digests")
    assert site.state() is State.LEFT


def test_the_button_on_the_page_is_answered_by_a_page(site: Site) -> None:
    site.join()
    token = site.leave_token()

    with away(site):
        page = site.client.get(f"/leave/{token}")
        answer = site.client.post(f"/leave/{token}", data={"act": "leave"})
        forged = site.client.post(f"/leave/{token[:-4]}AAAA", data=ONE_CLICK)

    assert '<button type="submit" name="act" value="leave">' in page.text
    assert (page.status_code, answer.status_code, forged.status_code) == (200, 200, 404)
    assert "You have left" in answer.text
    run_job(site.mailer, "digests")
    run_job(site.mailer, "digests")
    assert site.state() is State.LEFT


def test_whoever_signed_up_after_that_press_stays(site: Site, clock: StandingClock) -> None:
    site.join()
    token = site.leave_token()
    with away(site):
        site.client.post(f"/leave/{token}", data=ONE_CLICK)

    site.mailer.signup.leave(token, FORM)
    clock.set(clock.now() + timedelta(hours=1))
    site.join()
    run_job(site.mailer, "digests")

    assert site.state() is State.ACTIVE


def test_whoever_came_back_after_that_press_stays(site: Site, clock: StandingClock) -> None:
    site.join()
    token = site.leave_token()
    with away(site):
        site.client.post(f"/leave/{token}", data=ONE_CLICK)

    clock.advance(timedelta(minutes=1))  # the database is there again, and they press once more
    site.client.post(f"/leave/{token}", data={"act": "leave"})
    left_at = site.subscription().left_at
    assert left_at is not None
    clock.advance(timedelta(minutes=1))
    undo = site.mailer.links.undo(site.subscription().id, left_at)
    site.client.post(f"/undo/{undo.rpartition('/')[2]}")
    run_job(site.mailer, "digests")

    assert site.state() is State.ACTIVE


def test_half_a_line_in_the_file_keeps_nobody_from_leaving(site: Site, tmp_path: Path) -> None:
    site.join()
    token = site.leave_token()
    with away(site):
        site.client.post(f"/leave/{token}", data=ONE_CLICK)
    (parked,) = tmp_path.rglob("*.parked")
    whole = parked.read_bytes()
    parked.write_bytes(b"2026-11-2\xff" + whole + whole.rstrip()[:-4] + b"\n2026-11-24T")

    run_job(site.mailer, "digests")

    assert site.state() is State.LEFT
    assert parked.read_bytes() == b""
