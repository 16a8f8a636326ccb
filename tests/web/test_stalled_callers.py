"""Callers who stop in the middle, at the real server's own port: nobody else waits for them."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.client import HTTPResponse, RemoteDisconnected
from pathlib import Path
from typing import NamedTuple

import pytest

from mailer.tokens import Keyring, Purpose
from mailer.web.hearing import LONGEST, Heard, Hearing
from mailer.web.server import STROKE
from mailer.web.worker import ROOM, oldest_of_most
from tests.fakes.postgres import free_port

ASKS = b"GET /health/live HTTP/1.1\r\nHost: here\r\n"
CLOSES = ASKS + b"Connection: close\r\n\r\n"
POSTS = b"POST /subscribe/brief HTTP/1.1\r\nHost: here\r\n"
CHUNKED = POSTS + b"Transfer-Encoding: chunked\r\n\r\n"
CONFIG = """
[site]
secret_key = "a secret for tests, long enough to be one"
base_url = "http://127.0.0.1:{port}"
[web]
port = {port}
threads = 2
"""


class Serving(NamedTuple):
    """A running `mailer serve`, which has two threads."""

    port: int
    log: Path


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    found, folder = free_port(), tmp_path_factory.mktemp("serve")
    log = folder / "log"
    config = folder / "config.toml"
    config.write_text(CONFIG.format(port=found))
    config.chmod(0o600)
    command = [sys.executable, "-m", "mailer", "--config", str(config)]
    subprocess.run([*command, "db", "upgrade"], check=True, cwd=folder, env=_around())
    with log.open("wb") as said:
        server = subprocess.Popen([*command, "serve"], cwd=folder, env=_around(), stderr=said)
    try:
        while not _listens(found):
            assert server.poll() is None
        yield Serving(found, log)
    finally:
        server.terminate()
        server.wait(60)


@pytest.fixture
def port(serving: Serving) -> int:
    return serving.port


def _around() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).parents[2])}


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


class Callers(ExitStack):
    """Lines to the server that stay open until the end of a test."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def call(self, said: bytes, source: str = "127.0.0.1") -> socket.socket:
        there = ("127.0.0.1", self._port)
        made = socket.create_connection(there, timeout=60, source_address=(source, 0))
        line = self.enter_context(made)
        line.sendall(said)
        return line


@pytest.fixture
def callers(port: int) -> Iterator[Callers]:
    with Callers(port) as found:
        yield found


def answer(line: socket.socket) -> int:
    """Return the status that somebody is answered with; 0 when they are hung up on."""
    heard = HTTPResponse(line)
    try:
        heard.begin()
    except RemoteDisconnected:
        return 0
    heard.read()
    return heard.status


def test_whoever_stops_in_the_middle_of_a_request_keeps_nobody_waiting(callers: Callers) -> None:
    stalled = [callers.call(ASKS) for _ in range(40)]

    assert answer(callers.call(CLOSES)) == 200

    for line in stalled:
        line.sendall(b"\r\n")
    assert [answer(line) for line in stalled] == [200] * 40


def test_nor_does_who_goes_on_behind_a_request_that_was_answered(callers: Callers) -> None:
    stalled = [callers.call(ASKS + b"\r\n" + ASKS) for _ in range(40)]
    assert [answer(line) for line in stalled] == [200] * 40

    assert answer(callers.call(CLOSES)) == 200

    for line in stalled:
        line.sendall(b"\r\n")
    assert [answer(line) for line in stalled] == [200] * 40


def test_nor_does_who_was_answered_and_does_not_hang_up(callers: Callers) -> None:
    answered = [callers.call(CLOSES) for _ in range(60)]  # two seconds each were two minutes

    assert answer(callers.call(CLOSES)) == 200

    assert [answer(line) for line in answered] == [200] * 60


@pytest.mark.parametrize(
    "said",
    [
        POSTS + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        POSTS + b"Transfer-Encoding: identity,chunked\r\n\r\n5\r\n1",
        CHUNKED + b"000000005\r\n1",
    ],
)
def test_nor_does_who_stops_in_a_body_that_is_said_in_an_unusual_way(
    callers: Callers, said: bytes
) -> None:
    stalled = [callers.call(said) for _ in range(40)]

    assert answer(callers.call(CLOSES)) == 200

    for line in stalled:
        line.setblocking(False)
        with pytest.raises(BlockingIOError):  # they may still go on: nobody has lost patience
            line.recv(1)


def test_of_too_many_who_stop_in_the_middle_the_oldest_is_hung_up_on(callers: Callers) -> None:
    stalled = [callers.call(ASKS) for _ in range(ROOM + 1)]

    assert answer(stalled[0]) == 0

    stalled[-1].sendall(b"\r\n")
    assert answer(stalled[-1]) == 200


