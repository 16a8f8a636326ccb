"""A real name server on loopback that knows who takes the mail of which domain."""

import socket
from collections.abc import Mapping
from threading import Thread
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class DnsServer:
    """Answers MX questions until its `with` ends."""

    def __init__(self, exchanges: Mapping[str, str]) -> None:
        """`exchanges` gives each domain's mail exchanger; other domains do not exist."""
        self._exchanges = exchanges
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = Thread(target=self._serve, daemon=True)
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        """What `nameservers` wants."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            raw, client = self._socket.recvfrom(4096)
            if not raw:
                return
            self._socket.sendto(self._answer(raw), client)

    def _answer(self, raw: bytes) -> bytes:
        question = dns.message.from_wire(raw)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        name = question.question[0].name
        domain = name.to_text(omit_final_dot=True)
        self.asked.append(domain)
        exchange = self._exchanges.get(domain)
        if exchange is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "MX", f"10 {exchange}."))
        return answer.to_wire()
