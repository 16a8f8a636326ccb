"""What keeps robots and floods away from the form, and lets people through."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from mailer.address import parse_address
from mailer.config.settings import (
    Limit,
    ProofOfWork,
    RelaySettings,
    Settings,
    SignupSettings,
    Taken,
    Tls,
    WebSettings,
)
from mailer.subscribers.model import State
from mailer.web.app import create_app
from mailer.wiring import build
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock
from tests.fakes.smtp_server import SmtpServer
from tests.web.conftest import Site

PAGE = "/subscribe/brief"
HOUR = timedelta(hours=1)


def site_with(settings: Settings, clock: StandingClock, **changes: object) -> Site:
    """Return a site with other signup settings, behind a proxy of its own."""
    signup = replace(SignupSettings(), **changes)  # type: ignore[arg-type]  # the test names them
    networks = replace(settings.feeds).allow_networks
    web = WebSettings(trusted_proxies=networks)
    mailer = build(replace(settings, signup=signup, web=web), clock)
    add_newsletter(mailer.store)
    return Site(mailer, create_app(mailer).test_client())


def owed_for(site: Site) -> set[str]:
    with site.mailer.store.read() as tx:
        return {row.newsletter for row in tx.ledger_reports.rows()}


def hidden(page: str, name: str) -> str:
    (found,) = re.findall(rf'name="{name}" value="([^"]*)"', page)
    return str(found)


def test_a_thousand_posts_for_one_victim_are_one_mail(
    settings: Settings, clock: StandingClock
) -> None:
    """From a thousand addresses of two hundred networks, with a good form each time.

    Ten thousand take a minute here: `python -m bench.signup --victim` posts as many through wrk.
    """
    site = site_with(settings, clock, in_all=(Limit(100_000, HOUR),))
    for number in range(1_000):
        clock.advance(timedelta(milliseconds=100))
        where = {"X-Forwarded-For": f"198.51.{number % 200}.{number % 5 + 1}"}
        site.client.post(PAGE, json=site.filled("victim@example.org"), headers=where)

    assert len(site.notices()) <= 1


def test_a_mailbox_is_asked_three_times_a_month_whatever_is_asked_for(
    site: Site, clock: StandingClock
) -> None:
    for slug in ("brief", "secret", "brief") * 20:
        clock.advance(timedelta(hours=12))
        site.client.post(f"/subscribe/{slug}", data=site.filled())

    assert len(site.notices()) == 3


def test_each_newsletter_asks_for_itself_and_all_of_them_five_times_a_day(
    site: Site, clock: StandingClock
) -> None:
    slugs = [f"letter-{number}" for number in range(8)]
    for slug in slugs:
        add_newsletter(site.mailer.store, slug)
    for slug in ["brief", *slugs] * 3:
        clock.advance(timedelta(seconds=1))
        site.client.post(f"/subscribe/{slug}", data=site.filled())

    assert [name for name, _ in site.notices()] == ["confirm"] * 5
    assert owed_for(site) == {"brief", *slugs[:4]}


def test_all_newsletters_together_ask_a_mailbox_ten_times_a_month(
    site: Site, clock: StandingClock
) -> None:
    for number in range(30):
        add_newsletter(site.mailer.store, f"letter-{number}")
        clock.advance(timedelta(days=1))
        site.client.post(f"/subscribe/letter-{number}", data=site.filled())

    assert len(site.notices()) == 10


def test_one_network_is_asked_to_come_back_later_and_another_is_not(
    settings: Settings, clock: StandingClock
) -> None:
    site = site_with(settings, clock, per_network=(Limit(3, HOUR),))
    codes = [
        site.client.post(
            PAGE,
            data=site.filled(f"reader{number}@example.org"),
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        ).status_code
        for number in range(5)
    ]
    elsewhere = site.client.post(
        PAGE, data=site.filled(), headers={"X-Forwarded-For": "2001:db8::1"}
    )

    assert codes == [303, 303, 303, 429, 429]
    assert elsewhere.status_code == 303
    assert len(site.notices()) == 4


def test_whoever_is_refused_leaves_no_row_behind_of_all_they_wrote(
    settings: Settings, clock: StandingClock
) -> None:
    site = site_with(settings, clock, per_network=(Limit(1, HOUR),))
    site.client.post(PAGE, data=site.filled())
    before = site.everything()

    codes = [
        site.client.post(PAGE, data=site.filled(f"ada@made-up-{number}.example")).status_code
        for number in range(5)
    ]

    assert codes == [429] * 5
    assert site.everything() == before


@pytest.mark.parametrize("limit", ["per_domain", "in_all"])
def test_limits_survive_a_restart_and_end_with_their_hour(
    settings: Settings, clock: StandingClock, limit: str
) -> None:
    site = site_with(settings, clock, **{limit: (Limit(1, HOUR),)})
    site.client.post(PAGE, data=site.filled("a@example.org"))
    again = Site(site.mailer, create_app(build(site.mailer.settings, clock)).test_client())
    again.numbers = site.numbers

    refused = again.client.post(PAGE, data=again.filled("b@example.org"))
    clock.advance(timedelta(minutes=64))
    taken = again.client.post(PAGE, data=again.filled("b@example.org"))

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert 'value="b@example.org"' in refused.text
    assert taken.status_code == 303


def test_a_forwarded_address_is_believed_from_our_proxies_alone(site: Site) -> None:
    """The site of this test has none: a header that somebody made up changes no network."""
    for number in range(70):
        site.client.post(
            PAGE,
            data=site.filled(f"reader{number}@example.org"),
            headers={"X-Forwarded-For": f"198.51.{number}.1"},
        )

    assert len(site.notices()) == 60


def test_what_a_caller_wrote_before_our_proxy_did_makes_no_other_network_of_theirs(
    settings: Settings, clock: StandingClock
) -> None:
    site = site_with(settings, clock, per_network=(Limit(3, HOUR),))

    codes = [
        site.client.post(
            PAGE,
            data=site.filled(f"reader{number}@example.org"),
            headers={"X-Forwarded-For": f"198.51.{number}.1, 203.0.113.9"},
        ).status_code
        for number in range(5)
    ]

    assert codes == [303, 303, 303, 429, 429]


def test_a_form_that_nobody_was_given_is_shown_to_be_pressed_once_more(
    site: Site, clock: StandingClock
) -> None:
    first = site.client.post(PAGE, data={"email": "ada@example.org"})
    clock.advance(timedelta(seconds=3))
    token = hidden(first.text, "form")
    second = site.client.post(PAGE, data={"email": "ada@example.org", "form": token})

    assert (first.status_code, second.status_code) == (422, 303)
    assert 'value="ada@example.org"' in first.text
    assert "Error" not in first.text
    assert site.state() is State.PENDING


@pytest.mark.parametrize("wait", [0, 1, 7201, 100_000])
def test_a_form_that_is_too_young_or_too_old_is_shown_once_more(
    site: Site, clock: StandingClock, wait: int
) -> None:
    token = hidden(site.client.get(PAGE).text, "form")
    clock.advance(timedelta(seconds=wait))
    first = site.client.post(PAGE, data={"email": "ada@example.org", "form": token})
    clock.advance(timedelta(seconds=3))
    token = hidden(first.text, "form")
    second = site.client.post(PAGE, data={"email": "ada@example.org", "form": token})

    assert (first.status_code, second.status_code) == (422, 303)


def test_scripted_posts_without_a_visit_leave_no_row(site: Site) -> None:
    before = site.everything()
    tokens = ["", "x", "A" * 46, site.filled()["form"][:-1] + "_"]
    for token in tokens:
        site.client.post(PAGE, data={"email": "ada@example.org", "form": token})
        site.client.post(PAGE, json={"email": "ada@example.org", "form": token})

    assert site.everything() == before


def test_a_form_counts_once_and_pressing_twice_is_one_press(site: Site) -> None:
    form = site.filled()
    twice = [site.client.post(PAGE, json=form).status_code for _ in range(2)]
    another = site.client.post(PAGE, json={**form, "email": "eve@example.org"})

    assert twice == [202, 202]
    assert (another.status_code, another.get_json()["status"]) == (422, "again")
    assert len(site.notices()) == 1


def test_a_slip_in_the_domain_is_asked_about_and_can_be_meant(site: Site) -> None:
    form = site.filled("ada@gmial.com")
    asked = site.client.post(PAGE, data=form)
    meant = site.client.post(PAGE, data={**form, "sure": hidden(asked.text, "sure")})

    assert (asked.status_code, meant.status_code) == (422, 303)
    assert "Did you mean ada@gmail.com?" in asked.text


@pytest.mark.parametrize(
    ("address", "setting", "value"),
    [
        ("info@example.org", "role_addresses", Taken.REFUSE),
        ("ada@mailinator.com", "disposable_addresses", Taken.REFUSE),
        ("ada@some.where.example", "refused_domains", ("where.example",)),
        ("ada@ex\u0430mple.org", "mixed_scripts", Taken.REFUSE),
    ],
)
def test_addresses_of_a_doubtful_kind_are_the_owners_choice(
    settings: Settings, clock: StandingClock, address: str, setting: str, value: object
) -> None:
    strict = site_with(settings, clock, **{setting: value})
    refused = strict.client.post(PAGE, data=strict.filled(address))
    easy = Site(strict.mailer, create_app(build(settings, clock)).test_client())
    taken = easy.client.post(PAGE, data=strict.filled(address))

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert '<p class="error"' in refused.text


@pytest.mark.parametrize(
    "address",
    [
        "ada@b\u00fccher.example",
        "\u0430\u0434\u0430@\u043f\u0440\u0438\u043c\u0435\u0440.example",
        "j\u00f6rg@example.org",
        "ada@\u30b5\u30fc\u30d0\u30fc.example",
        "ada@\u4f50\u3005\u6728.example",
    ],
)
def test_addresses_of_all_scripts_are_taken(
    settings: Settings, clock: StandingClock, address: str
) -> None:
    site = site_with(settings, clock, mixed_scripts=Taken.REFUSE)

    site.client.post(PAGE, data=site.filled(address))

    assert site.state(address) is State.PENDING


def test_a_proof_of_work_is_wanted_of_forms_and_of_scripts_alike(
    settings: Settings, clock: StandingClock
) -> None:
    site = site_with(settings, clock, proof_of_work=ProofOfWork.ON)
    before = site.everything()

    page = site.client.get(PAGE)
    by_form = site.client.post(PAGE, data=site.filled())
    by_script = site.client.post(PAGE, json=site.filled(altcha="e30="))

    assert "<noscript>" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert (by_form.status_code, by_script.status_code) == (422, 422)
    assert "data-challenge=" in by_form.text
    assert by_script.get_json()["challenge"]["algorithm"] == "SHA-256"
    assert site.everything() == before


def test_a_form_that_wants_no_proof_has_no_script(site: Site) -> None:
    page = site.client.get(PAGE)

    assert "script" not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]


def test_a_proof_counts_once_and_for_one_address(settings: Settings, clock: StandingClock) -> None:
    site = site_with(settings, clock, proof_of_work=ProofOfWork.ON)
    form = site.filled()
    task = site.client.post(PAGE, json=form).get_json()["challenge"]
    number = next(
        number
        for number in range(task["maxnumber"])
        if sha256(f"{task['salt']}{number}".encode()).hexdigest() == task["challenge"]
    )
    form["altcha"] = b64encode(json.dumps({**task, "number": number}).encode()).decode()

    first = site.client.post(PAGE, json=form)
    another = site.client.post(PAGE, json={**form, "email": "eve@example.org"})
    elsewhere = site.client.post(PAGE, json={**site.filled(), "altcha": form["altcha"]})

    assert (first.status_code, another.status_code, elsewhere.status_code) == (202, 422, 422)
    assert len(site.notices()) == 1


def test_an_operator_hears_by_mail_of_a_flood_that_closed_the_form(
    settings: Settings, clock: StandingClock
) -> None:
    with SmtpServer() as relay:
        ours = replace(
            settings,
            site=replace(settings.site, operator=parse_address("operator@example.org")),
            relay=(RelaySettings("fake", "127.0.0.1", relay.port, tls=Tls.NONE),),
        )
        site = site_with(ours, clock, unanswered=3)
        for number in range(3):
            site.client.post(PAGE, data=site.filled(f"victim{number}@example.org"))
        clock.advance(3 * HOUR)
        site.mailer.watch.due()
        closed = site.client.post(PAGE, data=site.filled())
        site.mailer.send.until_done()

    (alert,) = [one for one in relay.messages if "operator@example.org" in one.recipients]
    assert closed.status_code == 429
    assert b"mailer newsletters reopen brief" in alert.content
