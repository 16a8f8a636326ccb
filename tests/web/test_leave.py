"""Leaving: the page's button, and RFC 8058 as receivers call it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from mailer.subscribers.model import Act, State, Way
from tests.fakes.clock import StandingClock
from tests.web.conftest import FORM, Site

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
ENCODINGS = ["application/x-www-form-urlencoded", "multipart/form-data"]


def how_it_ended(site: Site) -> list[Way]:
    with site.mailer.store.read() as tx:
        history = tx.consent.history(site.subscription().id)
    return [event.origin.way for event in history if event.act is Act.LEFT]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_one_click_needs_no_cookie_no_page_and_no_redirect(site: Site, encoding: str) -> None:
    site.join()

    answer = site.client.post(f"/leave/{site.leave_token()}", data=ONE_CLICK, content_type=encoding)

    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    assert site.state() is State.LEFT
    assert how_it_ended(site) == [Way.ONE_CLICK]


def test_a_program_that_presses_the_first_button_there_is_ends_nothing(site: Site) -> None:
    site.join()
    page = f"/leave/{site.leave_token()}"
    first = LexborHTMLParser(site.client.get(page).text).css("form button")[0]

    assert "hidden" in first.attributes
    assert site.client.post(page, data={"act": first.attributes["value"]}).status_code == 422
    assert site.state() is State.ACTIVE


def test_the_26_bytes_that_receivers_send_are_enough(site: Site) -> None:
    site.join()

    answer = site.client.post(
        f"/leave/{site.leave_token()}",
        data=b"List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )

    assert (answer.status_code, site.state()) == (200, State.LEFT)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_pressing_twice_is_as_good_as_once(site: Site, encoding: str) -> None:
    site.join()
    page = f"/leave/{site.leave_token()}"

    answers = [site.client.post(page, data=ONE_CLICK, content_type=encoding) for _ in range(3)]

    assert {(answer.status_code, answer.data) for answer in answers} == {
        (200, b"You have been unsubscribed.\n")
    }
    assert how_it_ended(site) == [Way.ONE_CLICK]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "body", [{}, {"List-Unsubscribe": "Yes"}, {**ONE_CLICK, "more": "x"}, {"act": "stay"}]
)
def test_another_body_gets_the_page_and_changes_nothing(
    site: Site, encoding: str, body: dict[str, str]
) -> None:
    site.join()

    answer = site.client.post(f"/leave/{site.leave_token()}", data=body, content_type=encoding)

    assert answer.status_code == 422
    assert "<button" in answer.text
    assert site.state() is State.ACTIVE


def test_the_button_on_the_page_ends_it_in_one_press(site: Site) -> None:
    site.join()
    page = f"/leave/{site.leave_token()}"

    before = site.client.get(page)
    after = site.client.post(page, data={"act": "leave"})

    assert "a…@example.org" in before.text
    assert "ada@example.org" not in before.text
    assert "You have left" in after.text
    assert how_it_ended(site) == [Way.PAGE]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_the_page_changes_nothing(site: Site, method: str) -> None:
    site.join()
    before = site.everything()

    answer = site.client.open(f"/leave/{site.leave_token()}", method=method)

    assert answer.status_code == 200
    assert site.everything() == before


def test_links_in_old_mails_work_years_later(site: Site, clock: StandingClock) -> None:
    site.join()
    token = site.leave_token()

    clock.advance(timedelta(days=3650))
    site.client.post(f"/leave/{token}", data=ONE_CLICK)

    assert site.state() is State.LEFT


def test_a_link_from_before_somebody_left_and_came_back_still_works(site: Site) -> None:
    site.join()
    old = site.leave_token()
    site.mailer.signup.leave(old, FORM)
    site.join()

    site.client.post(f"/leave/{old}", data=ONE_CLICK)

    assert site.state() is State.LEFT


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_forged_links_and_links_for_something_else_are_nothing(site: Site, encoding: str) -> None:
    site.join()
    good = site.leave_token()
    wrong = [good[:-1] + ("A" if good[-1] != "A" else "B"), "x", "A" * 46, site.confirm_token()]

    codes = {
        site.client.post(f"/leave/{token}", data=ONE_CLICK, content_type=encoding).status_code
        for token in wrong
    }

    assert codes == {404}
    assert site.state() is State.ACTIVE


def test_a_link_of_somebody_who_was_erased_is_answered_well(site: Site) -> None:
    token = site.mailer.links.leave(999, site.mailer.clock.now()).rpartition("/")[2]

    assert site.client.post(f"/leave/{token}", data=ONE_CLICK).status_code == 200
    assert site.client.get(f"/leave/{token}").status_code == 200


def test_a_leaving_is_taken_back_within_seven_days_and_nothing_is_lost(
    site: Site, clock: StandingClock
) -> None:
    before = site.join()
    left = site.client.post(f"/leave/{site.leave_token()}", data={"act": "leave"})
    (undo,) = re.findall(r'action="https://news\.example\.org(/undo/[^"]+)"', left.text)
    clock.advance(timedelta(days=6))

    asked = site.client.get(undo)
    assert site.state() is State.LEFT
    back = site.client.post(undo)

    assert "Take it back" in asked.text
    assert "You are on the list" in back.text
    assert site.state() is State.ACTIVE
    assert site.subscription().watermark == before.watermark
    assert site.subscription().confirmed_at == before.confirmed_at


def test_after_seven_days_and_after_another_leaving_it_is_over(
    site: Site, clock: StandingClock
) -> None:
    site.join()
    site.client.post(f"/leave/{site.leave_token()}", data={"act": "leave"})
    old = site.mailer.links.undo(site.subscription().id, clock.now()).rpartition("/")[2]
    clock.advance(timedelta(days=8))

    assert site.client.post(f"/undo/{old}").status_code == 410
    assert site.state() is State.LEFT


def test_whoever_has_the_link_can_only_leave_and_the_reader_is_told(site: Site) -> None:
    """It was forwarded: the address is masked, and the reader's own mail takes it back."""
    site.join()
    page = f"/leave/{site.leave_token()}"
    texts = [site.client.get(page).text, site.client.post(page, data={"act": "leave"}).text]

    assert all("ada@example.org" not in text for text in texts)
    assert site.notices()[-1] == ("goodbye", "goodbye:2026-11-24")


