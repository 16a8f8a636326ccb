"""Whose servers take the mail of a domain, asked of the DNS (RFC 5321 section 5.1)."""

import asyncio
from collections.abc import Collection, Sequence

from dns.asyncresolver import Resolver
from dns.exception import DNSException

from mailer.delivery.receivers import operator_of

PATIENCE = 3.0  # seconds
AT_ONCE = 20


class Exchanges:
    """Asks for each domain once. A domain that nobody knows is its own operator."""

    def __init__(self, nameservers: Sequence[str] = ()) -> None:
        """`nameservers` are like 127.0.0.1 or 127.0.0.1:5353; none: those of the machine."""
        self._nameservers = nameservers
        self._known: dict[str, str] = {}
        self._resolver: Resolver | None = None

    def operator(self, domain: str) -> str | None:
        """Return who takes a domain's mail; None when that has not been asked yet."""
        return self._known.get(domain)

    async def ask(self, domains: Collection[str]) -> None:
        """Ask for those that are not known."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(domain: str) -> None:
            async with gate:
                self._known[domain] = await self._ask(domain)

        await asyncio.gather(*(one(domain) for domain in domains if domain not in self._known))

    async def _ask(self, domain: str) -> str:
        try:
            answer = await self._ready().resolve(domain, "MX", lifetime=PATIENCE)
        except (DNSException, OSError):
            return domain
        best = min(answer, key=lambda record: (record.preference, str(record.exchange)))
        exchange = str(best.exchange).rstrip(".")
        return operator_of(exchange) if exchange else domain

    def _ready(self) -> Resolver:
        if self._resolver is None:
            self._resolver = Resolver(configure=not self._nameservers)
            if self._nameservers:
                hosts = [one.partition(":") for one in self._nameservers]
                self._resolver.nameservers = [host for host, _, _ in hosts]
                self._resolver.nameserver_ports = {h: int(p) for h, _, p in hosts if p}
        return self._resolver
