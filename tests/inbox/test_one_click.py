"""The press on a provider's own button, against a server that keeps what it was sent."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from mailer.demo.serving import Served
from mailer.inbox.one_click import Answer, is_loopback, press


@dataclass
class Newsletter:
    """A newsletter's server as far as a provider sees it."""

    url: str = ""
    asked: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)


@pytest.fixture
def newsletter() -> Iterator[Newsletter]:
    app = Flask("newsletter")
    kept = Newsletter()

    @app.post("/leave/<token>")
    def leave(token: str) -> tuple[str, dict[str, str]]:
        body = request.get_data(as_text=True)
        kept.asked.append(
            (request.full_path, body, request.content_type, request.headers.get("Cookie"))
        )
        return "You are out.", {"Set-Cookie": "a=b"}

    @app.post("/elsewhere")
    def elsewhere() -> Response:
        return redirect("/leave/followed")

    with Served(app) as served:
        kept.url = served.url
        yield kept


def test_a_press_posts_the_fixed_body_without_a_cookie(newsletter: Newsletter) -> None:
    answers = [press(f"{newsletter.url}/leave/abc?x=1") for _ in range(2)]

    assert answers == [Answer(200, "You are out.")] * 2
    assert answers[0].done
    assert (
        newsletter.asked
        == [
            (
                "/leave/abc?x=1",
                "List-Unsubscribe=One-Click",
                "application/x-www-form-urlencoded",
                None,
            )
        ]
        * 2
    )


def test_a_redirect_is_not_followed_and_counts_as_failed(newsletter: Newsletter) -> None:
    answer = press(f"{newsletter.url}/elsewhere")

    assert answer.status == 302
    assert not answer.done
    assert newsletter.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example.org/leave/abc",
        "http://127.0.0.1.example.org/leave",
        "http://10.0.0.1/leave",
        "mailto:leave@example.org",
        "http://127.0.0.1:99999/",
        "http://[::1/",
        "",
    ],
)
def test_nobody_outside_this_machine_is_called(url: str) -> None:
    answer = press(url)

    assert answer.status is None
    assert "address" in answer.text


def test_a_closed_door_is_told() -> None:
    with Served(Flask("gone")) as served:
        url = served.url

    answer = press(f"{url}/leave/abc")

    assert answer.status is None
    assert answer.text.startswith("no answer: ")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]
)
def test_names_of_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "0.0.0.0", "1.1.1.1", ""])
def test_names_of_other_machines(host: str) -> None:
    assert not is_loopback(host)
