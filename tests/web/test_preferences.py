"""The page on which a reader chooses when and how a newsletter comes."""

import re
from datetime import date

import pytest

from mailer.editions.calendar import local_midnight
from mailer.editions.model import Rhythm
from mailer.languages.catalogue import spoken
from mailer.subscribers.model import State
from mailer.subscribers.preferences import Wishes
from mailer.web.preferences import name_of
from tests.fakes.clock import StandingClock
from tests.web.conftest import Site, words

KEPT = {"act": "keep", "zone": "Europe/Berlin", "language": ""}
WEEKLY = {**KEPT, "rhythm": "weekly", "day": "4", "hour": "17:00"}


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
    assert "Next mail: Tuesday 07:00" in words(answer.text)
    assert site.everything() == before


def test_a_rhythm_a_day_and_an_hour_are_kept(site: Site) -> None:
    site.join()

    answer = site.client.post(page(site), data=WEEKLY)

    schedule = site.subscription().schedule
    assert (answer.status_code, "It is kept." in answer.text) == (200, True)
    assert "Next mail: Friday 17:00" in words(answer.text)
    assert (schedule.rhythm, schedule.days, schedule.minute_of_day) == (Rhythm.WEEKLY, (4,), 1020)


def test_a_week_has_as_many_days_as_are_ticked(site: Site) -> None:
    site.join()

    answer = site.client.post(page(site), data={**WEEKLY, "day": ["1", "3", "6"]})

    assert site.subscription().schedule.days == (1, 3, 6)
    ticked = re.findall(r'name="day" value="(\d)" checked', answer.text)
    assert ticked == ["1", "3", "6"]


def test_a_week_without_a_day_is_asked_about(site: Site) -> None:
    site.join()
    form = {name: value for name, value in WEEKLY.items() if name != "day"}

    answer = site.client.post(page(site), data=form)

    assert (answer.status_code, "<title>Error:" in answer.text) == (422, True)
    assert "Choose one day of the week at least." in answer.text
    assert site.subscription().schedule.rhythm is Rhythm.DAILY


def test_the_hour_is_one_of_the_readers_own_zone(site: Site) -> None:
    site.join()

    answer = site.client.post(page(site), data={**WEEKLY, "zone": "America/St_Johns"})

    found = site.subscription()
    assert found.schedule.zone == "America/St_Johns"
    assert (found.next_due_at or site.mailer.clock.now()).isoformat() == "2026-11-27T20:30:00+00:00"
    assert '<option value="America/St_Johns" selected>America/St Johns' in answer.text
    ahead = answer.text.partition('<option value="America/St_Johns"')[0]
    assert ahead.rpartition('<optgroup label="')[2].startswith("UTC-03:30")


def test_a_zone_that_no_page_offers_is_taken_and_shown_from_then_on(site: Site) -> None:
    site.join()
    site.client.post(page(site), data={**WEEKLY, "zone": "Asia/Calcutta"})

    assert "<option selected>Asia/Calcutta<" in site.client.get(page(site)).text


def test_only_who_has_the_newsletters_zone_is_proposed_another(site: Site) -> None:
    site.join()
    assert " data-propose aria-" in site.client.get(page(site)).text

    answer = site.client.post(page(site), data={**WEEKLY, "zone": "Asia/Tokyo"})

    assert " data-propose aria-" not in answer.text


def test_a_language_is_kept_and_every_page_of_that_reader_speaks_it(site: Site) -> None:
    found = site.join()
    choices, leave = page(site), f"/leave/{site.leave_token()}"

    site.client.post(choices, data={**WEEKLY, "language": "de"})

    assert site.subscription().language == "de"
    data = site.mailer.links.data(found.id, site.mailer.clock.now())
    for address in (choices, leave, data.removeprefix(site.mailer.links.base_url)):
        assert '<html lang="de"' in site.client.get(address).text
    assert ">Jede Woche</option>" in site.client.get(choices).text
    assert "Nächste Mail: Freitag, 17:00" in words(site.client.get(choices).text)
    assert '<html lang="de"' in site.client.post(leave, data={"act": "leave"}).text


def test_the_newsletters_own_language_is_the_one_of_who_chose_none(site: Site) -> None:
    site.join()
    site.client.post(page(site), data={**WEEKLY, "language": "ja"})

    site.client.post(page(site), data=WEEKLY)

    assert site.subscription().language is None


def test_every_language_has_its_own_name() -> None:
    names = [name_of(tag) for tag in spoken()]

    assert len(set(names)) == len(names)
    assert (name_of("pt-BR"), name_of("tlh")) == ("Português", "tlh")


def test_a_pause_ends_on_the_day_that_was_chosen(site: Site, clock: StandingClock) -> None:
    site.join()

    paused = site.client.post(page(site), data={"act": "pause", "until": "2026-12-24"})

    assert (site.state(), "Paused until 24\u00a0December\u00a02026." in paused.text) == (
        State.PAUSED,
        True,
    )
    assert "Next mail: Thursday 24 December, 07:00" in words(paused.text)
    ends = local_midnight(date(2026, 12, 24), "Europe/Berlin")
    assert site.subscription().paused_until == ends
    clock.advance(ends - clock.now())
    site.mailer.preferences.due()
    assert site.state() is State.ACTIVE


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_pause_ends_on_the_same_day_in_another_zone(site: Site, zone: str) -> None:
    site.join()
    site.client.post(page(site), data={"act": "pause", "until": "2026-12-24"})

    answer = site.client.post(page(site), data={**WEEKLY, "zone": zone})

    assert "Paused until 24\u00a0December\u00a02026." in answer.text
    assert site.subscription().paused_until == local_midnight(date(2026, 12, 24), zone)


