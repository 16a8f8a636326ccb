"""A relay's address, as operators write it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.cli.relay_url import read_relay_url
from mailer.config.settings import Tls
from mailer.errors import UsageError


@pytest.mark.parametrize(
    ("text", "host", "port", "tls"),
    [
        ("smtp://smtp.example.org", "smtp.example.org", 587, Tls.STARTTLS),
        ("smtp://smtp.example.org:2525/", "smtp.example.org", 2525, Tls.STARTTLS),
        ("smtps://smtp.example.org", "smtp.example.org", 465, Tls.IMPLICIT),
        ("smtp+none://smtp.example.org", "smtp.example.org", 25, Tls.NONE),
        ("smtp://localhost", "localhost", 25, Tls.NONE),
        ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Tls.NONE),
        ("smtp://[::1]:1025", "::1", 1025, Tls.NONE),
        ("smtps://127.0.0.1", "127.0.0.1", 465, Tls.IMPLICIT),
    ],
)
def test_the_scheme_says_how_the_line_is_protected(
    text: str, host: str, port: int, tls: Tls
) -> None:
    read = read_relay_url(text)

    assert (read.host, read.port, read.tls) == (host, port, tls)
    assert read.username is read.password is None


def test_what_is_special_in_a_password_is_percent_encoded() -> None:
    read = read_relay_url("smtp://ada%40example.org:p%40ss%3A%2F%22word@smtp.example.org")

    assert (read.username, read.password) == ("ada@example.org", 'p@ss:/"word')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "smtp.example.org",
        "http://smtp.example.org",
        "smtp://",
        "smtp://smtp.example.org:port",
        "smtp://smtp.example.org:99999",
        "smtp://[::1",
        "smtp://smtp.example.org/inbox",
        "smtp://smtp.example.org?tls=no",
    ],
)
def test_anything_else_is_no_relay(text: str) -> None:
    with pytest.raises(UsageError) as why:
        read_relay_url(text)

    assert why.value.help is None or "smtp://" in why.value.help


@pytest.mark.parametrize("text", ["smtp://ada@smtp.example.org", "smtp://:secret@smtp.example.org"])
def test_half_a_login_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="a user and a password, or neither"):
        read_relay_url(text)


@pytest.mark.parametrize("secret", ["hunter2", "hunter2/x", "hunter2#x", "hunter2:99999"])
def test_a_fault_never_repeats_the_password(secret: str) -> None:
    with pytest.raises(UsageError) as why:
        read_relay_url(f"smtp://ada:{secret}@smtp.example.org:port")

    assert "hunter2" not in f"{why.value} {why.value.help}"


def test_a_control_character_is_refused() -> None:
    with pytest.raises(UsageError, match="control character"):
        read_relay_url("smtp://ada:pass%0D%0Aword@smtp.example.org")


@given(st.text(min_size=1).filter(str.isprintable))
def test_any_password_survives_the_configuration_file(password: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in password.encode())

    table = tomllib.loads(read_relay_url(f"smtp://ada:{encoded}@smtp.example.org").toml())

    assert table["relay"][0]["password"] == password
