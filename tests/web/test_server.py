"""The web server's port."""

import socket

import pytest

from mailer.config.settings import WebSettings
from mailer.errors import PortTaken
from mailer.web.server import check_port
from tests.fakes.postgres import free_port


def test_a_port_that_is_taken_is_named_with_the_setting_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken") as caught:
            check_port(WebSettings(port=port))

    assert "[web] port" in (caught.value.help or "")


def test_a_free_port_is_left_free() -> None:
    port = free_port()
    check_port(WebSettings(port=port))
    check_port(WebSettings(port=port))
