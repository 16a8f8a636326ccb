"""Which addresses a feed may live at: everything public, and what the owner allows.

A feed's address, and every address it redirects to, is outside text. Without this anybody whose
feed is read could have us ask a router, a database or a cloud's metadata service for them (SSRF).
"""

from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from mailer.config.settings import Network

NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
# What `is_global` calls public and is not, or leads to an address that nobody can see from here.
NEVER: tuple[Network, ...] = (
    ip_network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
    ip_network("192.88.99.0/24"),  # 6to4 relays (RFC 7526)
    ip_network("64:ff9b:1::/48"),  # local NAT64 (RFC 8215)
    ip_network("2001::/32"),  # Teredo (RFC 4380)
    ip_network("2002::/16"),  # 6to4 (RFC 3056)
    ip_network("fec0::/10"),  # site-local (RFC 3879)
)


def is_allowed(address: str, port: int, allowed: Sequence[Network], ports: Collection[int]) -> bool:
    """Tell whether a connection to this port of this IP address may be opened.

    In the owner's own networks every port may be asked, elsewhere only `ports`: a public machine's
    mail or database port is no feed.
    """
    there = _final(ip_address(address))
    if any(there in network for network in allowed):
        return True
    if port not in ports:
        return False
    if there.is_multicast or any(there in network for network in NEVER):
        return False
    return there.is_global


def _final(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else address
