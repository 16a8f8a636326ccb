"""What holds for every route and every answer."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from mailer.address import parse_address
from mailer.subscribers.model import State
from mailer.web.app import create_app
from tests.fakes.clock import StandingClock
from tests.web.conftest import Site


def addresses(site: Site) -> list[str]:
    """Return an address for every route of the application."""
    values = {
        "slug": "brief",
        "number": "1",
        "year": "2026",
        "month": "11",
        "day": "24",
        "topic": "World",
        "name": "a.jpg",
        "accent": "0b5a87",
        "word": "good",
    }
    found = []
    for rule in site.client.application.url_map.iter_rules():
        page = rule.rule
        tokens = {
            "/confirm": site.confirm_token(),
            "/leave": site.leave_token(),
            "/why": site.leave_token(),
            "/answer": site.mailer.links.answer(1, site.mailer.clock.now()).rpartition("/")[2],
        }
        tokens |= {
            f"/{name}": make(site.subscription().id, site.mailer.clock.now()).rpartition("/")[2]
            for name, make in {
                "undo": site.mailer.links.undo,
                "refuse": site.mailer.links.refuse,
                "data": site.mailer.links.data,
                "preferences": site.mailer.links.preferences,
                "move": site.mailer.links.move,
                "restore": site.mailer.links.restore,
                "feed": site.mailer.links.feed,
            }.items()
        }
        token = next((mark for start, mark in tokens.items() if page.startswith(start)), "")
        known = {**values, "token": token}
        page = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda m: known[m[1]], page)  # noqa: B023 - called at once
        found.append(page)
    return sorted(set(found))


@pytest.mark.parametrize("state", [State.PENDING, State.ACTIVE, State.PAUSED, State.LEFT])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_no_route_changes_anything_unless_it_is_posted_to(
    site: Site, method: str, state: State
) -> None:
    found = site.ask() if state is State.PENDING else site.join()
    if state is State.PAUSED:
        site.mailer.preferences.rest(found.id)
    elif state is State.LEFT:
        site.mailer.signup.unsubscribe(parse_address("ada@example.org"))
    pages = addresses(site)
    before = site.everything()

    codes = {page: site.client.open(page, method=method).status_code for page in pages}

    assert site.everything() == before
    assert site.state() is state
    assert {code for code in codes.values() if code >= 500} == set()


def test_every_answer_carries_the_headers_that_protect(site: Site) -> None:
    site.ask()
    for page in [*addresses(site), "/nothing/here"]:
        headers = site.client.get(page).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Strict-Transport-Security"]
        assert "Set-Cookie" not in headers


def test_only_the_form_for_frames_may_be_framed(site: Site) -> None:
    site.ask()
    framed = {
        page
        for page in addresses(site)
        if "frame-ancestors *" in site.client.get(page).headers["Content-Security-Policy"]
    }

    assert framed == {"/embed/brief"}


def test_personal_pages_are_kept_by_nobody(site: Site) -> None:
    site.ask()
    behind_links = [page for page in addresses(site) if re.search(r"/[\w-]{30,}(/\w+)?$", page)]

    assert len(behind_links) == 11
    for page in behind_links:
        headers = site.client.get(page).headers
        assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex"), page


def test_a_wrong_method_is_told_which_are_right(site: Site) -> None:
    answer = site.client.delete("/subscribe/brief")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_service_manager_learns_whether_it_is_ready(site: Site) -> None:
    assert site.client.get("/health/live").get_json() == {"status": "live"}
    assert site.client.get("/health/ready").get_json() == {"status": "ready"}


def test_the_stylesheet_and_the_script_may_be_kept_for_long(site: Site) -> None:
    page = site.client.get("/subscribe/brief").text
    (sheet,) = re.findall(r'href="(/style-[0-9a-f]+\.css)"', page)

    assert "immutable" in site.client.get(sheet).headers["Cache-Control"]
    script = site.client.get("/embed.js")
    again = site.client.get("/embed.js", headers={"If-None-Match": script.headers["ETag"]})
    assert (script.status_code, again.status_code) == (200, 304)


def test_the_script_and_the_style_of_the_form_are_light(site: Site) -> None:
    words = site.client.get("/embed/brief.json").get_json()

    assert len(site.client.get("/embed.js").data) < 4_096
    assert len(words["css"].encode()) < 2_048
    assert len(site.client.get("/embed/brief").data) < 3_000


def test_a_page_that_belongs_to_no_newsletter_speaks_as_the_browser_asks(site: Site) -> None:
    answer = site.client.get("/nothing/here", headers={"Accept-Language": "da, he;q=0.8"})

    assert '<html lang="he" dir="rtl"' in answer.text


def test_whoever_found_a_hole_is_told_whom_to_tell(site: Site) -> None:
    assert site.client.get("/.well-known/security.txt").status_code == 404
    named = replace(
        site.mailer,
        settings=replace(
            site.mailer.settings,
            site=replace(site.mailer.settings.site, security_contact="security@example.org"),
        ),
    )

    answer = create_app(named).test_client().get("/.well-known/security.txt")

    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "Contact: mailto:security@example.org",
        "Expires: 2027-05-23T00:00:00Z",
        "Preferred-Languages: en",
        "Canonical: https://news.example.org/.well-known/security.txt",
    ]


def test_a_moment_on_a_page_is_one_that_html_knows(site: Site, clock: StandingClock) -> None:
    clock.advance(timedelta(microseconds=457_062))  # HTML has three digits of a second at most
    site.join()

    text = site.client.get(f"/why/{site.leave_token()}").text

    moments = re.findall(r'<time[^>]* datetime="([^"]*)"', text)
    assert len(moments) == 3  # signed up, confirmed, the next mail
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", one) for one in moments)


def test_no_page_and_no_row_of_which_mails_are_made_knows_the_host_that_was_asked(
    site: Site,
) -> None:
    evil = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
    }
    site.join()
    pages = addresses(site)

    told = {page: site.client.get(page, headers=evil) for page in pages}
    for number, form in enumerate(({"data": site.filled()}, {"json": site.filled()})):
        site.client.post("/subscribe/brief", headers=evil, **form)
        told[f"posted {number}"] = site.client.post(
            "/subscribe/brief", headers=evil, data=site.filled(f"eve{number}@example.org")
        )

    assert [page for page, one in told.items() if "evil" in one.text + str(one.headers)] == []
    assert "evil.example" not in str(site.everything())
