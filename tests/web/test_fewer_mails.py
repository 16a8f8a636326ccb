"""The page behind a link to leave: fewer mails, a pause; and what it never does."""

import re
from datetime import timedelta

import pytest

from mailer.editions.model import Rhythm
from mailer.subscribers.model import Act, Reason, State, Way
from mailer.subscribers.preferences import Wishes
from mailer.web.history import ACTS, WAYS
from tests.fakes.clock import StandingClock
from tests.web.conftest import Site, words


def leave(site: Site) -> str:
    return f"/leave/{site.leave_token()}"


def wish(site: Site, **wishes: object) -> None:
    site.mailer.preferences.edit(site.subscription().id, Wishes(**wishes))  # type: ignore[arg-type]  # the test names the fields


def buttons(page: str) -> list[str]:
    (form,) = re.findall(r'<form method="post" class="choices">(.*?)</form>', page, re.DOTALL)
    return re.findall(r'<button type="submit" name="act" value="(\w+)">', form)


def test_fewer_mails_and_a_pause_stand_beside_leaving_alike(site: Site) -> None:
    site.join()

    page = site.client.get(leave(site)).text

    assert buttons(page) == ["weekly", "pause", "leave"]
    assert "Next mail: Tuesday 07:00" in words(page)


def test_one_press_makes_it_once_a_week_and_the_reader_is_told(site: Site) -> None:
    site.join()

    answers = [site.client.post(leave(site), data={"act": "weekly"}) for _ in range(2)]

    assert site.subscription().schedule.rhythm is Rhythm.WEEKLY
    assert "comes to a…@example.org once a week" in words(answers[1].text)
    assert "ada@example.org" not in answers[0].text
    assert [name for name, _ in site.notices()].count("fewer") == 1


def test_who_has_one_a_week_may_have_one_a_month_and_then_no_fewer(site: Site) -> None:
    site.join()
    wish(site, rhythm=Rhythm.WEEKLY, days=[1, 4])
    assert buttons(site.client.get(leave(site)).text)[0] == "monthly"

    answer = site.client.post(leave(site), data={"act": "monthly"})

    assert "once a month" in answer.text
    assert buttons(site.client.get(leave(site)).text) == ["pause", "leave"]


def test_a_link_to_leave_never_makes_it_more_mails(site: Site) -> None:
    site.join()
    wish(site, rhythm=Rhythm.MONTHLY)

    assert site.client.post(leave(site), data={"act": "weekly"}).status_code == 422
    assert site.subscription().schedule.rhythm is Rhythm.MONTHLY


def test_one_press_pauses_for_four_weeks_and_the_reader_is_told(site: Site) -> None:
    site.join()

    answer = site.client.post(leave(site), data={"act": "pause"})

    assert site.state() is State.PAUSED
    assert "before 22 December 2026" in words(answer.text)
    assert "Next mail: Tuesday 22 December, 07:00" in words(answer.text).replace("\u00a0", " ")
    assert site.notices()[-1] == ("paused", "paused:2026-11-24")
    assert buttons(site.client.get(leave(site)).text) == ["weekly", "leave"]


def test_a_pause_of_the_readers_own_is_not_made_shorter(site: Site) -> None:
    site.join()
    choices = site.mailer.links.preferences(site.subscription().id, site.mailer.clock.now())
    site.client.post(
        choices.removeprefix(site.mailer.links.base_url),
        data={"act": "pause", "until": "2027-03-01"},
    )
    before = site.subscription()

    site.client.post(leave(site), data={"act": "pause"})

    assert site.subscription() == before


@pytest.mark.parametrize("act", ["daily", "weekdays", "resume", "keep", "minutely", "at-once"])
def test_what_the_page_does_not_offer_changes_nothing(site: Site, act: str) -> None:
    site.join()
    wish(site, rhythm=Rhythm.WEEKLY)
    before = site.everything()

    assert site.client.post(leave(site), data={"act": act}).status_code == 422
    assert site.everything() == before


@pytest.mark.parametrize("act", ["weekly", "pause"])
def test_whoever_never_confirmed_has_nothing_to_make_fewer(site: Site, act: str) -> None:
    site.ask()

    assert site.client.post(leave(site), data={"act": act}).status_code == 422
    assert site.state() is State.PENDING


def test_the_why_page_says_when_and_how_and_neither_where_nor_to_whom(site: Site) -> None:
    site.client.post(
        "/subscribe/brief",
        data=site.filled(),
        headers={"Referer": "https://elsewhere.example/a"},
        environ_base={"REMOTE_ADDR": "192.0.2.77"},
    )
    site.client.post(f"/confirm/{site.confirm_token()}")

    page = words(site.client.get(f"/why/{site.leave_token()}").text)

    assert "Signed up , by the form on a page Tuesday, 24 November 2026" in page
    assert "Confirmed , by the button behind a mailed link" in page
    assert "Next mail: Tuesday 07:00" in page
    assert not re.search(r"ada@|elsewhere|192\.0", page)


