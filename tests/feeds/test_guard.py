"""Which addresses may be connected to."""

from ipaddress import ip_network

import pytest

from mailer.feeds.guard import is_allowed

WEB = (80, 443)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_allowed(address, 443, (), WEB)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_a_public_address_is_allowed_also_through_nat64(address: str) -> None:
    assert is_allowed(address, 443, (), WEB)


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203"])
def test_the_owner_may_allow_a_network_of_theirs(address: str) -> None:
    assert is_allowed(address, 443, (ip_network("fd00::/8"), ip_network("10.1.0.0/16")), WEB)
    assert not is_allowed(address, 443, (ip_network("fd00::/8"), ip_network("10.2.0.0/16")), WEB)


@pytest.mark.parametrize("port", [22, 25, 5432, 8080])
def test_only_the_web_s_ports_are_asked_outside_the_owner_s_networks(port: int) -> None:
    assert not is_allowed("93.184.216.34", port, (), WEB)
    assert is_allowed("93.184.216.34", port, (), (*WEB, port))
    assert is_allowed("10.1.2.3", port, (ip_network("10.1.0.0/16"),), WEB)
