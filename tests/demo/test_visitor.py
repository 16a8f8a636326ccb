"""Forms and pages as a browser uses them, against a site that keeps what it is sent."""

from collections.abc import Iterator

import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from mailer.demo.serving import Served
from mailer.demo.visitor import Answer, Form, find_form, get
from mailer.errors import DemoError

PAGE = (
    '<form id="a" method="post" action="http://127.0.0.1:9/subscribe">'
    '<input name="email"><input type="hidden" name="list" value="brief">'
    '<input name="website"><input type="submit"><button hidden name="trap">'
    '</button><button name="go" value="1">Go</button></form>'
    '<form id="b" method="post"></form>'
)


@pytest.fixture
def site() -> Iterator[str]:
    app = Flask("site")

    @app.get("/")
    def front() -> str:
        return PAGE

    @app.post("/")
    def taken() -> dict[str, object]:
        wanted = ("Origin", "Content-Type", "Cookie")
        return {
            "form": dict(request.form),
            "query": request.query_string.decode(),
            "headers": {name: request.headers.get(name) for name in wanted},
        }

    @app.post("/subscribe")
    def subscribe() -> Response:
        return redirect("/", 303)

    @app.get("/away")
    def away() -> Response:
        return redirect("/")

    with Served(app) as served:
        yield served.url


def test_a_form_is_found_with_what_a_browser_would_send(site: str) -> None:
    form = find_form(get(site), "#a")

    assert form.action == "http://127.0.0.1:9/subscribe"
    assert form.fields == {"email": "", "list": "brief", "website": "", "go": "1"}
    assert form.crosses_origins


def test_a_form_without_an_action_is_sent_to_its_own_page(site: str) -> None:
    form = find_form(get(f"{site}/?x=1"), "#b")

    assert form.action == f"{site}/?x=1"
    assert not form.crosses_origins


def test_submitting_sends_the_fields_and_what_was_typed(site: str) -> None:
    answer = Form("http://site.example/page", f"{site}/?x=1", {"list": "brief"}).submit(
        email="ada@example.org"
    )

    assert '"query":"x=1"' in answer.text
    assert '"form":{"email":"ada@example.org","list":"brief"}' in answer.text
    assert '"Origin":"http://site.example"' in answer.text
    assert '"Cookie":null' in answer.text


def test_a_see_other_after_a_form_is_followed(site: str) -> None:
    answer = Form("http://site.example/page", f"{site}/subscribe", {}).submit()

    assert (answer.url, answer.status, answer.text) == (f"{site}/", 200, PAGE)


@pytest.mark.parametrize(("selector", "count"), [("#nothing", 0), ("form", 2)])
def test_a_page_without_just_that_one_form_is_told(selector: str, count: int) -> None:
    page = Answer("http://127.0.0.1/x", 200, PAGE.encode())

    with pytest.raises(DemoError, match=f"has {count} forms"):
        find_form(page, selector)


def test_a_redirect_is_an_answer(site: str) -> None:
    assert get(f"{site}/away").status == 302


def test_a_head_request_brings_no_body(site: str) -> None:
    answer = get(site, method="HEAD")

    assert (answer.status, answer.body) == (200, b"")


def test_silence_is_told() -> None:
    with Served(Flask("gone")) as served:
        url = served.url

    with pytest.raises(DemoError, match="was not answered"):
        get(url)