def test_the_page_of_choices_leads_to_all_that_is_written_down_of_the_consent(site: Site) -> None:
    site.client.post(
        "/subscribe/brief",
        data=site.filled(),
        headers={"Referer": "https://elsewhere.example/a", "User-Agent": "Browser 7"},
        environ_base={"REMOTE_ADDR": "192.0.2.77"},
    )
    site.client.post(f"/confirm/{site.confirm_token()}")
    choices = site.mailer.links.preferences(site.subscription().id, site.mailer.clock.now())
    choices = choices.removeprefix(site.mailer.links.base_url)
    (why,) = re.findall(r'href="[^"]*(/why/[^"]+)"', site.client.get(choices).text)

    page = site.client.get(why).text

    assert all(one in words(page) for one in ("elsewhere.example/a", "192.0.2.0/24", "Browser 7"))
    assert choices in page


def test_an_old_link_to_all_of_it_has_a_fresh_one_mailed(site: Site, clock: StandingClock) -> None:
    found = site.join()
    choices = site.mailer.links.preferences(found.id, clock.now())
    clock.advance(timedelta(days=8))

    answer = site.client.get(f"/why/{choices.rpartition('/')[2]}")

    assert answer.status_code == 410
    (renews_at,) = re.findall(r'action="([^"]+)"', answer.text)
    site.client.post(renews_at, data={"act": "renew"})
    assert site.notices()[-1][0] == "preferences_link"


def test_why_somebody_left_is_one_press_and_kept_once(site: Site) -> None:
    site.join()
    left = site.client.post(leave(site), data={"act": "leave"})
    offered = re.findall(r'name="act" value="([a-z-]+)"', left.text)

    said = [site.client.post(leave(site), data={"act": why}).text for why in offered]

    assert offered == list(Reason)
    assert "Thank you, it is noted." in said[0]
    with site.mailer.store.read() as tx:
        history = tx.consent.history(site.subscription().id)
    assert [event.reason for event in history if event.act is Act.EXPLAINED] == [offered[0]]


def test_every_step_and_every_way_has_words() -> None:
    assert (set(ACTS), set(WAYS)) == (set(Act), set(Way))


def test_the_page_of_ones_data_shows_each_step_with_all_that_is_kept(site: Site) -> None:
    site.client.post(
        "/subscribe/brief",
        data=site.filled(),
        headers={"Referer": "https://elsewhere.example/a", "User-Agent": "A browser"},
        environ_base={"REMOTE_ADDR": "192.0.2.77"},
    )
    data = site.mailer.links.data(site.subscription().id, site.mailer.clock.now())

    page = words(site.client.get(data.removeprefix(site.mailer.links.base_url)).text)

    assert "Page https://elsewhere.example/a Network 192.0.2.0/24 Browser A browser" in page
    assert "Agreed to One mail a day from The Harbour Brief." in page


def test_ones_data_is_asked_for_on_the_page_of_choices_and_comes_by_mail(site: Site) -> None:
    found = site.join()
    choices = site.mailer.links.preferences(found.id, site.mailer.clock.now())

    answer = site.client.post(
        choices.removeprefix(site.mailer.links.base_url), data={"act": "data"}
    )

    assert "/data/" not in answer.text
    assert site.notices()[-1][0] == "data_link"


@pytest.mark.parametrize(("kind", "days"), [("preferences", 8), ("data", 4)])
def test_an_expired_link_of_ones_own_has_a_fresh_one_mailed(
    site: Site, clock: StandingClock, kind: str, days: int
) -> None:
    found = site.join()
    wish(site, language="de")
    link = getattr(site.mailer.links, kind)(found.id, clock.now()).removeprefix(
        site.mailer.links.base_url
    )
    clock.advance(timedelta(days=days))

    expired = site.client.get(link)
    renewed = site.client.post(link, data={"act": "renew"})

    assert (expired.status_code, '<html lang="de"' in expired.text) == (410, True)
    assert 'value="renew"' in expired.text
    assert f"/{kind}/" not in renewed.text
    assert site.notices()[-1][0] == f"{kind}_link"


def test_an_expired_signup_leads_to_the_form(site: Site, clock: StandingClock) -> None:
    site.ask()
    link = f"/confirm/{site.confirm_token()}"
    clock.advance(timedelta(days=4))

    expired = site.client.get(link)

    assert expired.status_code == 410
    assert 'href="/subscribe/brief"' in expired.text
