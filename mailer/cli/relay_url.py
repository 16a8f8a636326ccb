"""A relay as one address: `smtp://user:password@host:port`."""

import json
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from mailer.config.settings import Tls
from mailer.errors import UsageError

EXAMPLE = "it is written smtp://user:password@smtp.example.org:587, or smtps:// or smtp+none://"
TLS = {"smtp": Tls.STARTTLS, "smtps": Tls.IMPLICIT, "smtp+none": Tls.NONE}
PORTS = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}


@dataclass(frozen=True, slots=True)
class RelayUrl:
    """What a relay's address says."""

    host: str
    port: int
    tls: Tls
    username: str | None
    password: str | None

    def toml(self) -> str:
        """Return the table `[[relay]]` of a configuration file."""
        lines = [
            "[[relay]]",
            'name = "main"',
            f"host = {quoted(self.host)}",
            f"port = {self.port}",
            f"tls = {quoted(self.tls)}",
        ]
        if self.username is not None and self.password is not None:
            lines += [f"username = {quoted(self.username)}", f"password = {quoted(self.password)}"]
        return "\n".join(lines) + "\n"


def read_relay_url(text: str) -> RelayUrl:
    """Return what a relay's address says; raise UsageError, which never repeats a password.

    `smtp` is STARTTLS, or no TLS for a server on this machine; `smtps` is TLS from the first byte;
    `smtp+none` is no TLS anywhere. User and password are percent-encoded where needed.
    """
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError as why:  # its message may hold what stands before an unencoded @ or /
        raise UsageError("the relay's address cannot be read", help=EXAMPLE) from why
    if url.scheme not in TLS or not host or url.path not in {"", "/"} or url.query or url.fragment:
        raise UsageError("this is not a relay's address", help=EXAMPLE)
    username, password = _unquoted(url.username), _unquoted(url.password)
    if (username is None) != (password is None):
        raise UsageError("the relay's address needs a user and a password, or neither")
    tls = TLS[url.scheme]
    if url.scheme == "smtp" and _is_this_machine(host):
        tls = Tls.NONE
    return RelayUrl(host, port or PORTS[tls], tls, username, password)


def quoted(text: str) -> str:
    """Return a TOML basic string (TOML 1.0: printable, it is written as JSON's)."""
    return json.dumps(text, ensure_ascii=False)


def _unquoted(part: str | None) -> str | None:
    if not part:
        return None
    plain = unquote(part)
    if not plain.isprintable():
        raise UsageError("the relay's user or password contains a control character")
    return plain


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