def test_a_pause_is_ended_with_a_press(site: Site) -> None:
    site.join()
    site.client.post(page(site), data={"act": "pause", "until": "2026-12-24"})

    site.client.post(page(site), data={"act": "resume"})

    assert site.state() is State.ACTIVE


@pytest.mark.parametrize(
    "until", ["2026-11-24", "2020-01-01", "0001-01-01", "2027-12-31", "9999-12-31", "tomorrow", ""]
)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_pause_that_cannot_be_meant_is_asked_about(site: Site, until: str, zone: str) -> None:
    site.join()
    site.mailer.preferences.edit(site.subscription().id, Wishes(zone=zone))

    answer = site.client.post(page(site), data={"act": "pause", "until": until})

    assert (answer.status_code, site.state()) == (422, State.ACTIVE)
    assert "A pause ends on a day after today" in answer.text


def test_the_page_proposes_only_days_that_are_taken(site: Site, clock: StandingClock) -> None:
    site.join()
    field = re.search(
        r'min="([\d-]+)" max="([\d-]+)" value="([\d-]+)"', site.client.get(page(site)).text
    )
    assert field is not None

    for day in field.groups():
        answer = site.client.post(page(site), data={"act": "pause", "until": day})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"act": "other"},
        {**WEEKLY, "rhythm": "hourly"},
        {**WEEKLY, "rhythm": "minutely"},
        {**WEEKLY, "day": "9"},
        {**WEEKLY, "day": "some"},
        {**WEEKLY, "hour": "24:01"},
        {**WEEKLY, "hour": "soon"},
        {**WEEKLY, "zone": "Mars/Olympus"},
        {**WEEKLY, "zone": "../../etc/passwd"},
        {**WEEKLY, "zone": "right/Europe/Berlin"},
        {**WEEKLY, "zone": "localtime"},
        {**WEEKLY, "language": "klingon"},
    ],
)
def test_what_no_form_of_ours_sends_changes_nothing(site: Site, form: dict[str, str]) -> None:
    site.join()
    before = site.everything()

    assert site.client.post(page(site), data=form).status_code == 422
    assert site.everything() == before


def test_who_follows_the_newsletter_goes_on_following_when_nothing_is_changed(site: Site) -> None:
    before = site.join().schedule

    site.client.post(page(site), data={**KEPT, "rhythm": "daily", "day": "0", "hour": "07:00"})

    assert site.subscription().schedule == before


def test_whoever_has_just_confirmed_is_led_to_their_choices(site: Site) -> None:
    site.ask()
    link = f"/confirm/{site.confirm_token()}"

    pressed, looked = site.client.post(link), site.client.get(link)

    (choices,) = re.findall(r'href="https://news\.example\.org(/preferences/[^"]+)"', pressed.text)
    assert "Your choices" in site.client.get(choices).text
    assert "/preferences/" not in looked.text  # the mail may have been forwarded since


def test_whoever_has_left_is_told_so(site: Site) -> None:
    site.join()
    link = page(site)
    site.client.post(f"/leave/{site.leave_token()}", data={"act": "leave"})

    assert "You have left" in site.client.get(link).text
    assert site.client.post(link, data=WEEKLY).status_code == 200
    assert site.state() is State.LEFT


def test_days_are_kept_for_who_had_several_by_other_doors(site: Site) -> None:
    site.join()
    site.mailer.preferences.edit(site.subscription().id, Wishes(rhythm=Rhythm.WEEKLY, days=[1, 4]))

    assert re.findall(r'value="(\d)" checked', site.client.get(page(site)).text) == ["1", "4"]


def test_a_feed_of_ones_own_is_given_renewed_and_closed(site: Site) -> None:
    site.join()

    first, second = (feed(site.client.post(page(site), data={"act": "feed"}).text) for _ in "12")
    codes = [site.client.get(address).status_code for address in (first, second)]
    site.client.post(page(site), data={"act": "no-feed"})

    assert codes == [410, 200]
    assert site.client.get(second).status_code == 410


def test_another_address_that_cannot_be_used_is_told(site: Site) -> None:
    site.join()

    answer = site.client.post(page(site), data={"act": "address", "email": "ada"})

    assert (answer.status_code, "That address cannot be used here." in answer.text) == (422, True)


def test_a_week_without_a_day_stays_chosen_while_the_day_is_asked_for(site: Site) -> None:
    site.join()

    answer = site.client.post(page(site), data={**KEPT, "rhythm": "weekly", "hour": "07:00"})

    assert '<option value="weekly" selected>' in answer.text


def feed(text: str) -> str:
    (address,) = re.findall(r'value="https://news\.example\.org(/feed/[^"]+)"', text)
    return str(address)
