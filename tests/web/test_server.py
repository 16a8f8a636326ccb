"""The web server's port, and how long it waits for callers."""

import socket
from collections.abc import Iterator

import pytest

from mailer.config.settings import WebSettings
from mailer.errors import PortTaken
from mailer.web.patience import TO_ASK, TO_LISTEN, Patience
from mailer.web.port import check_port
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


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end of a connection, and the caller's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"GET / HT")
        yield ours, theirs


def test_who_stops_in_the_middle_of_a_request_is_waited_for_no_longer(
    line: tuple[socket.socket, socket.socket],
) -> None:
    patience, (ours, theirs) = Patience(), line
    patience.begins(ours, 100.0)
    assert ours.recv(20) == b"GET / HT"
    patience.look(100.0 + TO_ASK)
    ours.setblocking(False)
    with pytest.raises(BlockingIOError):
        ours.recv(20)

    patience.look(100.1 + TO_ASK)
    assert ours.recv(20) == b""  # as if the caller had gone
    ours.sendall(b"an answer")
    assert theirs.recv(20) == b"an answer"


def test_who_does_not_listen_is_not_talked_to_for_ever(
    line: tuple[socket.socket, socket.socket],
) -> None:
    patience, (ours, _) = Patience(), line
    patience.begins(ours, 100.0)
    patience.look(100.1 + TO_LISTEN)
    with pytest.raises(BrokenPipeError):
        ours.sendall(b"an answer")


def test_who_was_answered_in_time_may_ask_again(line: tuple[socket.socket, socket.socket]) -> None:
    patience, (ours, _) = Patience(), line
    patience.begins(ours, 100.0)
    patience.ends(ours)
    patience.look(100.1 + TO_ASK)
    assert ours.recv(20) == b"GET / HT"
