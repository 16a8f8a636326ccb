"""The form, from anywhere."""

from datetime import date

import pytest

from mailer.address import parse_address
from mailer.languages.catalogue import catalogue
from mailer.subscribers.model import State
from mailer.web.signup_form import NO_ADDRESS
from tests.conftest import add_newsletter
from tests.web.conftest import FORM, Site

PAGE = "/subscribe/brief"


def test_a_form_from_another_site_is_taken_and_says_what_comes_next(site: Site) -> None:
    answer = site.client.post(
        PAGE,
        data=site.filled(),
        headers={
            "Origin": "https://elsewhere.example",
            "Referer": "https://elsewhere.example/a?q=1",
        },
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "Check your inbox" in answer.text
    assert site.state() is State.PENDING
    assert site.notices() == [("confirm", "confirm:2026-11-24")]


def test_what_is_kept_of_a_signup_is_the_page_and_no_more_than_a_network(site: Site) -> None:
    site.client.post(
        PAGE,
        data=site.filled(),
        headers={"Referer": "https://elsewhere.example/a?private=1", "User-Agent": "Browser"},
        environ_base={"REMOTE_ADDR": "192.0.2.77"},
    )

    with site.mailer.store.read() as tx:
        (event,) = tx.consent.history(site.subscription().id)
    assert event.origin.page == "https://elsewhere.example/a"
    assert event.origin.network == "192.0.2.0/24"
    assert event.wording is not None
    assert "We send a link to confirm first" in event.wording


def test_json_is_taken_as_the_form_is(site: Site) -> None:
    answer = site.client.post(
        PAGE, json=site.filled(), headers={"Origin": "https://elsewhere.example"}
    )

    assert (answer.status_code, answer.get_json()["status"]) == (202, "check-your-inbox")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert site.state() is State.PENDING


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"ada@example.org"',
        b'{"email": 7}',
        b'{"email": null}',
        b"\xff\xfe",
        b"{}",
        b"[" * 16_000,
        b'{"email":' + b"[" * 15_000,
        b'{"email": "\\ud800a@example.org"}',
    ],
)
def test_json_of_another_shape_is_told_so_and_changes_nothing(site: Site, body: bytes) -> None:
    before = site.everything()

    answer = site.client.post(PAGE, data=body, content_type="application/json")

    assert (answer.status_code, answer.get_json()["status"]) == (422, "error")
    assert site.everything() == before


@pytest.mark.parametrize(
    "typed", ["", "ada", "ada@", "a b@example.org", "ada@example.org\r\nBcc: x"]
)
def test_a_wrong_address_comes_back_with_what_is_wrong_beside_it(site: Site, typed: str) -> None:
    answer = site.client.post(PAGE, data={"email": typed})

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert site.notices() == []


def test_what_was_typed_is_kept_and_never_becomes_markup(site: Site) -> None:
    answer = site.client.post(PAGE, data={"email": '"><script>alert(1)</script>'})

    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


def test_everybody_gets_the_same_answer(site: Site) -> None:
    """New, waiting, on the list, paused, gone, erased, blocked: a stranger learns nothing."""
    for name in ("waiting", "refused"):
        site.ask(f"{name}@example.org")
    for name in ("active", "paused", "gone", "erased"):
        site.join(f"{name}@example.org")
    site.mailer.signup.leave(site.leave_token("gone@example.org"), FORM)
    site.mailer.preferences.pause(site.subscription("paused@example.org").id, date(2026, 12, 24))
    site.mailer.privacy.erase_by_operator(parse_address("erased@example.org"))
    refused = site.subscription("refused@example.org")
    site.mailer.signup.refuse(
        site.mailer.links.refuse(refused.id, refused.requested_at).rpartition("/")[2]
    )
    people = ["new", "waiting", "active", "paused", "gone", "erased", "refused"]

    forms = {
        (answer.status_code, answer.data, tuple(answer.headers))
        for name in people
        for answer in [site.client.post(PAGE, data=site.filled(f"{name}@example.org"))]
    }
    jsons = {
        (answer.status_code, answer.data)
        for name in people
        for answer in [site.client.post(PAGE, json=site.filled(f"{name}@example.org"))]
    }

    assert len(forms) == len(jsons) == 1


