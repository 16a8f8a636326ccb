"""The page on which a reader chooses when a newsletter comes."""

import pytest

from mailer.editions.model import Rhythm
from mailer.subscribers.model import State
from mailer.subscribers.preferences import Wishes
from tests.web.conftest import Site

WEEKLY = {"act": "keep", "rhythm": "weekly", "day": "4", "minute": "1020"}


def page(site: Site) -> str:
    link = site.mailer.links.preferences(site.subscription().id, site.mailer.clock.now())
    return link.removeprefix(site.mailer.links.base_url)


def test_the_mailed_link_shows_what_holds_and_changes_nothing(site: Site) -> None:
    site.join()
    before = site.everything()

    answer = site.client.get(page(site))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<option value="daily" selected>Every day' in answer.text
    assert "Next mail" in answer.text
    assert site.everything() == before


def test_a_rhythm_a_day_and_an_hour_are_kept(site: Site) -> None:
    site.join()

    answer = site.client.post(page(site), data=WEEKLY)

    schedule = site.subscription().schedule
    assert (answer.status_code, "It is kept." in answer.text) == (200, True)
    assert (schedule.rhythm, schedule.weekday, schedule.minute_of_day) == (Rhythm.WEEKLY, 4, 1020)


def test_who_has_several_days_keeps_them_when_only_the_hour_changes(site: Site) -> None:
    site.join()
    two_days = Wishes(rhythm=Rhythm.WEEKLY, days=[1, 4])
    site.mailer.preferences.edit(site.subscription().id, two_days)

    site.client.post(page(site), data={**WEEKLY, "day": "1"})

    schedule = site.subscription().schedule
    assert (schedule.days, schedule.minute_of_day) == ((1, 4), 1020)


def test_a_pause_begins_and_ends_with_a_press(site: Site) -> None:
    site.join()

    paused = site.client.post(page(site), data={"act": "pause"})
    assert (site.state(), "Paused until" in paused.text) == (State.PAUSED, True)

    site.client.post(page(site), data={"act": "resume"})
    assert site.state() is State.ACTIVE


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"act": "other"},
        {**WEEKLY, "rhythm": "hourly"},
        {**WEEKLY, "day": "9"},
        {**WEEKLY, "minute": "99999"},
        {**WEEKLY, "minute": "soon"},
    ],
)
def test_what_no_form_of_ours_sends_changes_nothing(site: Site, form: dict[str, str]) -> None:
    site.join()
    before = site.everything()

    assert site.client.post(page(site), data=form).status_code == 422
    assert site.everything() == before


def test_whoever_has_left_is_told_so(site: Site) -> None:
    site.join()
    link = page(site)
    site.client.post(f"/leave/{site.leave_token()}", data={"act": "leave"})

    assert "You have left" in site.client.get(link).text
    assert site.client.post(link, data=WEEKLY).status_code == 200
    assert site.state() is State.LEFT
