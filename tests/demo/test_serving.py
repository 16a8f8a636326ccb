"""An application on a port, while its `with` lasts."""

import socket

import pytest
from flask import Flask

from mailer.demo.serving import Served
from mailer.demo.visitor import get
from mailer.errors import DemoError, PortTaken


def an_app() -> Flask:
    app = Flask("app")
    app.add_url_rule("/", view_func=lambda: "here")
    return app


def test_it_answers_while_it_is_served_and_not_after(capfd: pytest.CaptureFixture[str]) -> None:
    with Served(an_app()) as served:
        assert get(served.url).text == "here"

    with pytest.raises(DemoError):
        get(served.url)
    assert capfd.readouterr() == ("", "")


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken"):
            Served(an_app(), port)