def test_one_click_is_the_readers_own_act_and_no_mail_follows(site: Site) -> None:
    site.join()
    site.client.post(f"/leave/{site.leave_token()}", data=ONE_CLICK)

    assert "goodbye" not in dict(site.notices())


@pytest.mark.parametrize("kind", ["preferences", "data"])
def test_the_leave_page_mails_private_links_and_shows_none(site: Site, kind: str) -> None:
    site.join()
    answer = site.client.post(f"/leave/{site.leave_token()}", data={"act": kind})

    assert f"/{kind}/" not in answer.text
    assert site.notices()[-1][0] == f"{kind}_link"


def test_what_was_erased_is_answered_well_everywhere(site: Site) -> None:
    found = site.join()
    leave = site.leave_token()
    data = site.mailer.links.data(found.id, site.mailer.clock.now()).rpartition("/")[2]
    erased = site.client.post(f"/data/{data}", data={"act": "erase"})

    assert "Nothing is kept of you" in erased.text
    assert site.client.post(f"/data/{data}", data={"act": "erase"}).status_code == 410
    assert site.client.get(f"/data/{data}").status_code == 200
    assert site.client.post(f"/leave/{leave}", data=ONE_CLICK).status_code == 200
    assert site.client.post(f"/leave/{leave}", data={"act": "data"}).status_code == 200


def test_never_write_again_is_a_button_behind_the_mail(site: Site) -> None:
    found = site.ask()
    page = site.mailer.links.refuse(found.id, found.requested_at)
    page = page.removeprefix("https://news.example.org")
    looked = site.client.get(page)
    assert site.state() is State.PENDING
    done = site.client.post(page)

    assert "<button" in looked.text
    assert "Nothing more is sent" in done.text
    assert site.client.get(page).status_code == 200


@pytest.mark.parametrize("kind", ["refuse", "undo"])
def test_a_program_that_presses_the_first_button_of_a_mailed_page_changes_nothing(
    site: Site, kind: str
) -> None:
    found = site.ask() if kind == "refuse" else site.join()
    if kind == "undo":
        site.mailer.signup.leave(site.leave_token(), FORM)
    at = site.subscription().left_at or found.requested_at
    page = getattr(site.mailer.links, kind)(found.id, at).partition("org")[2]
    first = LexborHTMLParser(site.client.get(page).text).css("form button")[0]
    before = site.everything()

    pressed = site.client.post(page, data={"act": first.attributes.get("value") or ""})

    assert (pressed.status_code, "hidden" in first.attributes) == (422, True)
    assert site.everything() == before


@pytest.mark.parametrize("way", Way)
def test_every_way_out_has_words(site: Site, way: Way) -> None:
    site.join()
    site.mailer.signup.leave(site.leave_token(), replace(FORM, way=way))

    assert site.client.get(f"/why/{site.leave_token()}").status_code == 200
