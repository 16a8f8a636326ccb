"""Who is asking, when proxies stand in between."""

from ipaddress import ip_network

import pytest

from mailer.subscribers.rules import network_of
from mailer.web.client import client_address

OURS = [ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8")]


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", "192.0.2.1"),  # not our proxy: nobody believes it
        ("127.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("127.0.0.1", "198.51.100.9, 10.1.1.1", "198.51.100.9"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.9", "198.51.100.9"),  # what the caller wrote comes first
        ("127.0.0.1", "198.51.100.9, ::ffff:10.1.1.1, 10.1.1.2", "198.51.100.9"),
        ("::ffff:127.0.0.1", "198.51.100.9", "198.51.100.9"),  # a socket of both kinds
        ("127.0.0.1", "198.51.100.9:4711", "198.51.100.9"),
        ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("127.0.0.1", '"[2001:db8::1]"', "2001:db8::1"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("fe80::1%eth0", "198.51.100.9", "fe80::1"),
        ("127.0.0.1", ",, ,", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),  # whoever passed it on is counted for it
        ("127.0.0.1", "198.51.100.9, unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.9, nonsense, 10.1.1.1", "10.1.1.1"),
        ("127.0.0.1", "0x7f.1", "127.0.0.1"),
        ("127.0.0.1", "10.1.1.1, " * 600 + "10.1.1.2", "10.1.1.1"),
        (None, "198.51.100.9", None),
    ],
)
def test_a_header_is_believed_as_far_as_our_own_proxies_wrote_it(
    remote: str | None, forwarded: str, found: str | None
) -> None:
    assert client_address(remote, forwarded, OURS) == found


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("nonsense", None),
        (None, None),
    ],
)
def test_only_a_network_is_kept(client: str | None, network: str | None) -> None:
    assert network_of(client) == network
