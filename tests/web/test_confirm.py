"""Confirming: a page with one button."""

from datetime import timedelta

from selectolax.lexbor import LexborHTMLParser

from mailer.subscribers.model import State
from tests.fakes.clock import StandingClock
from tests.web.conftest import FORM, Site, words


def test_opening_the_link_changes_nothing_and_pressing_the_button_confirms(site: Site) -> None:
    site.ask()
    page = f"/confirm/{site.confirm_token()}"

    before = site.client.get(page)
    assert "<button" in before.text
    assert site.state() is State.PENDING

    after = site.client.post(page)
    assert "You are on the list" in after.text
    assert "Next mail: Tuesday 07:00" in words(after.text)
    assert site.state() is State.ACTIVE


def test_a_program_that_presses_the_first_button_there_is_confirms_nothing(site: Site) -> None:
    site.ask()
    page = f"/confirm/{site.confirm_token()}"
    first, second = LexborHTMLParser(site.client.get(page).text).css("form button")

    pressed = site.client.post(page, data={first.attributes["name"]: first.attributes["value"]})

    assert "hidden" in first.attributes
    assert pressed.status_code == 422
    assert second.text() in pressed.text
    assert site.state() is State.PENDING


def test_confirming_twice_says_the_same_and_records_it_once(site: Site) -> None:
    site.ask()
    page = f"/confirm/{site.confirm_token()}"

    answers = {site.client.post(page).data for _ in range(2)}

    assert len(answers) == 1
    assert "You are on the list" in site.client.get(page).text
    with site.mailer.store.read() as tx:
        assert len(tx.consent.history(site.subscription().id)) == 2


def test_a_link_that_confirmed_long_ago_is_no_key_to_anybodys_choices(
    site: Site, clock: StandingClock
) -> None:
    site.ask()
    page = f"/confirm/{site.confirm_token()}"
    first = site.client.post(page)

    clock.advance(timedelta(hours=1))  # the mail may have been forwarded since
    again = site.client.post(page)

    assert "/preferences/" in first.text
    assert "/preferences/" not in again.text
    assert "You are on the list" in again.text


def test_an_expired_link_offers_the_next_step(site: Site, clock: StandingClock) -> None:
    site.ask()
    page = f"/confirm/{site.confirm_token()}"

    clock.advance(timedelta(hours=73))
    answer = site.client.post(page)

    assert answer.status_code == 410
    assert "Sign up again" in answer.text
    assert site.state() is State.PENDING


def test_a_link_from_an_earlier_signup_confirms_no_later_one(
    site: Site, clock: StandingClock
) -> None:
    site.ask()
    old = site.confirm_token()
    clock.advance(timedelta(hours=80))
    site.ask()

    assert site.client.post(f"/confirm/{old}").status_code == 410
    assert site.client.post(f"/confirm/{site.confirm_token()}").status_code == 200


def test_asking_again_keeps_the_link_in_the_old_mail_alive(
    site: Site, clock: StandingClock
) -> None:
    site.ask()
    first = site.confirm_token()
    clock.advance(timedelta(hours=30))
    site.ask()

    assert site.confirm_token() == first
    assert [slot for _, slot in site.notices()] == ["confirm:2026-11-24", "confirm:2026-11-25"]
    assert site.client.post(f"/confirm/{first}").status_code == 200


def test_an_old_confirmation_link_does_not_bring_back_who_has_left(site: Site) -> None:
    site.join()
    token = site.confirm_token()
    site.mailer.signup.leave(site.leave_token(), FORM)

    assert site.client.post(f"/confirm/{token}").status_code == 410
    assert site.state() is State.LEFT
