"""From our pages back to the article in which the form stood, and to nowhere else."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from mailer.web.app import create_app
from mailer.web.snippets import plain
from mailer.web.way_back import way_back
from mailer.wiring import Mailer
from tests.conftest import add_newsletter
from tests.fakes.browser import chromium
from tests.web.conftest import Site
from tests.web.test_browser import Two, two

__all__ = ["two"]

ARTICLE = "https://post.example/2026/ferry?id=7"
LINK = f'<a href="{ARTICLE}">Back to the article</a>'


@pytest.fixture
def site(mailer: Mailer) -> Site:
    add_newsletter(mailer.store)
    settings = mailer.settings
    web = replace(settings.web, allowed_origins=("*", "https://post.example"))
    named = replace(mailer, settings=replace(settings, web=web))
    return Site(named, create_app(named).test_client())


def test_whoever_signed_up_in_an_article_is_led_back_to_it(site: Site) -> None:
    sent = site.filled(return_to=ARTICLE)
    answer = site.client.post("/subscribe/brief", data=sent, follow_redirects=True)
    confirmed = site.client.post(f"/confirm/{site.confirm_token()}")

    assert LINK in answer.text
    assert LINK in confirmed.text


def test_a_form_that_is_shown_once_more_still_knows_the_way(site: Site) -> None:
    asked = site.client.get(f"/subscribe/brief?return_to={quote(ARTICLE)}").text
    again = site.client.post("/subscribe/brief", data=site.filled("ada", return_to=ARTICLE)).text

    field = f'<input type="hidden" name="return_to" value="{ARTICLE}">'
    assert field in asked
    assert field in again


def test_nobody_is_led_to_a_site_that_the_owner_does_not_name(site: Site) -> None:
    sent = site.filled(return_to="https://else.example/")
    answer = site.client.post("/subscribe/brief", data=sent, follow_redirects=True)
    confirmed = site.client.post(f"/confirm/{site.confirm_token()}")

    assert "else.example" not in answer.text + confirmed.text
    for page in ("/subscribe/brief", "/subscribe/brief/check-your-inbox"):
        shown = site.client.get(f"{page}?return_to=https://else.example/").text
        assert "else.example" not in shown


@pytest.mark.parametrize(
    "address",
    [
        "https://post.example.else.example/",
        "https://post.example@else.example/",
        "https://else.example\\@post.example/",
        "https://post.example:8443/",
        "http://post.example/",
        "//post.example/",
        "/read/brief/",
        "javascript:alert(1)//https://post.example",
        "https://post.example/\n",
        'https://post.example/"onclick="',
        "https://post.example/" + "a" * 500,
        "https://[post.example/",
        "*",
        "",
    ],
)
def test_what_only_looks_like_a_named_site_is_none(address: str) -> None:
    assert way_back(address, ["*", "https://post.example"]) is None


def test_an_address_on_a_named_site_stays_as_it_is() -> None:
    sites = ["https://post.example", "http://127.0.0.1:8080"]

    for address in (ARTICLE, "https://Post.example", "http://127.0.0.1:8080/a#b"):
        assert way_back(address, sites) == address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.mark.browser
def test_the_way_back_needs_no_script(browser: Browser, two: tuple[Two, str]) -> None:
    site, other = two
    with site.ours.mailer.store.read() as tx:
        newsletter = tx.newsletters.by_slug("brief")
    site.write(f"<title>The ferry</title>{plain(newsletter, site.ours.mailer.links, other + '/')}")
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(other)
        page.get_by_label("E-mail address").fill("ada@example.org")
        page.get_by_role("button", name="Sign up").click()
        page.get_by_role("button", name="Sign up").click()
        page.get_by_role("link", name="Back to the article").click()

        expect(page).to_have_title("The ferry")


@pytest.mark.browser
def test_the_drawn_form_says_in_which_article_it_stands(
    browser: Browser, two: tuple[Two, str]
) -> None:
    site, other = two
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{other}/?from=somewhere")
        page.get_by_label("E-mail address").fill("ada@example.org")
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
        page.goto(f"{site.base}/confirm/{site.ours.confirm_token()}")
        page.get_by_role("button", name="Yes, send it to me").click()

        expect(page.get_by_role("link", name="Back to the article")).to_have_attribute(
            "href", f"{other}/"
        )