def test_whoever_fills_the_room_pushes_out_nobody_of_another_network(callers: Callers) -> None:
    slow = [callers.call(ASKS, f"127.0.{number}.1") for number in range(1, 6)]
    crowd = [callers.call(ASKS, f"127.0.9.{1 + number % 200}") for number in range(ROOM)]

    assert [answer(line) for line in crowd[:5]] == [0] * 5

    for line in slow:
        line.sendall(b"\r\n")
    assert [answer(line) for line in slow] == [200] * 5


def test_who_has_to_go_is_the_oldest_of_the_network_with_most() -> None:
    lines = ["a1", "b1", "b2", "c1", "b3", "a2"]

    assert oldest_of_most(lines, lambda line: line[0]) == "b1"
    assert oldest_of_most(lines, lambda line: line) == "a1"


def test_a_request_that_would_be_too_long_is_refused_before_it_is_there(callers: Callers) -> None:
    assert answer(callers.call(POSTS + b"Content-Length: 70000\r\n\r\n")) == 413
    assert answer(callers.call(CHUNKED + b"fffff\r\n")) == 413
    assert answer(callers.call(b"x" * (LONGEST + 1))) == 431


def test_of_who_says_what_is_no_request_the_log_has_a_network_and_no_address(
    serving: Serving, callers: Callers
) -> None:
    line = callers.call(b"GET /" + b"a" * 5_000 + b" HTTP/1.1\r\nHost: here\r\n\r\n", "127.3.2.1")

    assert answer(line) == 414
    written = serving.log.read_text()
    assert "Invalid request from ip=127.3.2.0/24" in written
    assert "127.3.2.1" not in written


@pytest.mark.parametrize("closed", [b"0\r\n\r\n", b"0\r\nSaid-By: me\r\n\r\n"])
def test_a_form_that_says_its_length_as_it_goes_is_heard_to_its_end(
    callers: Callers, closed: bytes
) -> None:
    line = callers.call(CHUNKED + b"5\r\n0\r\n\r\n")
    line.sendall(b"\r\n" + closed)

    assert answer(line) == 404  # there is no newsletter


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (ASKS, Heard.PART),
        (b"\r\n\r\n" + ASKS, Heard.PART),
        (ASKS + b"\r\n", Heard.WHOLE),
        (POSTS + b"content-length: 3\r\n\r\nab", Heard.PART),
        (POSTS + b"content-length: 3\r\n\r\nabc", Heard.WHOLE),
        (CHUNKED, Heard.PART),
        (CHUNKED + b"5\r\n0\r\n\r\n", Heard.PART),
        (CHUNKED + b"5;a=b\r\n12345\r\n0\r\n", Heard.PART),
        (CHUNKED + b"0000000000\r\n", Heard.PART),
        (CHUNKED + b"1\r\nx\r\n0\r\n\r\n", Heard.WHOLE),
        (CHUNKED + b"1\r\nx\r\n0\r\nSaid-By: me\r\n", Heard.PART),
        (CHUNKED + b"1\r\nx\r\n0\r\nSaid-By: me\r\n\r\n", Heard.WHOLE),
        (CHUNKED + b"f" * 70_000 + b"\r\n", Heard.TOO_LONG),
        (POSTS + b"Transfer-Encoding: gzip, Chunked\r\n\r\n", Heard.PART),
        (CHUNKED + b"5\r\n12345\r\nno size\r\n", Heard.WHOLE),
    ],
)
def test_a_request_is_whole_when_nothing_of_it_is_to_come(said: bytes, heard: Heard) -> None:
    at_once, bit_by_bit = Hearing(), Hearing()

    assert at_once.hear(said) is heard
    if heard is not Heard.TOO_LONG:  # who is refused is not heard to the end
        assert [bit_by_bit.hear(bytes([octet])) for octet in said][-1] is heard
        assert bit_by_bit.said == said


def test_signups_are_answered_at_a_stroke(callers: Callers) -> None:
    """At best, too: without it they would be within milliseconds, and tell what was written."""
    keyring = Keyring(["a secret for tests, long enough to be one"])
    took = []
    for number in range(5):
        given = keyring.make(Purpose.FORM, number, datetime.now(UTC) - timedelta(seconds=30))
        body = f"email=ada@example.org&form={given}".encode()
        form = b"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
        begun = time.monotonic()
        line = callers.call(POSTS + form + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert answer(line) == 404  # there is no newsletter
        took.append(time.monotonic() - begun)

    assert min(took) >= STROKE