def test_a_newsletter_that_is_not_public_answers_alike_and_keeps_no_row(site: Site) -> None:
    before = site.everything()

    open_answer = site.client.post("/subscribe/brief", json=site.filled())
    closed_answer = site.client.post("/subscribe/secret", json=site.filled("eve@example.org"))

    assert open_answer.data == closed_answer.data
    after = site.everything()
    assert len(after["subscriber"]) == len(before["subscriber"]) + 1


def test_a_plain_form_for_a_newsletter_that_is_not_public_leads_where_any_does(site: Site) -> None:
    before = site.everything()

    answer = site.client.post("/subscribe/secret", data=site.filled())

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/subscribe/secret/check-your-inbox"
    after = site.everything()
    assert {table for table in after if after[table] != before[table]} <= {"form_use", "signup_use"}


def test_the_page_to_wait_on_names_no_newsletter_that_is_not_public(site: Site) -> None:
    hidden = site.client.get("/subscribe/secret/check-your-inbox")

    assert hidden.status_code == 200
    assert "Not For All" not in hidden.text
    assert "/subscribe/secret" not in hidden.text


def test_a_robot_that_fills_every_field_is_thanked_and_forgotten(site: Site) -> None:
    answer = site.client.post(PAGE, data=site.filled(website="http://spam"))

    assert answer.status_code == 303
    assert site.notices() == []


def test_asking_again_on_the_same_day_sends_no_second_mail(site: Site) -> None:
    for _ in range(3):
        site.client.post(PAGE, data=site.filled())

    assert site.notices() == [("confirm", "confirm:2026-11-24")]


def test_an_unknown_newsletter_is_a_page_that_says_so(site: Site) -> None:
    for answer in (site.client.get("/subscribe/nothing"), site.client.get("/subscribe/secret")):
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text


def test_a_body_that_is_too_large_is_refused(site: Site) -> None:
    answer = site.client.post(PAGE, data={"email": "a" * 20_000})

    assert answer.status_code == 413


def test_a_script_on_another_site_may_ask_before_it_posts(site: Site) -> None:
    answer = site.client.options(PAGE, headers={"Origin": "https://elsewhere.example"})

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"


@pytest.mark.parametrize("path", ["/read/brief", "/read//brief/", "/read/brief?next=//x.example"])
def test_no_page_leads_off_our_hosts(site: Site, path: str) -> None:
    answer = site.client.get(path, headers={"Host": "evil.example"})

    assert answer.status_code == 308
    assert answer.headers["Location"].startswith("/read/brief/")


@pytest.mark.parametrize("slug", ["%00", "a%00b", "a%0d%0aX: y"])
def test_no_address_has_a_control_character(site: Site, slug: str) -> None:
    for path in (
        f"/subscribe/{slug}",
        f"/embed/{slug}.json",
        f"/read/{slug}/",
        f"/read/brief/topics/{slug}",
    ):
        assert site.client.get(path).status_code == 404


def test_a_page_behind_a_number_too_large_for_any_edition_is_not_there(site: Site) -> None:
    for number in (2**31, 2**63, 10**20):
        assert site.client.get(f"/read/brief/{number}").status_code == 404


def test_a_host_header_leaves_no_trace(site: Site) -> None:
    answer = site.client.post(PAGE, data=site.filled(), headers={"Host": "evil.example"})

    assert "evil.example" not in answer.text + str(answer.headers)


def test_what_is_wrong_with_an_address_is_said_in_the_pages_own_language(site: Site) -> None:
    add_newsletter(site.mailer.store, "namal", language="he")
    english = {"Accept-Language": "en"}

    page = site.client.post("/subscribe/namal", data={"email": "ada"}, headers=english)
    said = site.client.post("/subscribe/namal", json={"email": "ada"}, headers=english)

    assert "This is not" not in page.text
    assert said.get_json()["message"] == catalogue("he").gettext(NO_ADDRESS)
